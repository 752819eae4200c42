import { Arg, type ClassType, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { AreaRow, AreaService } from '../areas/area.service.ts';
import { AreaConnectionType } from '../areas/area.types.ts';
import {
  afterDescription,
  type Connection,
  firstDescription,
  pageRequest,
  toConnection,
} from '../platform/graphql/connection.ts';
import type { Context } from '../platform/graphql/context.ts';
import { CursorScalar } from '../platform/graphql/scalars.ts';
import { type ListOrder, pageOfKeys, USUAL_PAGE } from '../platform/page.ts';
import type { VillageRow, VillageService } from '../villages/village.service.ts';
import { VillageConnectionType } from '../villages/village.types.ts';
import { AccountType } from './account.types.ts';
import type { KnownAccount } from './account-reads.service.ts';
import type { Viewer } from './viewer.resolver.ts';
import { ViewerType } from './viewer.types.ts';

/** The places of an account, by what names them. */
interface HeldPlaces {
  areaCodes: readonly string[];
  villageIds: readonly string[];
}

const areaOrder: ListOrder = { name: 'areas', place: 'code', direction: 'asc' };
const villageOrder: ListOrder = { name: 'villages', place: 'id', direction: 'asc' };

/** The places that a type of account shows; there may be 100 of each, so they are pages. */
function placesOf<T extends object>(type: () => ClassType, placesIn: (root: T) => HeldPlaces) {
  @Resolver(type)
  class PlacesOf {
    private readonly areaService: AreaService;
    private readonly villageService: VillageService;

    constructor(areas: AreaService, villages: VillageService) {
      this.areaService = areas;
      this.villageService = villages;
    }

    @FieldResolver(() => AreaConnectionType, { description: 'The areas they coordinate, by code.' })
    async areas(
      @Root() root: T,
      @Arg('first', () => Int, { nullable: true, defaultValue: USUAL_PAGE, description: firstDescription })
      first: number | null,
      @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
        | string
        | undefined,
      @Ctx() { batches }: Context,
    ): Promise<Connection<AreaRow>> {
      const { areaCodes } = placesIn(root);
      const load = (code: string) => batches.load(this.areaService.byCode, code);
      return toConnection(await pageOfKeys(areaOrder, areaCodes, pageRequest(first, after), load));
    }

    @FieldResolver(() => VillageConnectionType, { description: 'The villages they speak for, by id.' })
    async villages(
      @Root() root: T,
      @Arg('first', () => Int, { nullable: true, defaultValue: USUAL_PAGE, description: firstDescription })
      first: number | null,
      @Arg('after', () => CursorScalar, { nullable: true, description: afterDescription }) after:
        | string
        | undefined,
      @Ctx() { batches }: Context,
    ): Promise<Connection<VillageRow>> {
      const { villageIds } = placesIn(root);
      const load = (id: string) => batches.load(this.villageService.byId, id);
      return toConnection(await pageOfKeys(villageOrder, villageIds, pageRequest(first, after), load));
    }
  }
  return PlacesOf;
}

export const AccountPlaces = placesOf<KnownAccount>(
  () => AccountType,
  (account) => account,
);
export const ViewerPlaces = placesOf<Viewer>(
  () => ViewerType,
  ({ actor }) => actor,
);
