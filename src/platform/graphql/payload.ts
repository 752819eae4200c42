import { type ClassType, Extensions, Field, ObjectType } from 'type-graphql';
import { ENTRIES } from '../../kernel/bounds.ts';
import { entries } from './answer-bounds.ts';
import { type Problem, Refused } from '../../kernel/problems.ts';
import { ProblemType } from './problem.types.ts';

/** Declares a mutation's payload: what it made or changed under `field`, or the problems. */
export function payloadType(name: string, field: string, type: () => ClassType): ClassType {
  @ObjectType(name, { description: `The ${field}, or why nothing was done.` })
  class Payload {
    @Extensions(entries(ENTRIES.problems))
    @Field(() => [ProblemType], { description: 'Empty when it was done.' })
    problems!: Problem[];
  }
  Field(type, {
    nullable: true,
    name: field,
    description: `The ${field} as it now stands; null with problems.`,
  })(Payload.prototype, field);
  return Payload;
}

/** Runs a mutation: its value under `field`, or the problems of its refusal as data. */
export async function answer<T>(
  field: string,
  work: () => Promise<T>,
): Promise<Record<string, T | null | readonly Problem[]>> {
  try {
    return { [field]: await work(), problems: [] };
  } catch (error) {
    if (error instanceof Refused) return { [field]: null, problems: error.problems };
    throw error;
  }
}
