/** The size that the goals are set for: all villages of Indonesia. */
export const NATIONAL_VILLAGES = 84_000;

const DISTRICTS_PER_REGENCY = 14;
export const REGENCIES_PER_PROVINCE = 14;
/** One of each cluster; together they hold the mandates of all sectors in their regency. */
export const PARTNERS_PER_REGENCY = 8;
export const SECTORS = 24;
export const NEEDS_OF_BUSY = 12;
export const PLEDGES_OF_BUSY = 5;
export const NEEDS_OF_QUIET = 4;
/** One quiet village in so many has not begun; the rest of these figures make it 500,000 needs and 1,500,000 pledges. */
export const UNBEGUN = 63;
/** One need in so many of quiet villages has no pledge. */
export const UNPLEDGED = 31;

/**
 * How a set of so many villages is laid out, all numbers from 1 but those of areas, from 0. A quarter of the regencies,
 * the first ones, are busy: each village has 12 open needs, each with five pledges. In the others a village has four
 * needs, most with one pledge.
 */
export interface Shape {
  villages: number;
  villagesPerDistrict: number;
  villagesPerRegency: number;
  districts: number;
  regencies: number;
  provinces: number;
  busyRegencies: number;
  busyVillages: number;
  partners: number;
  busyNeeds: number;
  needs: number;
  quietPledges: number;
  pledges: number;
}

/** `busy` is how many regencies are busy; a quarter of them when absent. */
export function shapeOf(villages: number, busy?: number): Shape {
  // 36 provinces of 14 regencies of 14 districts of 12 villages hold the nation; a larger set has larger districts.
  const villagesPerDistrict = 12 * Math.max(1, Math.ceil(villages / NATIONAL_VILLAGES));
  const villagesPerRegency = DISTRICTS_PER_REGENCY * villagesPerDistrict;
  const regencies = Math.ceil(villages / villagesPerRegency);
  const busyRegencies = busy ?? Math.ceil(regencies / 4);
  const busyVillages = Math.min(villages, busyRegencies * villagesPerRegency);
  const busyNeeds = busyVillages * NEEDS_OF_BUSY;
  const quietVillages = villages - busyVillages;
  const quietNeeds = (quietVillages - Math.floor(quietVillages / UNBEGUN)) * NEEDS_OF_QUIET;
  const quietPledges = quietNeeds - Math.floor(quietNeeds / UNPLEDGED);
  return {
    villages,
    villagesPerDistrict,
    villagesPerRegency,
    districts: Math.ceil(villages / villagesPerDistrict),
    regencies,
    provinces: Math.ceil(regencies / REGENCIES_PER_PROVINCE),
    busyRegencies,
    busyVillages,
    partners: regencies * PARTNERS_PER_REGENCY,
    busyNeeds,
    needs: busyNeeds + quietNeeds,
    quietPledges,
    pledges: busyNeeds * PLEDGES_OF_BUSY + quietPledges,
  };
}

const two = (number: number) => String(number).padStart(2, '0');

/** The official code of a province or regency, by its number. Provinces count down from 99. */
export const provinceCode = (province: number): string => two(99 - province);
export const regencyCode = (regency: number): string =>
  `${provinceCode(Math.floor(regency / REGENCIES_PER_PROVINCE))}.${two(1 + (regency % REGENCIES_PER_PROVINCE))}`;

/** The same as SQL over a number, and those of districts and villages. */
const twoSql = (number: string) => `lpad((${number})::text, 2, '0')`;
export const provinceCodeSql = (p: string): string => twoSql(`99 - ${p}`);
export const regencyCodeSql = (r: string): string =>
  `${provinceCodeSql(`${r} / ${REGENCIES_PER_PROVINCE}`)} || '.' || ${twoSql(`1 + ${r} % ${REGENCIES_PER_PROVINCE}`)}`;
export const districtCodeSql = (d: string): string =>
  `${regencyCodeSql(`(${d} / ${DISTRICTS_PER_REGENCY})`)} || '.' || ${twoSql(`1 + ${d} % ${DISTRICTS_PER_REGENCY}`)}`;
export const regencyOfDistrictSql = (d: string): string => `(${d} / ${DISTRICTS_PER_REGENCY})`;
export const villageCodeSql = (v: string, { villagesPerDistrict }: Shape): string =>
  `${districtCodeSql(`((${v} - 1) / ${villagesPerDistrict})`)} || '.' || lpad((1 + (${v} - 1) % ${villagesPerDistrict})::text, 4, '0')`;
