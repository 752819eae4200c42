import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Problem } from '../../kernel/problems.ts';
import { say } from '../messages.ts';
import type { Context } from './context.ts';
import { ProblemType } from './problem.types.ts';

@Resolver(() => ProblemType)
export class ProblemResolver {
  @FieldResolver(() => String, {
    description: 'One or two sentences for people, in the language of the Accept-Language header.',
  })
  message(@Root() problem: Problem, @Ctx() { locale }: Context): string {
    return say(locale, problem);
  }
}
