import { Extensions, Field, ID, InputType, ObjectType } from 'type-graphql';
import { CHARACTERS, ENTRIES } from '../kernel/bounds.ts';
import { characters, entries } from '../platform/graphql/answer-bounds.ts';
import type { Role } from '../access/actor.ts';
import type { Problem } from '../kernel/problems.ts';
import { connectionType } from '../platform/graphql/connection.ts';
import { payloadType } from '../platform/graphql/payload.ts';
import { ProblemType } from '../platform/graphql/problem.types.ts';
import { DateTimeScalar } from '../platform/graphql/scalars.ts';
import { RoleEnum } from './viewer.types.ts';

@ObjectType('Account', { description: 'Somebody who may sign in, or is invited to. For administrators.' })
export class AccountType {
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
  @Extensions(characters(CHARACTERS.issuer))
  @Field(() => String, {
    nullable: true,
    description:
      'The OpenID issuer that signs them in and says what they may do, such as `https://id.example.test`; null for an account of this hub.',
  })
  issuer!: string | null;
  @Field(() => [RoleEnum], { description: 'What they may do; without a role they only read.' })
  roles!: readonly Role[];
  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt!: Date;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Since when it is disabled; null if it is not.',
  })
  disabledAt!: Date | null;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Until when its invitation can be accepted, which may be past; null once it was accepted, and where there is none.',
  })
  invitedUntil!: Date | null;
}

export const AccountConnectionType = connectionType('Account', () => AccountType);
export const AccountPayloadType = payloadType('AccountPayload', 'account', () => AccountType);

/** What an account is given; each of the three others belongs to its role. */
@InputType()
abstract class RightsInput {
  @Field(() => [RoleEnum], { description: 'What they may do; none for somebody who only reads.' })
  roles!: Role[];
  @Field(() => ID, {
    nullable: true,
    description: 'The partner whose member they are: with the role PARTNER, and not without it.',
  })
  partnerId?: string | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'Codes of the areas that they coordinate, 1 to 100: with the role COORDINATOR, and not without it.',
  })
  areaCodes?: string[] | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'The villages that they speak for, 1 to 100: with the role VILLAGE, and not without it.',
  })
  villageIds?: string[] | null;
}

@InputType('InviteAccountInput', { description: 'Somebody who is to get an account.' })
export class InviteAccountInputType extends RightsInput {
  @Field(() => String, {
    description:
      'Email address, at most 254 characters, which no account has; upper and lower case are alike.',
  })
  email!: string;
  @Field(() => String, { description: 'Name, 1 to 200 characters.' })
  name!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Sending the same key again makes no second account; the secret is then null.',
  })
  idempotencyKey?: string | null;
}

@InputType('SetRolesInput', { description: 'What an account may do from now on, in place of what it might.' })
export class SetRolesInputType extends RightsInput {
  @Field(() => ID, { description: 'The account’s id.' })
  accountId!: string;
}

@InputType('AccountInput', { description: 'Which account.' })
export class AccountInputType {
  @Field(() => ID, { description: 'The account’s id.' })
  accountId!: string;
}

@ObjectType('InvitationPayload', { description: 'The invited account, or why nobody was invited.' })
export class InvitationPayloadType {
  @Field(() => AccountType, { nullable: true, description: 'The account; null with problems.' })
  account!: object | null;
  @Extensions(characters(CHARACTERS.token))
  @Field(() => String, {
    nullable: true,
    description:
      'For `acceptInvitation`, within 7 days, once. Shown this once, to be passed on: null with problems, and when the idempotency key was used before.',
  })
  secret!: string | null;
  @Extensions(entries(ENTRIES.problems))
  @Field(() => [ProblemType], { description: 'Empty when it was done.' })
  problems!: readonly Problem[];
}

@InputType('AcceptInvitationInput', { description: 'The secret of an invitation, and the first password.' })
export class AcceptInvitationInputType {
  @Field(() => String, { description: 'The secret that `inviteAccount` or `renewInvitation` showed.' })
  secret!: string;
  @Field(() => String, { description: 'The new password, 12 to 200 characters.' })
  password!: string;
}
