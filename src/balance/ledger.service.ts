import { LockMode } from '@mikro-orm/core';
import { sql } from 'kysely';
import { invalid, Refused } from '../kernel/problems.ts';
import { MAX_RUPIAH } from '../kernel/rupiah.ts';
import { Partner } from '../partners/partner.entity.ts';
import type { Transaction } from '../platform/database.ts';
import { type EntryKind, LedgerEntry } from './ledger.entity.ts';

/** Support that a pledge gives to the mandate of another partner. */
export interface Support {
  pledgeId: string;
  supporterId: string;
  holderId: string;
  amountRupiah: number;
}

/** The support ledger: entries and balances move together, in the transaction of the fact. */
export class LedgerService {
  /** Holds the partners' rows, in the order of their ids, after need and village. */
  async lockPartners(tx: Transaction, partnerIds: readonly string[]): Promise<Partner[]> {
    const ids = [...new Set(partnerIds)].toSorted();
    const options = { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } } as const;
    return tx.em.find(Partner, { id: { $in: ids } }, options);
  }

  /**
   * Writes one entry and moves both sides' books. The partners' rows are held by this transaction. PEND raises what
   * is pending, POST moves it to posted, VOID takes it away.
   *
   * Throws Refused when a PEND would take what one side gives, or the other receives, past MAX_RUPIAH. The plan of
   * the programme does not bound these sums: what was verified of a need stays in the books when the need is
   * cancelled and leaves the plan. Pending and posted are bounded together, so no POST can pass the bound later.
   */
  async enter(tx: Transaction, kind: EntryKind, support: Support, now: Date): Promise<void> {
    const { supporterId, holderId, amountRupiah } = support;
    tx.em.persist(tx.em.create(LedgerEntry, { kind, ...support, createdAt: now }));
    const pending = kind === 'PEND' ? amountRupiah : -amountRupiah;
    const posted = kind === 'POST' ? amountRupiah : 0;
    await sql`
      insert into partner_balances as b
        (partner_id, given_pending_rupiah, given_posted_rupiah, received_pending_rupiah, received_posted_rupiah)
      values (${supporterId}, 0, 0, 0, 0), (${holderId}, 0, 0, 0, 0)
      on conflict do nothing`.execute(tx.sql);
    const moved = await sql<{ partnerId: string }>`
      update partner_balances set
        given_pending_rupiah = given_pending_rupiah + case when partner_id = ${supporterId} then ${pending}::bigint else 0 end,
        given_posted_rupiah = given_posted_rupiah + case when partner_id = ${supporterId} then ${posted}::bigint else 0 end,
        received_pending_rupiah = received_pending_rupiah + case when partner_id = ${holderId} then ${pending}::bigint else 0 end,
        received_posted_rupiah = received_posted_rupiah + case when partner_id = ${holderId} then ${posted}::bigint else 0 end
      where partner_id in (${supporterId}, ${holderId}) and (${kind} <> 'PEND'
        or case when partner_id = ${supporterId} then given_pending_rupiah + given_posted_rupiah
          else received_pending_rupiah + received_posted_rupiah end <= ${MAX_RUPIAH - amountRupiah}::bigint)
      returning partner_id`.execute(tx.sql);
    if (moved.rows.length < 2) {
      throw new Refused(invalid(['input', 'pledgeId'], 'input.books-too-great', { max: MAX_RUPIAH }));
    }
  }
}
