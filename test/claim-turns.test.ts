// Claims that are judged in turn by figures read once: each as if they had been read again after those before it.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judge } from '../src/balance/balance.rules.ts';
import type { RuleSetting } from '../src/balance/policy.entity.ts';
import { type ClaimInTurn, ClaimTurns } from '../src/balance/claim-turns.rules.ts';
import { seed } from './balance/seed.ts';

const rules: RuleSetting[] = [
  { rule: 'PARTNER_SHARE', mode: 'ENFORCE', limit: 0.5, floor: 20, ceiling: null },
  { rule: 'COLOUR_SHARE', mode: 'APPROVAL', limit: 0.6, floor: 20, ceiling: null },
  { rule: 'SPREAD', mode: 'ENFORCE', limit: 0.4, floor: 0.3, ceiling: null },
  { rule: 'CAPACITY', mode: 'ENFORCE', limit: 4, floor: 0.5, ceiling: null },
];
const policy = { id: 'policy', rules, pledgeDays: 14 };
const PARTNERS = [
  { id: 'one', cluster: 'red' },
  { id: 'two', cluster: 'red' },
  { id: 'three', cluster: 'green' },
];
/** The first two lie in one regency. */
const REGENCIES = ['36.01', '36.01', '36.02'];

/** What has been reserved, of each village by each partner, and how many pledges each partner has. */
interface Books {
  plans: readonly number[];
  reserved: number[][];
  open: number[];
}

interface Asked {
  village: number;
  partner: number;
  rupiah: number;
}

const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);
const ratioOf = ({ plans, reserved }: Books, village: number) => sum(reserved[village]!) / plans[village]!;

/** The figures of a claim, counted afresh from all that is in the books; every village has open needs of the sector. */
function figuresOf(books: Books, { village, partner, rupiah }: Asked): ClaimInTurn {
  const { cluster } = PARTNERS[partner]!;
  const regency = REGENCIES[village]!;
  const others = REGENCIES.flatMap((one, index) => (one === regency && index !== village ? [index] : []));
  const reserved = books.reserved[village]!;
  const looks = ratioOf(books, village) >= 0.4 && others.length > 0;
  return {
    policy,
    partnerId: PARTNERS[partner]!.id,
    clusterCode: cluster,
    villageId: `village ${village}`,
    regency,
    holderId: null,
    claimRupiah: rupiah,
    urgent: false,
    planRupiah: books.plans[village]!,
    reservedRupiah: sum(reserved),
    partnerReservedRupiah: reserved[partner]!,
    clusterReservedRupiah: sum(reserved.filter((_, index) => PARTNERS[index]!.cluster === cluster)),
    leastReservedRatio: looks ? Math.min(...others.map((other) => ratioOf(books, other))) : null,
    openPledges: books.open[partner]!,
    fulfilledPledges: 3,
    allPledges: 3 + books.open[partner]!,
    givenPendingRupiah: 0,
    givenPostedRupiah: 0,
    receivedPendingRupiah: 0,
    receivedPostedRupiah: 0,
  };
}

const small = fc.nat(20);
const stories = fc.record({
  plans: fc.array(fc.integer({ min: 40, max: 100 }), { minLength: 3, maxLength: 3 }),
  reserved: fc.array(fc.array(fc.nat(12), { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 }),
  open: fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
  claims: fc.array(
    fc.record({ village: fc.nat(2), partner: fc.nat(2), rupiah: small.map((value) => value + 1) }),
    { minLength: 2, maxLength: 12 },
  ),
});

test('a claim in turn is judged by what the books say by then, or not at all', () => {
  const seen = { judged: 0, afterAnother: 0, outdated: 0 };
  fc.assert(
    fc.property(stories, ({ claims, ...first }) => {
      const books: Books = structuredClone(first);
      const turns = new ClaimTurns(claims.map((claim) => figuresOf(books, claim)));
      let made = 0;
      for (const [index, claim] of claims.entries()) {
        if (!turns.isCurrent(index)) {
          seen.outdated += 1;
          continue;
        }
        const figures = figuresOf(books, claim);
        const judgement = turns.judge(index)!;
        expect(judgement.verdicts).toEqual(judge({ ...figures, ownMandate: false, books: figures }, rules));
        seen.judged += 1;
        if (made > 0) seen.afterAnother += 1;
        if (judgement.outcome === 'REJECT') continue;
        turns.made(index);
        made += 1;
        books.reserved[claim.village]![claim.partner]! += claim.rupiah;
        books.open[claim.partner]! += 1;
      }
    }),
    { seed, numRuns: 2000 },
  );
  // Most claims behind others can be judged, and some cannot.
  expect(seen.afterAnother).toBeGreaterThan(seen.outdated);
  expect(seen.outdated).toBeGreaterThan(0);
});

test('a claim of a need that is not there is judged by nobody, and counts for nobody', () => {
  const books: Books = { plans: [100], reserved: [[0, 0, 0]], open: [0, 0, 0] };
  const figures = figuresOf(books, { village: 0, partner: 0, rupiah: 10 });
  const turns = new ClaimTurns([null, figures, null]);
  expect(turns.judge(0)).toBeNull();
  turns.made(1);
  expect(turns.judge(2)).toBeNull();
  expect(turns.isCurrent(2)).toBe(true);
});
