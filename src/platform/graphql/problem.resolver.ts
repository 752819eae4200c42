import { Ctx, Extensions, FieldResolver, Resolver, Root } from 'type-graphql';
import { CHARACTERS } from '../../kernel/bounds.ts';
import { characters } from './answer-bounds.ts';
import type { Problem } from '../../kernel/problems.ts';
import { say } from '../messages.ts';
import type { Context } from './context.ts';
import { ProblemType } from './problem.types.ts';

@Resolver(() => ProblemType)
export class ProblemResolver {
  @Extensions(characters(CHARACTERS.message))
  @FieldResolver(() => String, {
    description: 'One or two sentences for people, in the language of the Accept-Language header.',
  })
  message(@Root() problem: Problem, @Ctx() { locale }: Context): string {
    return say(locale, problem);
  }
}
