import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { ClaimPreviewDocument, ReciprocityDocument } from '../client/operations.ts';
import { standingOf } from '../src/balance/standing.rules.ts';
import { diversityOf, synergyOf } from '../src/villages/village.rules.ts';
import { claim, commit, publish, report, verify, withdraw } from './support/acts.ts';
import { gql } from './support/query.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

/** What docs/balance.md tells a coordinator is what the hub does, figure by figure. */
const doc = await readFile('docs/balance.md', 'utf8');
const hub = await testHub();
const { as, villages, partners } = await buildWorld(hub, { rules: 'DEFAULT' });

/** The cells of the first table below a heading, without its own heading. */
function tableBelow(heading: string): string[][] {
  const [, body] = doc.split(`\n## ${heading}\n`);
  const lines = body!.split('\n');
  const begin = lines.findIndex((line) => line.startsWith('|---')) + 1;
  const end = lines.findIndex((line, index) => index > begin && !line.startsWith('|'));
  return lines.slice(begin, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const million = 1_000_000;
const figureOf = (cell: string) => Number(cell.replaceAll(',', ''));

test.each(tableBelow('Standing'))(
  'the standing in the row “%s”',
  (_, given, received, line, most, standing) => {
    const setting = { rule: 'RECIPROCITY', mode: 'ENFORCE', limit: 250, floor: null, ceiling: 1000 } as const;
    const books = {
      givenPendingRupiah: 0,
      givenPostedRupiah: figureOf(given),
      receivedPendingRupiah: 0,
      receivedPostedRupiah: figureOf(received),
    };
    const found = standingOf(books, setting);
    expect(found.creditLineRupiah).toBe(figureOf(line));
    expect(figureOf(most.split('=').at(-1)!)).toBe(books.givenPostedRupiah + found.creditLineRupiah);
    expect(standing.replaceAll('*', '').split(' ')[0]).toBe(found.standing);
  },
);

test.each(tableBelow('Colours and synergy'))(
  'the colours of a village with %s million committed',
  (committed, shares, diversity, level) => {
    const values = committed === '–' ? [] : committed.split(', ').map(Number);
    const total = values.reduce((sum, value) => sum + value, 0);
    expect(values.map((value) => value / total).join(', ') || '–').toBe(shares);
    const decimals = diversity.split('.')[1]?.length ?? 0;
    expect(String(Number(diversityOf(values).toFixed(decimals)))).toBe(diversity);
    expect(synergyOf(values, { synergyColours: 2, synergyDiversity: 1.5 })).toBe(level);
  },
);

interface Standing {
  village: { diversity: number; synergy: string; coverage: { needed: number } };
  company: { balance: Record<'givenPending' | 'givenPosted', number> & { standing: string } };
  housing: {
    balance: Record<'receivedPending' | 'receivedPosted' | 'creditLine', number> & { standing: string };
  };
}
const standing = gql<Standing>(`query ($village: ID!, $company: ID!, $housing: ID!) {
  village(id: $village) { diversity synergy coverage { needed } }
  company: partner(id: $company) { balance { givenPending givenPosted standing } }
  housing: partner(id: $housing) { balance { receivedPending receivedPosted creditLine standing } }
}`);
const look = () =>
  as.auditor.request(standing, {
    village: villages.tunjungTeja.id,
    company: partners.semen.id,
    housing: partners.perkim.id,
  });

test('the worked example', async () => {
  const { id: villageId } = villages.tunjungTeja;
  const inVillage = (sector: string, unitValue: number, quantity: number) =>
    publish(as.kaderTunjungTeja, { villageId, sector, unitValue, quantity });
  const toilets = await inVillage('sanitation', 3 * million, 20);
  const corners = await inVillage('reading', million, 40);
  const today = hub.clock.date();
  const committed = async (by: typeof as.semen, needId: string, quantity: number) =>
    commit(by, (await claim(by, needId, quantity)).id, today);
  const delivered = async (by: typeof as.semen, pledgeId: string, quantity: number) =>
    verify(as.kaderTunjungTeja, (await report(by, pledgeId, quantity, today)).id);

  const rows: string[][] = [];
  const shown = async () => {
    const { company, housing, village } = await look();
    const { givenPending, givenPosted } = company.balance;
    const { receivedPending, receivedPosted } = housing.balance;
    const money = [givenPending, givenPosted, receivedPending, receivedPosted];
    const figures = money.map((value) => value.toLocaleString('en'));
    rows.push([...figures, String(Number(village.diversity.toFixed(3))), village.synergy]);
  };

  expect((await look()).village.coverage.needed).toBe(100 * million);
  const pledge = await committed(as.semen, toilets.id, 15);
  await shown();
  const share = async (quantity: number) => {
    const input = { needId: corners.id, quantity };
    const { claimPreview } = await as.semen.request(ClaimPreviewDocument, { input });
    const verdict = claimPreview.verdicts.find(({ rule }) => rule === 'PARTNER_SHARE')!;
    return [claimPreview.outcome, verdict.before, verdict.after];
  };
  expect([await share(15), await share(16)]).toEqual([
    ['PASS', 0.45, 0.6],
    ['REJECT', 0.45, 0.61],
  ]);
  await delivered(as.semen, pledge.id, 10);
  await shown();
  await committed(as.dindik, corners.id, 15);
  await shown();
  await delivered(as.perkim, (await committed(as.perkim, corners.id, 10)).id, 10);
  await shown();
  expect(await look()).toMatchObject({
    housing: { balance: { receivedPosted: 30 * million, creditLine: 260 * million, standing: 'BALANCED' } },
    company: { balance: { standing: 'OWED' } },
  });
  await withdraw(as.semen, pledge.id);
  await shown();
  expect(rows).toEqual(tableBelow('A worked example').map(([_, ...cells]) => cells));

  const { reciprocity } = await as.auditor.request(ReciprocityDocument, { areaCode: '36.04' });
  expect(reciprocity).toMatchObject({ bilateral: 0, multilateral: 0.25 });
  await hub.expectTrueBooks();
});
