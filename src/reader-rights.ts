import type { ReaderRights } from './platform/reader-role.ts';

/**
 * All that the role of reads may read. A table that does not stand here is not there for it: name it when nothing of
 * it is private; otherwise give it a row level policy, or a view in the schema `shown`, as migration 0007 does.
 */
export const readerRights: ReaderRights = {
  tables: [
    'public.area_changes',
    'public.area_figures',
    'public.areas',
    'public.clusters',
    'public.feed_head',
    'public.feed_terms',
    'public.job_runs',
    'public.ledger_entries',
    'public.moved_clock',
    'public.partner_areas',
    'public.partner_balances',
    'public.partner_mandates',
    'public.partner_pledges',
    'public.partners',
    'public.policies',
    'public.programme_plan',
    'public.sectors',
    'public.village_colours',
    'public.village_partners',
    'public.villages',
    // Without what is private of them; drafts for their asker.
    'shown.deliveries',
    'shown.events',
    'shown.needs',
    'shown.pledges',
    // What was written in confidence, for its asker.
    'shown.delivery_words',
    'shown.event_words',
    'shown.pledge_words',
    // By row level policies, for their asker.
    'public.account_areas',
    'public.account_roles',
    'public.account_villages',
    'public.audit_entries',
    'public.sessions',
  ],
  columns: {
    'public.accounts': ['id', 'email', 'name', 'partner_id', 'created_at', 'disabled_at', 'issuer'],
    'public.invitations': ['account_id', 'created_at', 'expires_at'],
    'public.api_tokens': [
      'id',
      'account_id',
      'name',
      'scopes',
      'created_at',
      'expires_at',
      'revoked_at',
      'last_used_on',
    ],
  },
};
