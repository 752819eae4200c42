export type DemoPartnerKind =
  | 'GOVERNMENT'
  | 'MILITARY'
  | 'POLICE'
  | 'PRIVATE'
  | 'NGO'
  | 'UNIVERSITY'
  | 'COMMUNITY';

/** A mitra of the demo. What it does there is invented, even where its name is a real one. */
export interface DemoPartner {
  /** Lower-case kebab, unique; also the local part of its account's address. */
  code: string;
  /** Indonesian. */
  name: string;
  kind: DemoPartnerKind;
  cluster: string;
  /** Tupoksi: sector codes, at least one. */
  mandate: readonly string[];
  /** Where it works, and where its mandate holds: the province or some of its regencies. */
  areaCodes: readonly string[];
}
