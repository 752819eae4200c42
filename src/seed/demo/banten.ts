/** The province of the demo: Banten, by its official code. */
export const PROVINCE = { code: '36', name: 'Provinsi Banten' } as const;

/** Its four regencies and four cities, by their official codes. */
export const REGENCIES = [
  { code: '36.01', name: 'Kabupaten Pandeglang' },
  { code: '36.02', name: 'Kabupaten Lebak' },
  { code: '36.03', name: 'Kabupaten Tangerang' },
  { code: '36.04', name: 'Kabupaten Serang' },
  { code: '36.71', name: 'Kota Tangerang' },
  { code: '36.72', name: 'Kota Cilegon' },
  { code: '36.73', name: 'Kota Serang' },
  { code: '36.74', name: 'Kota Tangerang Selatan' },
] as const;

/** The official village that stands for Cimarga Jaya, Lebak. */
export const CIMARGA = '36.02.11.2005';

/** The three villages of the joint make-over that the housing agency leads. */
export const NAMED_VILLAGES = [
  { code: CIMARGA, name: 'Cimarga' },
  { code: '36.04.20.2001', name: 'Tunjung Teja' },
  { code: '36.01.33.2004', name: 'Koroncong' },
] as const;
