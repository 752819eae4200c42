import { Extensions, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { CHARACTERS, ENTRIES } from '../kernel/bounds.ts';
import { characters, entries } from '../platform/graphql/answer-bounds.ts';
import type { Scope } from '../access/actor.ts';
import type { Problem } from '../kernel/problems.ts';
import { payloadType } from '../platform/graphql/payload.ts';
import { ProblemType } from '../platform/graphql/problem.types.ts';
import { DateScalar, DateTimeScalar } from '../platform/graphql/scalars.ts';

export const ScopeEnum = {
  READ: 'READ',
  NEEDS: 'NEEDS',
  CLAIM: 'CLAIM',
  GOVERN: 'GOVERN',
} as const satisfies Record<Scope, Scope>;
registerEnumType(ScopeEnum, {
  name: 'Scope',
  description: 'What an API token may be used for, as far as its owner may do it.',
  valuesConfig: {
    READ: { description: 'Read and listen; in every token.' },
    NEEDS: { description: 'Publish, change and cancel needs; verify and dispute deliveries.' },
    CLAIM: { description: 'Claim, commit and withdraw; report deliveries.' },
    GOVERN: { description: 'Approve and decline pledges, register partners, publish policies.' },
  },
});

@ObjectType('ApiToken', {
  description:
    'A token for somebody’s own systems. It may do what its owner may, and no more than its scopes.',
})
export class ApiTokenType {
  @Field(() => ID, { description: 'The token’s id, which is no secret.' })
  id!: string;
  @Extensions(characters(CHARACTERS.tokenName))
  @Field(() => String, { description: 'What its owner calls it.' })
  name!: string;
  @Field(() => [ScopeEnum], { description: 'What it may be used for.' })
  scopes!: readonly Scope[];
  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt!: Date;
  @Field(() => DateTimeScalar, { description: 'When it expires.' })
  expiresAt!: Date;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null if it was not.' })
  revokedAt!: Date | null;
  @Field(() => DateScalar, { nullable: true, description: 'The day it was used last; null if it never was.' })
  lastUsedOn!: string | null;
}

@InputType('CreateApiTokenInput', { description: 'A new API token of one’s own.' })
export class CreateApiTokenInputType {
  @Field(() => String, { description: 'What to call it, 1 to 100 characters.' })
  name!: string;
  @Field(() => [ScopeEnum], { description: 'What it may be used for; READ is always among it.' })
  scopes!: Scope[];
  @Field(() => Int, { description: 'How many days it is good, 1 to 366.' })
  days!: number;
  @Field(() => String, {
    nullable: true,
    description: 'Sending the same key again makes no second token; the secret is then null.',
  })
  idempotencyKey?: string | null;
}

@ObjectType('CreateApiTokenPayload', { description: 'The API token, or why none was made.' })
export class CreateApiTokenPayloadType {
  @Field(() => ApiTokenType, { nullable: true, description: 'The token; null with problems.' })
  apiToken!: object | null;
  @Extensions(characters(CHARACTERS.token))
  @Field(() => String, {
    nullable: true,
    description:
      'To be sent as `Authorization: Bearer <secret>`. Shown this once: null with problems, and when the idempotency key was used before.',
  })
  secret!: string | null;
  @Extensions(entries(ENTRIES.problems))
  @Field(() => [ProblemType], { description: 'Empty when it was done.' })
  problems!: readonly Problem[];
}

export const ApiTokenPayloadType = payloadType('ApiTokenPayload', 'apiToken', () => ApiTokenType);

@InputType('RevokeApiTokenInput', { description: 'Which API token is to end.' })
export class RevokeApiTokenInputType {
  @Field(() => ID, { description: 'The token’s id. Tokens of others are for administrators.' })
  tokenId!: string;
}
