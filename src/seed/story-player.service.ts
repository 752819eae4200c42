import type { Actor } from '../access/actor.ts';
import { dateInBanten } from '../kernel/calendar.ts';
import { Refused } from '../kernel/problems.ts';
import type { Cast } from './cast.service.ts';
import type { DemoServices } from './demo-services.ts';
import type { PlannedPledge } from './demo/planned-pledge.ts';
import { commitmentDueDay, momentOf, type Step, type StepKind } from './demo/timetable.ts';
import type { MovedClock } from './moved-clock.ts';

/** A need of the plan as it is in the database. */
export interface PublishedNeed {
  id: string;
  villageCode: string;
  dueOn: string | null;
}

/** A pledge of the plan, as far as its story has come. */
interface Told {
  planned: PlannedPledge;
  need: PublishedNeed;
  member: Actor;
  claimDay: number;
  pledgeId: string;
  deliveryIds: string[];
}

const WITHDRAWN = 'Anggaran dialihkan ke kegiatan lain pada tahun berjalan.';
const DECLINED = 'Bagian rumpun ini di desa tersebut sudah besar; mohon beri ruang bagi rumpun lain.';
const DISPUTED = 'Jumlah yang diterima belum sesuai dengan laporan; mohon diperiksa kembali.';
const CANCELLED = 'Kebutuhan sudah dipenuhi dari dana desa.';

export interface StoryWorld {
  services: DemoServices;
  cast: Cast;
  clock: MovedClock;
  today: string;
  needs: readonly PublishedNeed[];
  pledges: readonly PlannedPledge[];
}

/** Plays the pledges' stories, step by step, as the people who take the steps. */
export class StoryPlayer {
  /** Stories that ended with a refused claim. */
  refused = 0;
  private readonly world: StoryWorld;
  private readonly told = new Map<number, Told>();

  constructor(world: StoryWorld) {
    this.world = world;
  }

  /** Moves the clock to the step and takes it. A refused claim ends its story; any other refusal is thrown. */
  async play(step: Step): Promise<void> {
    const { clock, today } = this.world;
    await clock.moveTo(momentOf(today, step.day));
    if (step.kind === 'CLAIM') {
      await this.claim(step);
      return;
    }
    const told = this.told.get(step.pledgeIndex);
    if (told !== undefined) await this.steps[step.kind](told, step);
  }

  private readonly steps: Record<Exclude<StepKind, 'CLAIM'>, (told: Told, step: Step) => Promise<unknown>> = {
    COMMIT: ({ planned, need, member, claimDay, pledgeId }) => {
      const { today, services } = this.world;
      const dueDay = momentOf(today, commitmentDueDay(planned, claimDay));
      const isToExpire = planned.story === 'EXPIRED_COMMITMENT';
      const dueOn = isToExpire ? dateInBanten(dueDay) : (need.dueOn ?? dateInBanten(dueDay));
      return services.pledges.commit(member, { pledgeId, dueOn });
    },
    REPORT: async ({ planned, member, pledgeId, deliveryIds }, { pledgeIndex, deliveryIndex }) => {
      const { services, clock } = this.world;
      const { id } = await services.deliveries.report(member, {
        pledgeId,
        quantity: planned.deliveries[deliveryIndex]!.quantity,
        deliveredOn: dateInBanten(clock.now()),
        idempotencyKey: `demo-delivery-${pledgeIndex}-${deliveryIndex}`,
      });
      deliveryIds[deliveryIndex] = id;
    },
    VERIFY: ({ need, deliveryIds }, { deliveryIndex }) => {
      const deliveryId = deliveryIds[deliveryIndex]!;
      return this.world.services.deliveries.verify(this.world.cast.keeper(need.villageCode), { deliveryId });
    },
    DISPUTE: ({ need, deliveryIds }, { deliveryIndex }) => {
      const input = { deliveryId: deliveryIds[deliveryIndex]!, reason: DISPUTED };
      return this.world.services.deliveries.dispute(this.world.cast.keeper(need.villageCode), input);
    },
    WITHDRAW: ({ member, pledgeId }) =>
      this.world.services.pledges.withdraw(member, { pledgeId, reason: WITHDRAWN }),
    DECLINE: ({ need, pledgeId }) => {
      const coordinator = this.world.cast.coordinator(need.villageCode);
      return this.world.services.pledges.decline(coordinator, { pledgeId, reason: DECLINED });
    },
    CANCEL_NEED: ({ need }) => {
      const keeper = this.world.cast.keeper(need.villageCode);
      return this.world.services.cancellation.cancel(keeper, { needId: need.id, reason: CANCELLED });
    },
    EXPIRE: () => this.world.services.pledges.expireDue(),
  };

  private async claim({ pledgeIndex, day }: Step): Promise<void> {
    const { services, cast, needs, pledges } = this.world;
    const planned = pledges[pledgeIndex]!;
    const need = needs[planned.needIndex]!;
    const member = cast.member(planned.partnerCode);
    const { quantity, note } = planned;
    try {
      const { id } = await services.claims.claim(member, {
        needId: need.id,
        quantity,
        note,
        idempotencyKey: `demo-claim-${pledgeIndex}`,
      });
      this.told.set(pledgeIndex, { planned, need, member, claimDay: day, pledgeId: id, deliveryIds: [] });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused += 1;
    }
  }
}
