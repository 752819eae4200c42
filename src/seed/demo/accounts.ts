import { NAMED_VILLAGES, PROVINCE, REGENCIES } from './banten.ts';
import type { DemoPartner } from './demo-partner.ts';

export interface DemoAccount {
  email: string;
  /** Indonesian. */
  name: string;
  roles: ('ADMIN' | 'COORDINATOR' | 'PARTNER' | 'VILLAGE' | 'AUDITOR')[];
  partnerCode?: string;
  areaCodes?: string[];
  villageCodes?: string[];
}

const DOMAIN = 'sinergi.test';

/** The accounts of the demo: one for each role and place, one for each partner. */
export function demoAccounts(partners: readonly DemoPartner[]): DemoAccount[] {
  return [
    { email: `admin@${DOMAIN}`, name: 'Administrator Sinergi', roles: ['ADMIN'] },
    {
      email: `koordinator@${DOMAIN}`,
      name: `Koordinator ${PROVINCE.name}`,
      roles: ['COORDINATOR'],
      areaCodes: [PROVINCE.code],
    },
    ...REGENCIES.map(({ code, name }): DemoAccount => ({
      email: `koordinator.${code}@${DOMAIN}`,
      name: `Koordinator ${name}`,
      roles: ['COORDINATOR'],
      areaCodes: [code],
    })),
    ...NAMED_VILLAGES.map(({ code, name }): DemoAccount => ({
      email: `kader.${code}@${DOMAIN}`,
      name: `Kader Kampung KB ${name}`,
      roles: ['VILLAGE'],
      villageCodes: [code],
    })),
    { email: `auditor@${DOMAIN}`, name: 'Auditor Sinergi', roles: ['AUDITOR'] },
    ...partners.map(({ code, name }): DemoAccount => ({
      email: `${code}@${DOMAIN}`,
      name: `Petugas ${name}`,
      roles: ['PARTNER'],
      partnerCode: code,
    })),
  ];
}
