import {
  cancel,
  claim,
  commit,
  type Delivery,
  type Need,
  type Pledge,
  publish,
  report,
  verify,
  withdraw,
} from './acts.ts';
import { insertAccount, insertPartner, insertPolicy, insertVillage, type Place } from './inserts.ts';
import type { TestHub } from './test-hub.ts';
import { partnerNames, type World } from './world.ts';

export interface Rangkas {
  rangkas: Place[];
  needs: Need[];
  pledges: Pledge[];
  delivery: Delivery;
}

/**
 * Twenty more villages, 36.02.14.2001 and on, each with a need of which all five partners pledge a part, and three
 * more needs in the first; eight more partners. Of the company's pledges the first is fulfilled by the delivery and
 * the second withdrawn; the last need is cancelled.
 */
export async function buildRangkas(hub: TestHub, { as, partners }: World): Promise<Rangkas> {
  const { database } = hub;
  const rangkas = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      insertVillage(database, `36.02.14.${2001 + index}`, `Rangkas ${index}`),
    ),
  );
  for (let index = 0; index < 8; index += 1) {
    const partner = await insertPartner(database, {
      code: `warga-${index}`,
      cluster: 'economy',
      kind: 'COMMUNITY',
      areas: ['36'],
    });
    await insertAccount(database, {
      email: `warga-${index}@sinergi.test`,
      roles: ['PARTNER'],
      partnerId: partner.id,
    });
  }
  await insertPolicy(database, '36.04');

  const sectors = ['sanitation', 'nutrition', 'reading'];
  const needs: Need[] = [];
  for (const [index, { id }] of rangkas.entries()) {
    const sector = sectors[index % 3]!;
    needs.push(
      await publish(as.admin, {
        villageId: id,
        sector,
        title: `Kebutuhan ${sector} ke-${index}`,
        description: `Untuk warga RT ${index}`,
        quantity: 100,
      }),
    );
  }
  for (let index = 0; index < 3; index += 1) {
    needs.push(
      await publish(as.admin, {
        villageId: rangkas[0]!.id,
        title: `Perpustakaan keliling ${index}`,
        sector: 'reading',
        quantity: 10,
      }),
    );
  }
  const pledges: Pledge[] = [];
  for (const need of needs.slice(0, 20)) {
    pledges.push(...(await Promise.all(partnerNames.map((name) => claim(as[name], need.id, 10)))));
  }
  const ofSemen = pledges.filter((pledge) => pledge.partner.id === partners.semen.id);
  await commit(as.semen, ofSemen[0]!.id, hub.clock.date(30));
  const delivery = await report(as.semen, ofSemen[0]!.id, 10, hub.clock.date());
  await verify(as.admin, delivery.id);
  await withdraw(as.semen, ofSemen[1]!.id);
  await cancel(as.admin, needs[19]!.id);
  await hub.feedStamped();
  return { rangkas, needs, pledges, delivery };
}
