import { type ClassType, Extensions, Field, Int, InterfaceType, ObjectType } from 'type-graphql';
import { CHARACTERS, ENTRIES } from '../../kernel/bounds.ts';
import { characters, entries } from './answer-bounds.ts';
import type { Problem } from '../../kernel/problems.ts';
import { DateTimeScalar } from './scalars.ts';

@InterfaceType('Problem', {
  description: 'Why a mutation did not happen; nothing was changed. The message says what to do next.',
  resolveType: ({ kind }: Problem) => kind,
})
export abstract class ProblemType {
  @Extensions({ ...entries(ENTRIES.path), ...characters(CHARACTERS.pathPart) })
  @Field(() => [String], {
    nullable: true,
    description:
      'Where in the arguments the fault lies, such as `["input", "quantity"]`; null when nowhere in them.',
  })
  path!: string[] | null;
}

/** A problem that has no more to say than its message. */
function plainProblem(name: string, description: string): ClassType {
  @ObjectType(name, { implements: ProblemType, description })
  class Plain extends ProblemType {}
  return Plain;
}

export const InvalidInputType = plainProblem('InvalidInput', 'A field of the input is not as it must be.');
export const NotFoundType = plainProblem(
  'NotFound',
  'What the input names is not there, or not for you to see.',
);
export const ForbiddenType = plainProblem('Forbidden', 'You may not do this.');
export const IdempotencyConflictType = plainProblem(
  'IdempotencyConflict',
  'The idempotency key was used before for another request.',
);

@ObjectType('WrongState', {
  implements: ProblemType,
  description: 'This cannot be done in the present state.',
})
export class WrongStateType extends ProblemType {
  @Extensions(characters(CHARACTERS.word))
  @Field(() => String, { description: 'The present status.' })
  status!: string;
}

@ObjectType('StaleVersion', {
  implements: ProblemType,
  description: 'Somebody changed it since you read it.',
})
export class StaleVersionType extends ProblemType {
  @Field(() => Int, { description: 'The version it has now.' })
  currentVersion!: number;
}

@ObjectType('NotEnoughRemaining', {
  implements: ProblemType,
  description: 'Less remains of the need than was asked for; nothing was claimed.',
})
export class NotEnoughRemainingType extends ProblemType {
  @Field(() => Int, { description: 'What remains, in the need’s unit.' })
  remaining!: number;
}

@ObjectType('TooManyAttempts', {
  implements: ProblemType,
  description: 'This was tried too often lately; nothing was looked at.',
})
export class TooManyAttemptsType extends ProblemType {
  @Field(() => DateTimeScalar, { description: 'When to try again, at the earliest.' })
  retryAt!: Date;
}
