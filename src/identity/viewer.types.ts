import { Extensions, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { CHARACTERS, ENTRIES } from '../kernel/bounds.ts';
import { characters, entries } from '../platform/graphql/answer-bounds.ts';
import type { Role } from '../access/actor.ts';
import type { Problem } from '../kernel/problems.ts';
import { ProblemType } from '../platform/graphql/problem.types.ts';
import { DateTimeScalar } from '../platform/graphql/scalars.ts';

export const RoleEnum = {
  ADMIN: 'ADMIN',
  COORDINATOR: 'COORDINATOR',
  PARTNER: 'PARTNER',
  VILLAGE: 'VILLAGE',
  AUDITOR: 'AUDITOR',
} as const satisfies Record<Role, Role>;
registerEnumType(RoleEnum, {
  name: 'Role',
  description: 'What somebody may do.',
  valuesConfig: {
    ADMIN: { description: 'Everything but claiming.' },
    COORDINATOR: { description: 'Approves, verifies and governs in its own areas.' },
    PARTNER: { description: 'Claims, commits and delivers for its own partner.' },
    VILLAGE: { description: 'Publishes needs and verifies deliveries of its own villages.' },
    AUDITOR: { description: 'Reads everything and changes nothing.' },
  },
});

@ObjectType('Viewer', { description: 'Who is asking.' })
export class ViewerType {
  @Field(() => ID, { description: 'The account’s id.' })
  id!: string;
  @Extensions(characters(CHARACTERS.name))
  @Field(() => String, { description: 'Name.' })
  name!: string;
  @Extensions(characters(CHARACTERS.email))
  @Field(() => String, {
    description:
      'Email address, with which one signs in; of an issuer’s account perhaps one at `issuer.invalid`, which no mail reaches.',
  })
  email!: string;
}

@InputType('SignInInput', { description: 'Credentials of a local account.' })
export class SignInInputType {
  @Field(() => String, { description: 'Email address; upper and lower case are alike.' })
  email!: string;
  @Field(() => String, { description: 'Password, at most 200 characters.' })
  password!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'The secret of this device, which an earlier sign-in of any account answered. It lets nobody in; from a device on which the account signed in before, wrong passwords of others do not keep one out.',
  })
  device?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether to remember this device; then `device` of the answer is to be kept on it.',
  })
  rememberDevice?: boolean | null;
}

@ObjectType('RefusedTries', { description: 'Tries to sign in to an account that were refused.' })
export class RefusedTriesType {
  @Field(() => Int, { description: 'How many, with one’s own mistypes.' })
  count!: number;
  @Field(() => DateTimeScalar, { description: 'When the last one was.' })
  lastAt!: Date;
}

@ObjectType('SignInPayload', { description: 'A token, or why there is none.' })
export class SignInPayloadType {
  @Extensions(characters(CHARACTERS.token))
  @Field(() => String, {
    nullable: true,
    description: 'To be sent as `Authorization: Bearer <token>`, or as `authorization` in connectionParams.',
  })
  token!: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When the token ends.' })
  expiresAt!: Date | null;
  @Field(() => ViewerType, { nullable: true, description: 'Who signed in.' })
  viewer!: object | null;
  @Extensions(characters(CHARACTERS.token))
  @Field(() => String, {
    nullable: true,
    description:
      'The secret that this device sends with later sign-ins, of any account; null when it is not remembered.',
  })
  device!: string | null;
  @Field(() => RefusedTriesType, {
    nullable: true,
    description:
      'Tries at this account that were refused since the last sign-in, told this once; null when there were none.',
  })
  refusedSince!: RefusedTriesType | null;
  @Extensions(entries(ENTRIES.problems))
  @Field(() => [ProblemType], { description: 'Empty when it was done.' })
  problems!: readonly Problem[];
}
