import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import {
  ClaimNeedDocument,
  ClaimPreviewDocument,
  PublishPolicyDocument,
  SuggestedNeedsDocument,
} from '../client/operations.ts';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { saidOf } from '../src/balance/balance.rules.ts';
import type { MessageKey } from '../src/kernel/messages/en.ts';
import { type Locale, say } from '../src/platform/messages.ts';
import { claim, commit, publish, report, verify } from './support/acts.ts';
import { take } from './support/listener.ts';
import { gql } from './support/query.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const { as, accounts, villages } = await buildWorld(hub, { rules: 'DEFAULT' });
/** The same person, whose browser asks for one language or the other. */
const inEnglish = await hub.client(accounts.semen, 'en-GB,en;q=0.9,id;q=0.5');
const inIndonesian = await hub.client(accounts.semen, 'id-ID,id;q=0.9,en;q=0.8');

/** ICU sets money with a space that does not break. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

const need = await publish(as.kader, { villageId: villages.cimarga.id });

async function previewed(by: SinergiClient, quantity: number): Promise<string[]> {
  const { claimPreview } = await by.request(ClaimPreviewDocument, { input: { needId: need.id, quantity } });
  return claimPreview.verdicts.map(({ message }) => plain(message));
}

test('each verdict is one sentence with its figures, in the language of the Accept-Language header', async () => {
  expect(await previewed(inEnglish, 17)).toEqual([
    'Support received is Rp 0; up to Rp 250,000,000, what was given plus the credit line, a partner may claim in its own mandate.',
    'With this claim the partner would hold 70.8% of the village’s plan, more than 60%; claim less, or in another village.',
    'With this claim the cluster holds 70.8% of the village’s plan; the limit is 80%.',
    '0% of the village’s plan is reserved, or no village nearby lags behind; the limit is 70%.',
    '1 open pledge with this claim; the limit is 20, unless enough were fulfilled.',
  ]);
  expect(await previewed(inIndonesian, 17)).toEqual([
    'Dukungan yang diterima Rp 0; sampai Rp 250.000.000, yang diberikan ditambah kredit, mitra boleh berikrar dalam tupoksinya sendiri.',
    'Dengan ikrar ini mitra akan memegang 70,8% rencana kampung, lebih dari 60%; kurangi ikrar, atau pilih kampung lain.',
    'Dengan ikrar ini rumpun memegang 70,8% rencana kampung; batasnya 80%.',
    '0% rencana kampung sudah diikrarkan, atau tidak ada kampung sekitar yang tertinggal; batasnya 70%.',
    '1 ikrar terbuka dengan ikrar ini; batasnya 20, kecuali cukup banyak yang tuntas.',
  ]);
});

test('a header that names no language of the hub’s, and none at all, are answered in Indonesian', async () => {
  const indonesian = await previewed(inIndonesian, 1);
  for (const header of ['su,jv;q=0.9', '', 'en;q=0']) {
    expect(await previewed(await hub.client(accounts.semen, header), 1)).toEqual(indonesian);
  }
  expect(await previewed(await hub.client(accounts.semen, 'su, en;q=0.1'), 1)).toEqual(
    await previewed(inEnglish, 1),
  );
});

test.each<[key: MessageKey, params: Record<string, number>, en: string, id: string]>([
  [
    'rule.RECIPROCITY',
    { before: 251_000_000, limit: 250_000_000 },
    'Support received (Rp 251,000,000) is above what was given plus the credit line (Rp 250,000,000); help another partner’s mandate first.',
    'Dukungan yang diterima (Rp 251.000.000) melebihi yang diberikan ditambah kredit (Rp 250.000.000); dukung dahulu tupoksi mitra lain.',
  ],
  [
    'rule.COLOUR_SHARE',
    { after: 0.8126, limit: 0.8 },
    'With this claim the cluster would hold 81.3% of the village’s plan, more than 80%; leave room for other colours.',
    'Dengan ikrar ini rumpun akan memegang 81,3% rencana kampung, lebih dari 80%; beri tempat bagi warna lain.',
  ],
  [
    'rule.SPREAD',
    { before: 0.705, limit: 0.7 },
    '70.5% of the village’s plan is reserved already (limit 70%) while another village of the regency waits for this sector.',
    '70,5% rencana kampung sudah diikrarkan (batas 70%) sedangkan kampung lain di kabupaten ini menunggu bidang ini.',
  ],
  [
    'rule.CAPACITY',
    { after: 1201, limit: 1200 },
    '1,201 open pledges with this claim, more than 1,200, and too few were fulfilled; fulfil some first.',
    '1.201 ikrar terbuka dengan ikrar ini, lebih dari 1.200, dan terlalu sedikit yang tuntas; tuntaskan dahulu.',
  ],
  [
    'not-enough',
    { remaining: 0, asked: 3 },
    'Nothing remains of this need. You asked for 3.',
    'Kebutuhan ini sudah habis diikrarkan. Anda meminta 3.',
  ],
  [
    'not-enough',
    { remaining: 1200, asked: 1500 },
    'Only 1,200 of this need remain. You asked for 1,500.',
    'Hanya 1.200 yang tersisa dari kebutuhan ini. Anda meminta 1.500.',
  ],
])('%s with %j', (key, params, en, id) => {
  const said = (locale: Locale) => plain(say(locale, { key, params: { ok: 'no', ...params } }));
  expect([said('en'), said('id')]).toEqual([en, id]);
});

test.each<[after: number, limit: number, said: string]>([
  [0.6, 0.5, '60% of the village’s plan, more than 50%'],
  [0.60001, 0.6, '60.1% of the village’s plan, more than 60%'],
  [0.6004, 0.6, '60.1% of the village’s plan, more than 60%'],
  [0.55, 0.549, '55% of the village’s plan, more than 54.9%'],
  [0.6449, 0.6, '64.5% of the village’s plan, more than 60%'],
])('a share of %d that breaks a limit of %d never reads like the limit', (after, limit, said) => {
  const figures = { before: 0.1, after, limit, unit: 'RATIO', outcome: 'REJECT', broken: true } as const;
  expect(say('en', saidOf({ rule: 'PARTNER_SHARE', ...figures }))).toContain(said);
});

async function refusal(
  by: SinergiClient,
  needId: string,
  quantity: number,
  idempotencyKey: string = randomUUID(),
) {
  const input = { needId, quantity, idempotencyKey };
  const { claimNeed } = await by.request(ClaimNeedDocument, { input, suggest: true });
  const [problem] = claimNeed.problems;
  if (problem === undefined || !('verdict' in problem)) {
    throw new Error(`not refused by a rule: ${JSON.stringify(claimNeed)}`);
  }
  return problem;
}

const idsOf = (suggestions: { nodes: { id: string }[] } | undefined) =>
  suggestions?.nodes.map(({ id }) => id);

test('a refusal says its verdict, again for its key, and points to what would pass at the moment, in the language of the moment', async () => {
  const other = await publish(as.coordinator, { villageId: villages.sajira.id, quantity: 10, urgent: true });
  const english = await refusal(inEnglish, need.id, 17, 'seventeen');
  expect(english.verdict).toMatchObject({
    rule: 'PARTNER_SHARE',
    outcome: 'REJECT',
    before: 0,
    after: 17 / 24,
    limit: 0.6,
    unit: 'RATIO',
  });
  expect(english).toMatchObject({ path: ['input', 'quantity'], message: english.verdict.message });
  expect(english.message).toMatch(/^With this claim the partner would hold 70\.8%/);
  // Both would be a new colour in a village of which nothing is covered; one is urgent.
  expect(english.suggestions).toMatchObject({ complete: true });
  expect(idsOf(english.suggestions)).toEqual([other.id, need.id]);
  const third = await publish(as.coordinator, { villageId: villages.sajira.id, quantity: 3, urgent: true });
  const again = await refusal(inIndonesian, need.id, 17, 'seventeen');
  expect(again.message).toMatch(/^Dengan ikrar ini mitra akan memegang 70,8%/);
  expect(again.verdict).toEqual({ ...english.verdict, message: again.message });
  expect(idsOf(again.suggestions)).toEqual([other.id, third.id, need.id]);
});

const verdictsOnFeed = gql<{ pledgeFeed: { pledge: { verdicts: { message: string }[] } | null } }>(
  'subscription { pledgeFeed(filter: { kinds: [PLEDGE_MADE] }) { pledge { verdicts { message } } } }',
);

test('over a WebSocket the language is that of connectionParams', async () => {
  const feeds = [inEnglish, inIndonesian].map((client) => client.subscribe(verdictsOnFeed));
  const heard = feeds.map((feed) => take(feed, 1));
  await hub.feedsOpen(2);
  await claim(as.semen, need.id, 12);
  const [english, indonesian] = (await Promise.all(heard)).map(([event]) =>
    event!.pledgeFeed.pledge!.verdicts.map(({ message }) => message),
  );
  expect(english![1]).toBe('With this claim the partner holds 50% of the village’s plan; the limit is 60%.');
  expect(indonesian![1]).toBe('Dengan ikrar ini mitra memegang 50% rencana kampung; batasnya 60%.');
  for (const feed of feeds) await feed.return();
});

test('suggestions say why in words: the one who is owed support first', async () => {
  // Sanitation is perkim's mandate; semen helps it, and so perkim owes semen, but semen has no mandate to be helped in.
  // Reading is dindik's: it helps perkim, which then owes dindik.
  const { id: villageId } = villages.koroncong;
  const dueOn = hub.clock.date(20);
  const toilets = await publish(as.coordinatorProvince, { villageId, quantity: 100 });
  const books = await publish(as.coordinatorProvince, {
    villageId,
    sector: 'reading',
    quantity: 100,
    urgent: true,
    dueOn,
  });
  const pledge = await claim(as.dindik, toilets.id, 10);
  await commit(as.dindik, pledge.id, dueOn);
  await verify(as.admin, (await report(as.dindik, pledge.id, 10, hub.clock.date())).id);
  const suggestionsIn = async (language: string) => {
    const client = await hub.client(accounts.perkim, language);
    const { suggestedNeeds } = await client.request(SuggestedNeedsDocument, { first: 1 });
    return suggestedNeeds.nodes.map(({ id, suggestion }) => ({ id, ...suggestion }));
  };
  const figures = {
    id: books.id,
    creditor: { code: 'dindik-banten' },
    coverage: 0.05,
    reasons: ['SUPPORTS_CREDITOR', 'ADDS_COLOUR', 'LEAST_COVERED', 'URGENT', 'DUE_SOON'],
  };
  expect(await suggestionsIn('en')).toMatchObject([
    {
      ...figures,
      message:
        'It supports a partner whom you owe support. Your cluster is a colour that this village lacks. 5% of the village’s plan is covered. It is urgent. It is due soon.',
    },
  ]);
  expect(await suggestionsIn('id')).toMatchObject([
    {
      ...figures,
      message:
        'Ini mendukung mitra yang sudah lebih banyak mendukung Anda. Rumpun Anda adalah warna yang belum ada di kampung ini. 5% rencana kampung sudah terpenuhi. Ini mendesak. Tenggatnya sudah dekat.',
    },
  ]);

  // To the rupiah given back, nothing is owed any more.
  const returned = await claim(as.perkim, books.id, 10);
  await commit(as.perkim, returned.id, dueOn);
  await verify(as.admin, (await report(as.perkim, returned.id, 10, hub.clock.date())).id);
  const [best] = await suggestionsIn('en');
  expect(best).toMatchObject({ creditor: null });
  expect(best!.reasons).not.toContain('SUPPORTS_CREDITOR');
});

test('where nothing would pass, nothing is suggested', async () => {
  const unused = [
    { rule: 'RECIPROCITY', mode: 'OFF', limit: 0, ceiling: 0 },
    { rule: 'PARTNER_SHARE', mode: 'OFF', limit: 0, floor: 0 },
    { rule: 'COLOUR_SHARE', mode: 'OFF', limit: 0, floor: 0 },
    { rule: 'SPREAD', mode: 'OFF', limit: 0, floor: 0 },
  ] as const;
  const rules = [...unused, { rule: 'CAPACITY', mode: 'ENFORCE', limit: 0, floor: 1 } as const];
  const bars = { synergyColours: 2, synergyDiversity: 1.5, pledgeDays: 14, graceDays: 14 };
  const input = { areaCode: '36', rules, ...bars };
  const { publishPolicy } = await as.coordinatorProvince.request(PublishPolicyDocument, { input });
  expect(publishPolicy.problems).toEqual([]);
  const problem = await refusal(as.kodim, need.id, 1);
  expect(problem).toMatchObject({ verdict: { rule: 'CAPACITY', after: 1, limit: 0 } });
  const nothing = { complete: true, nodes: [] };
  expect(problem.suggestions).toEqual(nothing);
  expect(await as.kodim.request(SuggestedNeedsDocument, {})).toEqual({ suggestedNeeds: nothing });
});
