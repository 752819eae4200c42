import { type Act, type Permission, permissions, type Relation } from '../../src/access/permissions.ts';
import { people, type Person } from './world.ts';

/** A person of the world, somebody who has not signed in, and the same where PUBLIC_READ is on. */
export type Asker = Person | 'anonymous' | 'visitor';
export const askers: readonly Asker[] = [...people, 'anonymous', 'visitor'];

const signedIn = ['ANYBODY', 'READER', 'SIGNED_IN'] as const;
const otherPartner = [...signedIn, 'MEMBER'] as const;

/** What each of them is to a need of Cimarga, to a pledge of semen on it, and to semen's account. */
const relations: Record<Asker, readonly Relation[]> = {
  anonymous: ['ANYBODY'],
  visitor: ['ANYBODY', 'READER'],
  semen: [...otherPartner, 'OWN_PARTNER', 'SELF'],
  perkim: otherPartner,
  dinkes: otherPartner,
  dindik: otherPartner,
  kodim: otherPartner,
  kader: [...signedIn, 'OWN_VILLAGE'],
  kaderTunjungTeja: signedIn,
  coordinator: [...signedIn, 'COORDINATOR', 'OWN_AREA'],
  coordinatorSerang: [...signedIn, 'COORDINATOR'],
  coordinatorProvince: [...signedIn, 'COORDINATOR', 'OWN_AREA'],
  auditor: [...signedIn, 'AUDITOR'],
  admin: [...signedIn, 'ADMIN'],
};

/** Whom the table permits it, of these. */
export function permitted(act: Act): Asker[] {
  const { who, never }: Permission = permissions[act];
  const is = (asker: Asker, relation: Relation) => relations[asker].includes(relation);
  return askers.filter(
    (asker) => who.some((relation) => is(asker, relation)) && (never === undefined || !is(asker, never)),
  );
}
