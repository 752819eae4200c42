import { brokenFeed } from './broken-feed.ts';
import { BUMP, issuersAccount, set, type Targets, type Violation } from './violations.ts';

const anAct = `insert into audit_pending (occurred_at, action, outcome, actor_kind, subject_ids)
  values (now(), 'approvePledge', 'DONE', 'SYSTEM', '{}')`;

/** The only one who could sign in as an administrator. */
const anAdministrator = `insert into accounts (id, email, name, password_hash, created_at)
    values ('account_01jd3m5a8zf6wvqk2x7r9c4b1e', 'a@b', 'A', 'x', now());
  insert into account_roles values ('account_01jd3m5a8zf6wvqk2x7r9c4b1e', 'ADMIN')`;

/** Statements past all services that take a step that is none, or rewrite what has been. */
export function brokenHistory(targets: Targets): Violation[] {
  const {
    villages,
    partners,
    need,
    untouched,
    aDraft,
    promised,
    ended,
    committed,
    decided,
    reported,
    done,
    whole,
    asked,
  } = targets;
  return [
    [
      'needs_frozen_guard',
      'needs_ended_never_change',
      'a need that was fulfilled and changes',
      set('needs', done, `title = 'Lain', ${BUMP}`),
    ],
    [
      'needs_frozen_guard',
      'needs_stay_in_their_village',
      'a need that moves',
      set('needs', untouched, `village_id = '${villages.sajira.id}', ${BUMP}`),
    ],
    [
      'needs_frozen_guard',
      'needs_unit_value_frozen_by_pledges',
      'another unit value after a pledge',
      set('needs', need, `unit_value = 2000, ${BUMP}`),
    ],
    [
      'needs_frozen_guard',
      'needs_version_rises',
      'a need that changes without a new version',
      set('needs', untouched, `title = 'Lain'`),
    ],
    [
      'pledges_steps_guard',
      'pledges_ended_never_change',
      'a pledge that was withdrawn and comes back',
      set('pledges', ended, `status = 'PLEDGED', expires_at = now(), ${BUMP}`),
    ],
    [
      'pledges_steps_guard',
      'pledges_ended_never_change',
      'a pledge that was fulfilled and changes',
      set('pledges', whole, `note = 'x', ${BUMP}`),
    ],
    [
      'pledges_steps_guard',
      'pledges_keep_what_was_claimed',
      'a pledge of another quantity',
      set('pledges', promised, `quantity = 6, status = 'COMMITTED', ${BUMP}`),
    ],
    [
      'pledges_steps_guard',
      'pledges_keep_what_was_claimed',
      'a pledge of another partner',
      set('pledges', promised, `partner_id = '${partners.kodim.id}', status = 'COMMITTED', ${BUMP}`),
    ],
    [
      'pledges_steps_guard',
      'pledges_keep_what_was_claimed',
      'a pledge with other verdicts',
      set('pledges', promised, `verdicts = '[{}]', status = 'COMMITTED', ${BUMP}`),
    ],
    [
      'pledges_steps_guard',
      'pledges_holder_frozen_at_commit',
      'another mandate holder after the commitment',
      set('pledges', committed, `holder_id = '${partners.kodim.id}', status = 'DELIVERING', ${BUMP}`),
    ],
    [
      'pledges_steps_guard',
      'pledges_step_is_known',
      'a promise that is delivered without a commitment',
      set('pledges', promised, `status = 'DELIVERING', ${BUMP}`),
    ],
    [
      'pledges_steps_guard',
      'pledges_step_is_known',
      'a request that is committed without approval',
      set('pledges', asked, `status = 'COMMITTED', ${BUMP}`),
    ],
    [
      'pledges_steps_guard',
      'pledges_step_is_known',
      'a commitment that is declined',
      set('pledges', committed, `status = 'DECLINED', expires_at = null, reason = 'x', ${BUMP}`),
    ],
    [
      'pledges_steps_guard',
      'pledges_version_rises',
      'a pledge that changes without a new version',
      set('pledges', promised, `status = 'COMMITTED'`),
    ],
    [
      'deliveries_steps_guard',
      'deliveries_decided_never_change',
      'a delivery that is decided twice',
      set('deliveries', decided, `status = 'DISPUTED', reason = 'x'`),
    ],
    [
      'deliveries_steps_guard',
      'deliveries_keep_what_was_reported',
      'a delivery of another quantity',
      set('deliveries', reported, 'quantity = 1'),
    ],
    [
      'ledger_append_only',
      'ledger_entries_append_only',
      'an entry that is rewritten',
      'update ledger_entries set amount_rupiah = 1',
    ],
    [
      'ledger_append_only',
      'ledger_entries_append_only',
      'an entry that is taken away',
      'delete from ledger_entries',
    ],
    [
      'policies_append_only',
      'policies_append_only',
      'a policy that is rewritten',
      'update policies set grace_days = 0',
    ],
    ['policies_append_only', 'policies_append_only', 'a policy that is taken away', 'delete from policies'],
    [
      'needs_never_deleted',
      'needs_never_deleted',
      'a need that is taken away',
      `delete from needs where id = '${aDraft.id}'`,
    ],
    [
      'pledges_never_deleted',
      'pledges_never_deleted',
      'a pledge that is taken away',
      `delete from pledges where id = '${ended.id}'`,
    ],
    [
      'deliveries_never_deleted',
      'deliveries_never_deleted',
      'a delivery that is taken away',
      `delete from deliveries where id = '${reported.id}'`,
    ],
    ...brokenFeed,
    [
      'feed_terms_append_only',
      'feed_terms_append_only',
      'a term of the relay that is rewritten',
      `update feed_terms set id = '000000'`,
    ],
    [
      'moved_clock_never_kept',
      'moved_clock_never_kept',
      'a clock that stays moved',
      `delete from moved_clock; insert into moved_clock (id, at) values (1, now())`,
    ],
    [
      'audit_entries_append_only',
      'audit_entries_append_only',
      'an entry of the audit trail that is rewritten',
      `update audit_entries set address = '192.0.2.1' where position = 1`,
    ],
    [
      'audit_entries_append_only',
      'audit_entries_append_only',
      'an entry of the audit trail that is taken away',
      'delete from audit_entries where position = 1',
    ],
    [
      'audit_pending_never_changed',
      'audit_pending_only_chained',
      'an act that is rewritten before it has its place',
      `${anAct}; update audit_pending set outcome = 'REFUSED'`,
    ],
    [
      'audit_pending_leaves_chained',
      'audit_pending_only_chained',
      'an act that is taken away before it has its place',
      `${anAct}; delete from audit_pending`,
    ],
    [
      'audit_pending_leaves_chained',
      'audit_pending_only_chained',
      'an act that gets its place as another',
      `with act as (${anAct} returning *)
        insert into audit_entries select 1000000, id, occurred_at, 'declinePledge', outcome, actor_kind, account_id,
          subject_ids, address, request_id, token_id, repeat('0', 64) from act;
        delete from audit_pending`,
    ],
    [
      'accounts_administrator_guard',
      'an_administrator_remains',
      'the last administrator who could sign in and is disabled',
      `${anAdministrator}; update accounts set disabled_at = now() where password_hash = 'x'`,
    ],
    [
      'account_roles_administrator_guard',
      'an_administrator_remains',
      'the last administrator who could sign in and loses the role',
      `${anAdministrator}; delete from account_roles where account_id = 'account_01jd3m5a8zf6wvqk2x7r9c4b1e'`,
    ],
    ...[
      ['an account that becomes another subject’s', `subject = 'siti'`],
      ['an account that becomes the hub’s own', `issuer = null, subject = null, claims_issued_at = null`],
      ['older claims in place of newer ones', `claims_issued_at = now() - interval '1 second'`],
    ].map(([what, change]): Violation => [
      'accounts_origin_guard',
      'accounts_keep_their_origin',
      what!,
      `${issuersAccount()}; update accounts set ${change} where issuer is not null`,
    ]),
    [
      'accounts_origin_guard',
      'accounts_keep_their_origin',
      'an account of the hub that becomes an issuer’s',
      `update accounts set issuer = 'https://id.test', subject = id, claims_issued_at = now()`,
    ],
    ...[
      ['ledger_entries', 'ledger_entries_append_only'],
      ['policies', 'policies_append_only'],
      ['events', 'events_append_only'],
      ['feed_head', 'feed_head_never_deleted'],
      ['outbox', 'outbox_only_placed'],
      ['needs', 'needs_never_deleted'],
      ['pledges', 'pledges_never_deleted'],
      ['deliveries', 'deliveries_never_deleted'],
      ['audit_entries', 'audit_entries_append_only'],
      ['audit_pending', 'audit_pending_only_chained'],
      ['feed_terms', 'feed_terms_append_only'],
    ].map(([table, rule]): Violation => [
      `${table}_never_truncated`,
      rule!,
      `all ${table} that are emptied at once`,
      `truncate ${table} cascade`,
    ]),
  ];
}
