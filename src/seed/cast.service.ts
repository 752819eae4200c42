import type { Actor } from '../access/actor.ts';
import { hashPassword } from '../identity/password.ts';
import type { PartnerRegistration } from '../partners/partner-registration.service.ts';
import type { Database } from '../platform/database.ts';
import { AccountSetup } from './account-setup.service.ts';
import type { MovedClock } from './moved-clock.ts';
import { demoAccounts } from './demo/accounts.ts';
import type { DemoPartner } from './demo/demo-partner.ts';
import { villageId } from './deterministic-id.ts';

/** The password of every demo account; the README says so too. */
export const DEMO_PASSWORD = 'kampungkb';
export const DEMO_DOMAIN = '@sinergi.test';

/** The demo's people, each as the services will see them. */
export class Cast {
  private readonly actors: ReadonlyMap<string, Actor>;

  private constructor(actors: ReadonlyMap<string, Actor>) {
    this.actors = actors;
  }

  /**
   * Registers the partners, a millisecond apart so that the first in the list is the oldest, and makes all
   * accounts. Areas and villages are there already.
   */
  static async assemble(
    database: Database,
    registration: PartnerRegistration,
    partners: readonly DemoPartner[],
    clock: MovedClock,
  ): Promise<Cast> {
    const setup = new AccountSetup(database);
    const passwordHash = await hashPassword(DEMO_PASSWORD);
    const accounts = demoAccounts(partners).map((account) => ({
      areaCodes: [],
      ...account,
      partnerId: null,
      villageIds: (account.villageCodes ?? []).map(villageId),
    }));
    const staff = accounts.filter(({ partnerCode }) => partnerCode === undefined);
    const actors = await setup.add(staff, passwordHash);
    const admin = new Cast(actors).admin;
    const partnerIds = new Map<string, string>();
    for (const { code, name, kind, cluster, mandate, areaCodes } of partners) {
      await clock.forward(1);
      const input = { code, name, kind, cluster, mandate: [...mandate], areaCodes: [...areaCodes] };
      partnerIds.set(code, (await registration.register(admin, input)).id);
    }
    const members = accounts.flatMap((account) =>
      account.partnerCode === undefined
        ? []
        : [{ ...account, partnerId: partnerIds.get(account.partnerCode)! }],
    );
    const memberActors = await setup.add(members, passwordHash);
    return new Cast(new Map([...actors, ...memberActors]));
  }

  get admin(): Actor {
    return this.named('admin');
  }

  member(partnerCode: string): Actor {
    return this.named(partnerCode);
  }

  /** The coordinator of the village's regency. */
  coordinator(villageCode: string): Actor {
    return this.named(`koordinator.${villageCode.slice(0, 5)}`);
  }

  /** Who publishes the village's needs and verifies what arrives: its cadre, or its coordinator. */
  keeper(villageCode: string): Actor {
    return this.actors.get(`kader.${villageCode}${DEMO_DOMAIN}`) ?? this.coordinator(villageCode);
  }

  private named(name: string): Actor {
    const actor = this.actors.get(`${name}${DEMO_DOMAIN}`);
    if (actor === undefined) throw new Error(`nobody of the demo is called ${name}`);
    return actor;
  }
}
