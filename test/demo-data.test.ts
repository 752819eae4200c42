import { beforeAll, describe, expect, test } from '@jest/globals';
import { readAreas } from '../src/seed/area-source.ts';
import type { AreaRecord } from '../src/seed/area-source.ts';
import { csvFields } from '../src/seed/csv-line.ts';
import { areaId, deterministicId, villageId } from '../src/seed/deterministic-id.ts';
import { demoAccounts } from '../src/seed/demo/accounts.ts';
import { CIMARGA, NAMED_VILLAGES, REGENCIES } from '../src/seed/demo/banten.ts';
import { CLUSTERS, SECTORS } from '../src/seed/demo/clusters.ts';
import { mandateHolder } from '../src/seed/demo/mandate-holder.ts';
import { NEED_TEMPLATES, planNeeds } from '../src/seed/demo/needs.ts';
import { PARTNERS } from '../src/seed/demo/partners.ts';
import { largestRemainder, selectVillages } from '../src/seed/demo/villages.ts';
import { Generator } from '../src/seed/generator.ts';

const TODAY = '2026-01-15';
const areas: AreaRecord[] = [];

beforeAll(async () => {
  for await (const batch of readAreas({ province: '36' })) areas.push(...batch);
});

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function days(date: string): number {
  return (Date.parse(`${date}T00:00:00Z`) - Date.parse(`${TODAY}T00:00:00Z`)) / 86_400_000;
}

describe('official areas', () => {
  test('the whole country comes in bounded batches, parents before children, each code once', async () => {
    const seen = new Set<string>();
    let villages = 0;
    for await (const batch of readAreas({})) {
      expect(batch.length).toBeLessThanOrEqual(1_000);
      for (const { code, level, parentCode } of batch) {
        if (seen.has(code) || (parentCode !== null && !seen.has(parentCode))) {
          throw new Error(`out of order: ${code}`);
        }
        seen.add(code);
        if (level === 'VILLAGE') villages += 1;
      }
    }
    expect(villages).toBe(83_762);
    expect(seen.size).toBe(38 + 514 + 7_285 + villages);
  });

  test('a province comes with its own areas only', () => {
    const counts = Object.groupBy(areas, (area) => area.level);
    expect(counts.PROVINCE).toEqual([{ code: '36', name: 'Banten', level: 'PROVINCE', parentCode: null }]);
    expect(counts.REGENCY?.map(({ code, name }) => ({ code, name }))).toEqual(REGENCIES);
    expect(counts.DISTRICT).toHaveLength(155);
    expect(counts.VILLAGE).toHaveLength(1_552);
  });

  test('an unknown province is refused with the known ones', async () => {
    await expect(readAreas({ province: '3' }).next()).rejects.toThrow(/unknown province "3"; .*36 Banten/);
  });

  test('a reader may stop early', async () => {
    for await (const batch of readAreas({})) {
      expect(batch[0]?.code).toBe('11');
      break;
    }
  });

  test('quoted fields are read as RFC 4180 says', () => {
    expect(csvFields('35.13.15.2017,35.13.15,"Soka""an"')).toEqual(['35.13.15.2017', '35.13.15', 'Soka"an']);
    expect(csvFields('1,"I,II",')).toEqual(['1', 'I,II', '']);
    expect(() => csvFields('1,"open')).toThrow('not closed');
    expect(() => csvFields('1,"a"b')).toThrow('after a closing quote');
  });

  test('ids are TypeIDs over UUIDv7, the same for ever, different for every name and prefix', () => {
    // Written down, because rows that an earlier version loaded must be found again.
    expect(areaId('36')).toBe('area_01jgfjjz00e31s08hk4dkxke5k');
    expect(areaId('36')).toBe(deterministicId('area', '36'));
    expect(areaId('36')).toMatch(/^area_01[0-9a-hjkmnp-tv-z]{24}$/);
    expect(areaId('36').slice(5)).not.toBe(villageId('36').slice(8));
    expect(unique(areas.map((area) => areaId(area.code)))).toHaveLength(areas.length);
  });
});

test('the generator repeats itself, stays in range, and loses nothing in a shuffle', () => {
  const sequence = (seed: number) => new Generator(seed).shuffle([...Array(500).keys()]);
  expect(sequence(7)).toEqual(sequence(7));
  expect(sequence(8)).not.toEqual(sequence(7));
  const generator = new Generator(1);
  const values = Array.from({ length: 2_000 }, () => generator.int(-3, 3));
  expect(unique(values).toSorted((a, b) => a - b)).toEqual([-3, -2, -1, 0, 1, 2, 3]);
  expect(generator.shuffle([1, 2, 3, 4, 5]).toSorted()).toEqual([1, 2, 3, 4, 5]);
  expect(generator.chance(0)).toBe(false);
  expect(generator.chance(1)).toBe(true);
  expect(() => generator.pick([])).toThrow(RangeError);
});

describe('clusters, sectors, partners, accounts', () => {
  test('codes are unique and refer to each other', () => {
    const clusters = CLUSTERS.map((cluster) => cluster.code);
    const sectors = SECTORS.map((sector) => sector.code);
    expect(unique(clusters)).toHaveLength(8);
    expect(unique(CLUSTERS.map((cluster) => cluster.colour))).toHaveLength(8);
    expect(unique(sectors)).toHaveLength(SECTORS.length);
    expect(sectors).toContain('sanitation');
    expect(unique(SECTORS.map((sector) => sector.cluster)).toSorted()).toEqual(clusters.toSorted());
    for (const { colour } of CLUSTERS) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
    expect(unique(PARTNERS.map((partner) => partner.code))).toHaveLength(PARTNERS.length);
    const codes = new Set(areas.map((area) => area.code));
    for (const partner of PARTNERS) {
      expect(partner.code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(clusters).toContain(partner.cluster);
      expect(partner.mandate.length).toBeGreaterThan(0);
      expect(unique(partner.mandate)).toEqual(partner.mandate);
      for (const sector of partner.mandate) expect(sectors).toContain(sector);
      expect(partner.areaCodes.length).toBeGreaterThan(0);
      for (const code of partner.areaCodes) expect(codes).toContain(code);
    }
  });

  test('every kind has several partners', () => {
    const kinds = Object.groupBy(PARTNERS, (partner) => partner.kind);
    expect(Object.keys(kinds)).toHaveLength(7);
    for (const partners of Object.values(kinds)) expect(partners.length).toBeGreaterThanOrEqual(4);
    expect(PARTNERS.length).toBeGreaterThanOrEqual(24);
  });

  test('every sector has a mandate holder in every regency, but for two that lack one somewhere', () => {
    const gaps = SECTORS.flatMap(({ code }) =>
      REGENCIES.filter((regency) => mandateHolder(code, `${regency.code}.01.2001`, PARTNERS) === null).map(
        () => code,
      ),
    );
    expect(unique(gaps).toSorted()).toEqual(['digital-access', 'renewable-energy']);
  });

  test('the smallest covering area holds the mandate, then the first in the list', () => {
    const holder = (sector: string, village: string) => mandateHolder(sector, village, PARTNERS)?.code;
    expect(holder('sanitation', CIMARGA)).toBe('perkim-banten');
    expect(holder('family-planning', CIMARGA)).toBe('dp2kbp3a-lebak');
    expect(holder('stunting', CIMARGA)).toBe('bkkbn-banten');
    expect(holder('women-child-protection', '36.03.01.2001')).toBe('dp3akkb-banten');
    expect(holder('public-order', '36.74.01.1001')).toBe('satpolpp-banten');
    expect(holder('digital-access', CIMARGA)).toBeUndefined();
  });

  test('there is an account for each role, regency, named village, and partner', () => {
    const accounts = demoAccounts(PARTNERS);
    expect(accounts).toHaveLength(3 + REGENCIES.length + NAMED_VILLAGES.length + PARTNERS.length);
    expect(unique(accounts.map((account) => account.email))).toHaveLength(accounts.length);
    const byEmail = new Map(accounts.map((account) => [account.email, account]));
    expect(byEmail.get('koordinator.36.02@sinergi.test')).toMatchObject({
      roles: ['COORDINATOR'],
      areaCodes: ['36.02'],
    });
    expect(byEmail.get('kader.36.02.11.2005@sinergi.test')).toMatchObject({
      roles: ['VILLAGE'],
      villageCodes: [CIMARGA],
    });
    expect(byEmail.get('perkim-banten@sinergi.test')).toMatchObject({
      roles: ['PARTNER'],
      partnerCode: 'perkim-banten',
    });
  });
});

describe('villages', () => {
  test('310 of them, the named three included, in proportion to the villages of each regency', () => {
    const selected = selectVillages(areas);
    expect(unique(selected.map((village) => village.code))).toHaveLength(310);
    for (const { code, name } of NAMED_VILLAGES) {
      expect(selected.find((village) => village.code === code)?.name).toBe(name);
    }
    const inRegency = (list: readonly AreaRecord[], code: string) =>
      list.filter((area) => area.level === 'VILLAGE' && area.code.startsWith(`${code}.`)).length;
    const shares = REGENCIES.map(({ code }) => inRegency(selected, code));
    expect(shares).toEqual([68, 69, 55, 65, 21, 8, 13, 11]);
    for (const [index, { code }] of REGENCIES.entries()) {
      expect(Math.abs((shares[index] ?? 0) - (inRegency(areas, code) * 310) / 1_552)).toBeLessThan(1);
    }
    expect(unique(selected.map((village) => village.parentCode))).toHaveLength(155);
    expect(selectVillages(areas.toReversed())).toEqual(selected);
  });

  test('the largest remainders get the seats that are left', () => {
    expect(largestRemainder([47_000, 16_000, 15_800, 12_000, 6_100, 3_100], 10)).toEqual([5, 2, 1, 1, 1, 0]);
  });
});

describe('needs', () => {
  const plan = (seed: number) => planNeeds(selectVillages(areas), new Generator(seed), TODAY);

  test('the catalogue has at least 60 kinds of need, and every sector has some', () => {
    expect(unique(NEED_TEMPLATES.map((template) => template.title)).length).toBe(NEED_TEMPLATES.length);
    expect(NEED_TEMPLATES.length).toBeGreaterThanOrEqual(60);
    expect(unique(NEED_TEMPLATES.map((template) => template.sector)).toSorted()).toEqual(
      SECTORS.map((sector) => sector.code).toSorted(),
    );
    for (const {
      unitValueRupiah: { min, max, step },
    } of NEED_TEMPLATES) {
      expect((max - min) % step).toBe(0);
    }
  });

  test('a seed gives the same needs every time, and another seed others', () => {
    expect(plan(36)).toEqual(plan(36));
    expect(plan(37)).not.toEqual(plan(36));
  });

  test.each([36, 1, 2, 3])(
    'seed %i: 1,150 to 1,250 needs, 2 to 8 a village, figures and dates in range',
    (seed) => {
      const needs = plan(seed);
      expect(needs.length).toBeGreaterThanOrEqual(1_150);
      expect(needs.length).toBeLessThanOrEqual(1_250);
      const villages = Object.entries(Object.groupBy(needs, (need) => need.villageCode));
      expect(villages).toHaveLength(310);
      for (const [, list = []] of villages) {
        expect(list.length).toBeGreaterThanOrEqual(2);
        expect(list.length).toBeLessThanOrEqual(8);
        expect(unique(list.map((need) => need.title))).toHaveLength(list.length);
      }
      for (const need of needs) {
        const template = NEED_TEMPLATES.find(({ title }) => title === need.title);
        expect(template).toMatchObject({
          sector: need.sector,
          unit: need.unit,
          description: need.description,
        });
        const { min = NaN, max = NaN, step = NaN } = template?.unitValueRupiah ?? {};
        if (need.villageCode !== CIMARGA) expect((need.unitValueRupiah - min) % step).toBe(0);
        expect(need.unitValueRupiah >= min && need.unitValueRupiah <= max).toBe(true);
        expect(need.quantity >= (template?.quantity.min ?? NaN)).toBe(true);
        expect(need.quantity <= (template?.quantity.max ?? NaN)).toBe(true);
        if (need.dueOn !== null) expect(days(need.dueOn) >= 30 && days(need.dueOn) <= 300).toBe(true);
        expect(need.draft && need.urgent).toBe(false);
      }
      expect(needs.filter((need) => need.urgent).length / needs.length).toBeCloseTo(0.05, 2);
      expect(needs.filter((need) => need.draft).length / needs.length).toBeCloseTo(0.01, 2);
    },
  );

  test('Cimarga needs exactly 24 toilets at Rp 3,500,000', () => {
    const toilets = plan(36).filter((need) => need.villageCode === CIMARGA && need.sector === 'sanitation');
    expect(toilets).toHaveLength(1);
    expect(toilets[0]).toMatchObject({
      title: 'Jamban sehat keluarga',
      unitValueRupiah: 3_500_000,
      quantity: 24,
      draft: false,
    });
  });
});
