import { Extensions, Field, ID, InputType, ObjectType } from 'type-graphql';
import { ENTRIES } from '../kernel/bounds.ts';
import { entries } from '../platform/graphql/answer-bounds.ts';
import type { Problem } from '../kernel/problems.ts';
import { payloadType } from '../platform/graphql/payload.ts';
import { ProblemType } from '../platform/graphql/problem.types.ts';
import { DateTimeScalar } from '../platform/graphql/scalars.ts';

@ObjectType('Session', { description: 'Somebody signed in, from then until the token is over.' })
export class SessionType {
  @Field(() => ID, { description: 'The session’s id, which a token of `signIn` names as `jti`.' })
  id!: string;
  @Field(() => DateTimeScalar, { description: 'When it began.' })
  createdAt!: Date;
  @Field(() => DateTimeScalar, { description: 'When its token expires.' })
  expiresAt!: Date;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was signed out or revoked; null while it lasts.',
  })
  endedAt!: Date | null;
}

export const SessionPayloadType = payloadType('SessionPayload', 'session', () => SessionType);

@InputType('RevokeSessionsInput', { description: 'Which sessions are to end.' })
export class RevokeSessionsInputType {
  @Field(() => [ID], {
    nullable: true,
    description: 'The sessions, at most 100; all of the account when absent, the asking one too.',
  })
  sessionIds?: string[] | null;
  @Field(() => ID, {
    nullable: true,
    description: 'Whose; one’s own when absent. Those of others are for administrators.',
  })
  accountId?: string | null;
}

@ObjectType('RevokeSessionsPayload', { description: 'The sessions that ended, or why none did.' })
export class RevokeSessionsPayloadType {
  @Extensions(entries(ENTRIES.tokens))
  @Field(() => [SessionType], {
    nullable: true,
    description:
      'Those that this ended, at most 100 of them; without those that were over before. Null with problems.',
  })
  sessions!: object[] | null;
  @Extensions(entries(ENTRIES.problems))
  @Field(() => [ProblemType], { description: 'Empty when it was done.' })
  problems!: readonly Problem[];
}
