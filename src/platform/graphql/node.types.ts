import { Field, ID, InterfaceType } from 'type-graphql';
import { type IdPrefix, prefixOf } from '../../kernel/ids.ts';

const typeNames: Partial<Record<IdPrefix, string>> = {
  area: 'Area',
  delivery: 'Delivery',
  need: 'Need',
  partner: 'Partner',
  pledge: 'Pledge',
  policy: 'Policy',
  village: 'Village',
};

@InterfaceType('Node', {
  description: 'Anything with an id of its own. Ids are TypeIDs: a prefix that tells the kind, and a UUIDv7.',
  resolveType: ({ id }: { id: string }) => typeNames[prefixOf(id)!],
})
export abstract class NodeType {
  @Field(() => ID, { description: 'TypeID, such as `need_01jd3m5a8zf6wvqk2x7r9c4b1e`.' })
  id!: string;
}
