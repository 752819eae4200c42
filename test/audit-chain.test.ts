import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { ChainHead } from '../src/audit/audit-chain.ts';
import { verifyAudit } from '../src/audit/verify-audit.service.ts';
import { AUDIT_LOCK } from '../src/platform/locks.ts';
import { Session } from '../src/platform/session.ts';
import { claim, commit, publish } from './support/acts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

const hub = await testHub();
const { database } = hub;
const other = await testHub({ database, clock: hub.clock });
const { as, villages, partners, accounts } = await buildWorld(hub);

const prove = (heads: ChainHead[] = []) => verifyAudit(hub.services.database, heads);

/** The chain as it stands, once every act has its place. */
async function headNow(): Promise<ChainHead> {
  await hub.actsChained();
  return (await hub.services.auditReads.head())!;
}

const need = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 1000 });

describe('the chain', () => {
  test('is contiguous, and each hash is SHA-256 of the documented text and of the hash before it', async () => {
    const pledge = await claim(as.semen, need.id, 1);
    await commit(as.semen, pledge.id, hub.clock.date(9));
    await hub.actsChained();
    const rows = await database.sql<{ position: number; text: string; hash: string; before: string }>(`
      select position, hash, lag(hash, 1, repeat('0', 64)) over (order by position) as before,
        concat('["sinergi-audit-1","', lag(hash, 1, repeat('0', 64)) over (order by position), '",', position, ',',
          pending_id, ',"', to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '","', action,
          '","', outcome, '","', actor_kind, '",', coalesce('"' || account_id || '"', 'null'), ',',
          replace(to_json(subject_ids)::text, ', ', ','), ',', coalesce('"' || address || '"', 'null'), ',',
          coalesce('"' || request_id || '"', 'null'), ',', coalesce('"' || token_id || '"', 'null'), ']') as text
      from audit_entries order by position`);
    expect(rows.map(({ position }) => position)).toEqual(rows.map((_, index) => index + 1));
    expect(rows.map(({ text }) => createHash('sha256').update(text).digest('hex'))).toEqual(
      rows.map(({ hash }) => hash),
    );
    expect(await prove()).toMatchObject({ fault: null, head: { position: rows.length }, pending: 0 });
  });

  test('holds every act once that many people take at once at two nodes', async () => {
    const before = await headNow();
    const clients = [
      as.semen,
      as.kodim,
      await other.client(accounts.semen),
      await other.client(accounts.kodim),
    ];
    const claims = clients.flatMap((client) => Array.from({ length: 10 }, () => claim(client, need.id, 1)));
    const pledges = await Promise.all(claims);
    const head = await headNow();
    expect(head.position - before.position).toBe(pledges.length);
    const named = await database.sql<{ id: string }>(
      'select subject_ids[1] as id from audit_entries where position > $1',
      [before.position],
    );
    expect(named.map(({ id }) => id).toSorted()).toEqual(pledges.map(({ id }) => id).toSorted());
    expect(await prove([before, head])).toEqual({ fault: null, head, pending: 0 });
  });

  test('gives an act that commits late a later place, and skips none', async () => {
    const LATE = 4712;
    await database.transaction([
      `create function wait_at_commit() returns trigger language plpgsql set lock_timeout = 0 as
        $$ begin perform pg_advisory_xact_lock(${LATE}); return null; end $$`,
      `create constraint trigger wait_at_commit after insert on pledges deferrable initially deferred
        for each row when (new.partner_id = '${partners.kodim.id}') execute function wait_at_commit()`,
    ]);
    const gate = await Session.open(database.url, 60_000);
    await gate.query('select pg_advisory_lock($1::bigint)', [LATE]);
    const elsewhere = await publish(as.coordinator, { villageId: villages.sajira.id });
    const early = claim(as.kodim, elsewhere.id, 1);
    const waiting = `select from pg_locks where locktype = 'advisory' and objid = ${LATE} and not granted`;
    await until(async () => (await database.sql(waiting)).length === 1, 'a claim at its commit');
    const quick = await claim(as.semen, need.id, 1);
    await headNow();
    await gate.close();
    const held = await early;
    await headNow();
    const rows = await database.sql<{ id: string; pending_id: number }>(
      'select subject_ids[1] as id, pending_id from audit_entries where subject_ids[1] = any($1) order by position',
      [[quick.id, held.id]],
    );
    expect(rows.map(({ id }) => id)).toEqual([quick.id, held.id]);
    expect(rows[1]!.pending_id).toBeLessThan(rows[0]!.pending_id);
    await database.transaction(['drop trigger wait_at_commit on pledges', 'drop function wait_at_commit']);
    expect((await prove()).fault).toBeNull();
  });

  test('goes on at another node, or anew, when the connection that chains is cut', async () => {
    const before = await headNow();
    const held = `from pg_locks where locktype = 'advisory' and objid = ${AUDIT_LOCK} and granted
      and database = (select oid from pg_database where datname = current_database())`;
    for (const round of [1, 2, 3]) {
      const cut = await database.sql(`select pg_terminate_backend(pid) ${held}`);
      expect(cut.length).toBe(1);
      await claim(as.semen, need.id, round);
      await until(async () => (await headNow()).position === before.position + round, 'the act in its place');
      await until(async () => (await database.sql(`select ${held}`)).length === 1, 'a node that chains');
    }
    expect((await prove([before])).fault).toBeNull();
    for (const complaint of [...hub.complaints.splice(0), ...other.complaints.splice(0)]) {
      expect(complaint).toContain('the audit trail’s chain: it failed, and is tried again');
    }
  });
});

test('none of this was a fault to the hubs', () => {
  expect([...hub.complaints, ...other.complaints]).toEqual([]);
});
