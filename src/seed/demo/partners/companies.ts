import type { DemoPartner } from '../demo-partner.ts';

/** Companies: all invented, so that no real one is said to have promised anything. */
export const COMPANIES: readonly DemoPartner[] = [
  {
    code: 'pt-baja-contoh',
    name: 'PT Baja Contoh',
    kind: 'PRIVATE',
    cluster: 'infrastructure',
    mandate: ['vocational-skills'],
    areaCodes: ['36.72', '36.04'],
  },
  {
    code: 'pt-semen-contoh',
    name: 'PT Semen Contoh',
    kind: 'PRIVATE',
    cluster: 'infrastructure',
    mandate: ['housing', 'roads'],
    areaCodes: ['36'],
  },
  {
    code: 'pt-listrik-contoh',
    name: 'PT Listrik Contoh',
    kind: 'PRIVATE',
    cluster: 'natural-resources',
    mandate: ['renewable-energy'],
    areaCodes: ['36.72', '36.04'],
  },
  {
    code: 'pt-kimia-contoh',
    name: 'PT Kimia Contoh',
    kind: 'PRIVATE',
    cluster: 'natural-resources',
    mandate: ['waste', 'forest'],
    areaCodes: ['36'],
  },
  {
    code: 'pt-sepatu-contoh',
    name: 'PT Sepatu Contoh',
    kind: 'PRIVATE',
    cluster: 'human-resources',
    mandate: ['vocational-skills'],
    areaCodes: ['36.03', '36.71'],
  },
  {
    code: 'pt-bank-contoh',
    name: 'PT Bank Contoh',
    kind: 'PRIVATE',
    cluster: 'economy',
    mandate: ['micro-enterprise'],
    areaCodes: ['36'],
  },
  {
    code: 'pt-ritel-contoh',
    name: 'PT Ritel Contoh',
    kind: 'PRIVATE',
    cluster: 'economy',
    mandate: ['micro-enterprise', 'social-protection'],
    areaCodes: ['36'],
  },
];
