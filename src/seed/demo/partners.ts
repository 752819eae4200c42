import type { DemoPartner } from './demo-partner.ts';
import { CIVIL_SOCIETY } from './partners/civil-society.ts';
import { COMPANIES } from './partners/companies.ts';
import { PROVINCE_AGENCIES } from './partners/province-agencies.ts';
import { REGENCY_AGENCIES } from './partners/regency-agencies.ts';
import { SECURITY_COMMANDS } from './partners/security-commands.ts';

/**
 * The partners in the order in which they are registered, the oldest first.
 *
 * Every sector has a mandate holder in every regency but two: digital-access has one in Tangerang Selatan
 * only, and renewable-energy in Pandeglang, Lebak, Serang, and Cilegon only.
 */
export const PARTNERS: readonly DemoPartner[] = [
  ...PROVINCE_AGENCIES,
  ...REGENCY_AGENCIES,
  ...SECURITY_COMMANDS,
  ...COMPANIES,
  ...CIVIL_SOCIETY,
];
