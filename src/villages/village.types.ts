import { Extensions, Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { CHARACTERS } from '../kernel/bounds.ts';
import { characters } from '../platform/graphql/answer-bounds.ts';
import { connectionType } from '../platform/graphql/connection.ts';
import { NodeType } from '../platform/graphql/node.types.ts';
import { RupiahScalar } from '../platform/graphql/scalars.ts';
import type { SynergyLevel } from './village.entity.ts';

export const SynergyLevelEnum = {
  UNTOUCHED: 'UNTOUCHED',
  SINGLE_COLOUR: 'SINGLE_COLOUR',
  MULTI_COLOUR: 'MULTI_COLOUR',
  SYNERGY: 'SYNERGY',
} as const satisfies Record<SynergyLevel, SynergyLevel>;
registerEnumType(SynergyLevelEnum, {
  name: 'SynergyLevel',
  description:
    'How the clusters whose commitments stand in a village work together, weighed by value (p = a cluster’s share).',
  valuesConfig: {
    UNTOUCHED: { description: 'No commitment.' },
    SINGLE_COLOUR: { description: 'Commitments of one cluster.' },
    MULTI_COLOUR: { description: 'Two clusters or more, below the policy’s bar.' },
    SYNERGY: {
      description:
        'At least the policy’s `synergyColours` clusters, and diversity of at least its `synergyDiversity`.',
    },
  },
});

@ObjectType('Coverage', {
  description:
    'Rupiah over the needs that are not DRAFT or CANCELLED. Ratios are of `needed`, 0 when nothing is needed.',
})
export class CoverageType {
  @Field(() => RupiahScalar, { description: 'Value of the needs: the plan.' })
  needed!: number;
  @Field(() => RupiahScalar, { description: 'Promised and not yet binding; never counts as covered.' })
  pledged!: number;
  @Field(() => RupiahScalar, { description: 'Binding, with what of it is delivered and verified.' })
  committed!: number;
  @Field(() => RupiahScalar, { description: 'Reported as delivered, or verified.' })
  delivered!: number;
  @Field(() => RupiahScalar, { description: 'Verified by the village.' })
  verified!: number;
  @Field(() => Float, { description: 'committed ÷ needed.' })
  committedRatio!: number;
  @Field(() => Float, { description: 'verified ÷ needed.' })
  verifiedRatio!: number;
  @Field(() => Int, { description: 'How many needs are OPEN.' })
  openNeeds!: number;
}

@ObjectType('SynergyCount', { description: 'How many Kampung KB of an area stand at each level of synergy.' })
export class SynergyCountType {
  @Field(() => Int, { description: 'All villages of the programme there.' })
  villages!: number;
  @Field(() => Int, { description: 'Those at UNTOUCHED.' })
  untouched!: number;
  @Field(() => Int, { description: 'Those at SINGLE_COLOUR.' })
  singleColour!: number;
  @Field(() => Int, { description: 'Those at MULTI_COLOUR.' })
  multiColour!: number;
  @Field(() => Int, { description: 'Those at SYNERGY.' })
  synergy!: number;
}

@ObjectType('ColourShare', { description: 'What the partners of one cluster have committed in a village.' })
export class ColourShareType {
  @Field(() => RupiahScalar, { description: 'Committed value, with what of it is delivered and verified.' })
  committed!: number;
  @Field(() => Float, { description: 'Share of the village’s committed value, 0 to 1.' })
  share!: number;
}

/** What a village and its state at an event have alike. */
@ObjectType()
export abstract class VillageFigures {
  @Extensions(characters(CHARACTERS.areaCode))
  @Field(() => String, { description: 'Official code, such as `36.02.11.2005`.' })
  code!: string;
  @Extensions(characters(CHARACTERS.name))
  @Field(() => String, { description: 'Name.' })
  name!: string;
  @Field(() => Float, {
    description:
      'Hill number of order 2 of the clusters’ committed value, 1/Σp²: 0 when untouched, n for n equal clusters.',
  })
  diversity!: number;
  @Field(() => SynergyLevelEnum, { description: 'Level of synergy.' })
  synergy!: SynergyLevel;
}

@ObjectType('Village', { implements: NodeType, description: 'A village in the programme (Kampung KB).' })
export class VillageType extends VillageFigures {}

export const VillageConnectionType = connectionType('Village', () => VillageType);
