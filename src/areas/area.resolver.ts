import { Arg, Ctx, Extensions, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { ENTRIES } from '../kernel/bounds.ts';
import { entries } from '../platform/graphql/answer-bounds.ts';
import type { Context } from '../platform/graphql/context.ts';
import { type AreaRow, type AreaService, assertAreaCode } from './area.service.ts';
import { AreaType } from './area.types.ts';

@Resolver(() => AreaType)
export class AreaResolver {
  private readonly areas: AreaService;

  constructor(areas: AreaService) {
    this.areas = areas;
  }

  @Query(() => AreaType, {
    nullable: true,
    description: 'An area by its official code; null when there is none.',
  })
  area(
    @Arg('code', () => String, { description: 'Official code, such as `36.02`.' }) code: string,
    @Ctx() context: Context,
  ): Promise<AreaRow | null> {
    context.reader();
    assertAreaCode(code, 'code');
    return context.batches.load(this.areas.byCode, code);
  }

  @FieldResolver(() => AreaType, {
    nullable: true,
    description: 'The area right above; null for a province.',
  })
  parent(@Root() area: AreaRow, @Ctx() { batches }: Context): Promise<AreaRow | null> | null {
    return area.parentId == null ? null : batches.load(this.areas.byId, area.parentId);
  }

  @Extensions(entries(ENTRIES.children))
  @FieldResolver(() => [AreaType], { description: 'The areas right below, by code.' })
  children(@Root() area: AreaRow, @Ctx() { batches }: Context): Promise<AreaRow[]> {
    return batches.load(this.areas.childrenOf, area.id);
  }
}
