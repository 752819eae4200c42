// Which methods the API calls itself, and which it leaves to type-graphql.
import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { execute, type GraphQLObjectType, type GraphQLResolveInfo, isObjectType, parse } from 'graphql';
import {
  Arg,
  Authorized,
  buildSchema,
  Ctx,
  Field,
  FieldResolver,
  Info,
  ObjectType,
  Query,
  Resolver,
  Root,
  UseMiddleware,
} from 'type-graphql';
import { containerOf } from '../src/platform/container.ts';
import type { Context } from '../src/platform/graphql/context.ts';
import { resolveDirectly } from '../src/platform/graphql/direct-resolvers.ts';

interface Row {
  name: string;
}

@ObjectType()
class Planet {
  @Field(() => String)
  name!: string;
}

@Resolver(() => Planet)
class PlanetResolver {
  private readonly star = 'sun';

  @Query(() => Planet)
  planet(): Row {
    return { name: 'earth' };
  }

  @FieldResolver(() => String)
  plain(@Root() { name }: Row): string {
    return `${name} of the ${this.star}`;
  }

  @FieldResolver(() => String)
  both(@Ctx() context: Context, @Root() { name }: Row): string {
    return `${name} in ${context.locale}`;
  }

  @FieldResolver(() => String)
  nothing(): string {
    return this.star;
  }

  @FieldResolver(() => Boolean)
  converted(@Root() planet: Planet): boolean {
    return planet instanceof Planet;
  }

  @FieldResolver(() => String)
  part(@Root('name') name: string): string {
    return name;
  }

  @FieldResolver(() => String)
  informed(@Info() { fieldName }: GraphQLResolveInfo): string {
    return fieldName;
  }

  @FieldResolver(() => String)
  asked(@Arg('what', () => String, { nullable: true }) what: string | undefined): string {
    return `asked for ${what}`;
  }

  @UseMiddleware(async (_data, next) => `guarded ${await next()}`)
  @FieldResolver(() => String)
  guarded(@Root() { name }: Row): string {
    return name;
  }

  @Authorized('nobody')
  @FieldResolver(() => String, { nullable: true })
  secret(@Root() { name }: Row): string {
    return name;
  }
}

/** Loaded, and no part of the schema. */
@Resolver(() => Planet)
class UnusedResolver {
  @FieldResolver(() => String)
  plain(): string {
    return 'from elsewhere';
  }
}

const context = {
  container: containerOf([new PlanetResolver(), new UnusedResolver()]),
  locale: 'id',
} as unknown as Context;

function planetOf(schema: { getType(name: string): unknown }): GraphQLObjectType {
  const planet = schema.getType('Planet') as GraphQLObjectType;
  if (!isObjectType(planet)) throw new Error('Planet is an object');
  return planet;
}

test('methods that take the root, the context or nothing are called directly; all else stays with type-graphql', async () => {
  const schema = await buildSchema({
    resolvers: [PlanetResolver],
    container: () => context.container,
    authChecker: () => false,
    authMode: 'null',
    validate: false,
  });
  const fields = Object.values(planetOf(schema).getFields());
  const before = new Map(fields.map(({ name, resolve }) => [name, resolve]));
  const args = {
    schema,
    document: parse(`{ planet { ${[...before.keys()].join(' ')} } }`),
    contextValue: context,
  };
  const told = await execute(args);
  resolveDirectly(schema, [PlanetResolver]);
  const changed = fields.filter(({ name, resolve }) => resolve !== before.get(name)).map(({ name }) => name);
  expect(changed.toSorted()).toEqual(['both', 'nothing', 'plain']);
  expect(told.data).toEqual({
    planet: {
      name: 'earth',
      plain: 'earth of the sun',
      both: 'earth in id',
      nothing: 'sun',
      converted: true,
      part: 'earth',
      informed: 'informed',
      asked: 'asked for undefined',
      guarded: 'guarded earth',
      secret: null,
    },
  });
  expect(await execute(args)).toEqual(told);
});
