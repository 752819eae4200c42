/**
 * What the hub says, in English, as ICU MessageFormat. The keys are the law for every other language;
 * money is written `{x, number, ::currency/IDR …}` by the formatter's own `rupiah` style.
 */
export const en = {
  'input.required': 'This field must be filled in.',
  'input.too-long': 'At most {max, number} characters; this has {length, number}.',
  'input.too-short': 'At least {min, number} characters.',
  'input.control': 'The character {character} at place {position, number} is a control character; delete it.',
  'input.line-break': 'This must be on one line; there is a tab or a line break at place {position, number}.',
  'input.invisible': 'The character {character} at place {position, number} cannot be seen; delete it.',
  'input.marks': 'Too many marks stand on one letter at place {position, number}; delete some.',
  'input.broken-character': 'A character of this text is broken; delete it and type it again.',
  'input.shows-nothing': 'This text shows nothing; write something that can be read, or leave it out.',
  'input.evidence-password':
    'An address of evidence may not hold a user name or a password; remove the part before “@”.',
  'input.not-positive': 'Must be a whole number of at least 1.',
  'input.value-too-great':
    'Quantity times unit value is past {max, number, rupiah}; make one of them smaller.',
  'input.village-plan-too-great': 'With this need the plan of the village would pass {max, number, rupiah}.',
  'input.plan-too-great': 'With this need the plan of all villages would pass {max, number, rupiah}.',
  'input.books-too-great':
    'With this commitment the support in the books of one of the two partners would pass {max, number, rupiah}.',
  'input.bad-id': 'This is not the id of {kind}; it should begin with “{prefix}_”.',
  'input.bad-node-id': 'This is not an id; ids look like need_01jd3m5a8zf6wvqk2x7r9c4b1e.',
  'input.too-many-deliveries': 'At most {max, number} deliveries can be reported on one pledge.',
  'input.bad-area-code': 'Not an official area code, such as 36, 36.02, 36.02.11 or 36.02.11.2005.',
  'input.bad-date': 'Not a date of the calendar, such as 2026-06-30.',
  'input.date-past': 'The date {date} is past; choose today ({today}) or later.',
  'input.date-too-far': 'The date {date} is too far off; choose {latest} or earlier.',
  'input.draft-overdue': 'The draft is due on {date}, which is past; give it a later day first.',
  'input.date-future': 'The date {date} is still to come; choose today ({today}) or earlier.',
  'input.bad-evidence': 'Evidence must be http or https addresses, at most {max, number} of them.',
  'input.bad-key': 'An idempotency key has 1 to 200 printable characters without spaces at its ends.',
  'input.bad-action': 'Not the name of an act, such as claimNeed or signIn.',
  'input.bad-cursor': 'This cursor does not belong to this list; take one from its own pageInfo.',
  'input.bad-page-size': 'Ask for 1 to {max, number} at a time.',
  'input.unknown-sector': 'There is no sector “{code}”; the query “sectors” lists them.',
  'input.unknown-cluster': 'There is no cluster “{code}”; the query “clusters” lists them.',
  'input.unknown-area': 'There is no area with the code “{code}”.',
  'input.bad-code': 'A code has 2 to 60 lower-case letters, digits and single hyphens.',
  'input.code-taken': 'The code “{code}” belongs to another partner.',
  'input.unknown-partner': 'There is no such partner; the query “partners” lists them.',
  'input.unknown-village': 'There is no such village; the query “villages” lists them.',
  'input.bad-email': 'Not an email address, such as nama@kantor.go.id, of at most 254 characters.',
  'input.email-taken': 'There is an account with this address already; the query “accounts” finds it.',
  'input.role-needs': 'The role {role} needs this; fill it in, or leave the role out.',
  'input.without-role': 'This is for the role {role} alone; add the role, or leave this out.',
  'input.twice': '“{value}” stands here twice.',
  'input.below-claimed': 'The quantity cannot fall below the {claimed, number} already claimed.',
  'input.unit-value-frozen': 'The unit value cannot change once somebody has pledged.',
  'input.nothing-to-change': 'Name at least one field to change.',
  'input.one-of': 'Give exactly one of these: {fields}.',
  'input.too-many-tokens': 'An account has at most {max, number} API tokens; revoke one first.',
  'input.too-many': 'At most {max, number} entries.',
  'input.over-delivery': 'Only {left, number} of this pledge are left to deliver.',
  'input.out-of-range': 'Must be from {min, number} to {max, number}.',
  'input.not-used': 'The rule {rule} has no such figure; leave it out.',
  'input.below-limit': 'The ceiling cannot be below the limit.',
  'input.rule-missing': 'The rule {rule} is missing; a policy sets all five.',
  'not-found.need': 'There is no such need.',
  'not-found.pledge': 'There is no such pledge.',
  'not-found.delivery': 'There is no such delivery.',
  'not-found.village': 'There is no such village.',
  'not-found.partner': 'There is no such partner.',
  'not-found.api-token': 'There is no such API token.',
  'not-found.account': 'There is no such account.',
  'not-found.session': 'There is no such session.',
  'forbidden.read': 'You may not see this.',
  'forbidden.need': 'Only the village itself, or the coordinator of its area, may do this.',
  'forbidden.partner': 'Only members of the pledging partner may do this.',
  'forbidden.claim': 'Only a partner’s member may claim. Sign in with a partner’s account.',
  'forbidden.decide': 'Only the coordinator of the village’s area may decide this.',
  'forbidden.verify-own': 'Nobody may verify a delivery of their own partner.',
  'forbidden.register': 'Only a coordinator whose area covers all these areas may register a partner.',
  'forbidden.policy': 'Only a coordinator of this area, or an administrator, may publish its policy.',
  'forbidden.audit': 'Only auditors and administrators may read the audit trail; sign in as one of them.',
  'forbidden.access':
    'Only an administrator may do this for another account, and nobody through an API token.',
  'forbidden.accounts':
    'Only an administrator may do this, and nobody through an API token; ask one of them.',
  'forbidden.last-administrator':
    'This is the last administrator who can sign in; make somebody else one first.',
  'state.has-password': 'This account has a password already, and needs no invitation.',
  'state.disabled': 'This account is disabled; enable it first.',
  'state.issuer-invitation':
    'This account is signed in to through {issuer} and has no password here; ask those who run that to let somebody in.',
  'state.issuer-roles': 'What this account may do is said by {issuer}; have it changed there.',
  'state.need': 'The need is {status}; this can no longer be done.',
  'state.need-draft': 'The need is {status}; only a draft can be published.',
  'state.pledge': 'The pledge is {status}; this cannot be done now.',
  'state.delivery': 'The delivery is {status}; it was decided before.',
  'state.delivery-undecided':
    'A reported delivery awaits the village’s decision; verify or dispute it first.',
  'stale-version': 'Somebody changed this since you read it (version {current, number}); read it again.',
  'not-enough':
    '{remaining, plural, =0 {Nothing remains of this need.} other {Only # of this need remain.}} You asked for {asked, number}.',
  'idempotency-conflict': 'This idempotency key was used for another request; choose a new key.',
  'sign-in.failed': 'Email or password is wrong.',
  'sign-in.throttled':
    'Too many attempts to sign in; try again in {minutes, plural, one {# minute} other {# minutes}}, or from a device on which you were remembered.',
  'password.common':
    'This password is among those that are guessed first; choose several words that do not belong together.',
  'password.own-words':
    'This password is made of your own address, name or organisation, which others know; choose other words.',
  'password.product-words':
    'This password is made of words that everybody here knows; choose several words that do not belong together.',
  'invitation.failed': 'This invitation was used, is over, or never was; ask an administrator for a new one.',
  'auth.no-role':
    'Your organisation’s sign-in gives you no role in this hub; ask those who keep its accounts for one, and sign in again.',
  'auth.unfit-claim':
    'Your organisation’s sign-in gives you the role {role}, but its claim “{claim}” names nothing that this hub knows; ask those who keep its accounts to correct it, and sign in again.',
  'auth.issuer-unavailable':
    'Your organisation’s sign-in cannot be checked at the moment; try again in half a minute.',
  'auth.required': 'Sign in first: send “Authorization: Bearer <token>” with the token that signIn answers.',
  'auth.invalid':
    'This token is not one of this hub, or was changed on its way; sign in, and send the token that signIn returns as it is.',
  'auth.expired': 'This token has expired; sign in again.',
  'auth.ended': 'This session has ended, or its account is disabled; sign in again.',
  'auth.permissions-changed': 'What your account may do has changed; connect again with the same token.',
  'error.database-away':
    'The database is away at the moment, and nothing was done that can be told; ask again in {seconds, plural, one {# second} other {# seconds}}, a mutation with the same idempotency key.',
  'error.internal': 'Something went wrong on our side; quote {id} when you ask for help.',
  'error.busy': 'The hub is busy; try again in a moment.',
  'audit.restored':
    'The audit trail was restored from a backup: the entry that this cursor names is no longer part of it. Read the list again from its beginning.',
  'feed.interrupted':
    'The feed was restored to an earlier point. What you have still holds; resume with your last cursor.',
  'feed.not-here-yet': 'This event has not arrived at this node yet. Try again in a moment.',
  'feed.restored':
    'The feed was restored to an earlier point: what you have after position {position} no longer holds. Discard it, and resume with the cursor of this error.',
  'feed.overflow': 'You read too slowly; resume with the cursor {cursor}.',
  'query.too-large':
    'The answer could hold {fields, number} fields, and may hold {max, number}: ask for smaller pages, or for less in each.',
  'query.too-many-bytes':
    'The answer has more than {max, number} bytes: ask for smaller pages, or for fewer long texts in each.',
  'query.too-slow':
    'The database took longer than {seconds, number} seconds: ask for smaller pages, a narrower filter, or less in each.',
  'query.too-many-tokens':
    'The document is longer than {max, number} tokens: send fewer operations, or ask for less in each.',
  'query.too-many-comments': 'The document has more than {max, number} comments: leave them out.',
  'query.too-deep': 'The document is {counted, number} levels deep, and may be {max, number}: nest it less.',
  'query.too-many-aliases':
    'The document has {counted, number} aliases, and may have {max, number}: ask for less at once.',
  'query.alias-too-long':
    'An alias has {counted, number} characters, and may have {max, number}: choose a shorter one.',
  'query.too-many-directives':
    'The document has {counted, number} directives, and may have {max, number}: leave some out.',
  'query.too-many-selections':
    'With its fragments the document has {counted, number} selections, and may have {max, number}: ask for less at once.',
  'query.too-much-to-keep':
    'The subscription has variables of {counted, number} characters, and may have {max, number}: name less in its filter.',
  'query.too-many-operations': 'A connection carries {max, number} operations at once; end some first.',
  'persisted.mismatch':
    'The id is not the SHA-256 of the text; send one of them, or both as they belong together.',
  'persisted.not-found':
    'No persisted operation has this id; whoever runs the hub can add it to PERSISTED_OPERATIONS.',
  'persisted.only':
    'This hub takes persisted operations only; whoever runs it can add this one to PERSISTED_OPERATIONS.',
  'persisted.send-text':
    'No persisted operation has this id, and clients cannot add any; send the text of the operation.',
  'request.bad': 'This is not a request that the hub can read; send a JSON object with a query.',
  'request.batch':
    'One request carries one operation, and this one carries {counted, number}; send them one by one.',
  'request.body-too-large': 'The body is larger than {max, number} bytes; send less at once.',
  'request.forgery':
    'A web page could have sent this without being asked: add one of these headers: {headers}.',
  'request.foreign-origin':
    'Pages of “{origin}” may not ask this hub; whoever runs it can allow them by ALLOWED_ORIGINS.',
  'request.media-type': 'Send the body as application/json, and not compressed.',
  'rate.too-fast':
    'You have asked for too much in too short a time; wait {seconds, plural, one {# second} other {# seconds}}, then ask again.',
  'rate.too-many-at-once':
    'You have {max, number} operations running, which is as many as may; wait for some to end, then ask again.',
  'rate.sign-ins-wait': '{max, number} people are signing in right now; try again in a few seconds.',
  'rate.too-many-arriving':
    'Too many requests of your network are still on their way; let some arrive, then ask again.',
  'rate.too-much-open':
    'With this one an event could cost {counted, number} fields in all of your open subscriptions, and may cost {max, number}: end some of them first, or ask for less in each.',
  'suggestion.SUPPORTS_CREDITOR': 'It supports a partner whom you owe support.',
  'suggestion.ADDS_COLOUR': 'Your cluster is a colour that this village lacks.',
  'suggestion.LEAST_COVERED': '{coverage, number, percent} of the village’s plan is covered.',
  'suggestion.URGENT': 'It is urgent.',
  'suggestion.DUE_SOON': 'It is due soon.',
  'rule.RECIPROCITY':
    '{ok, select, yes {Support received is {before, number, rupiah}; up to {limit, number, rupiah}, what was given plus the credit line, a partner may claim in its own mandate.} other {Support received ({before, number, rupiah}) is above what was given plus the credit line ({limit, number, rupiah}); help another partner’s mandate first.}}',
  'rule.PARTNER_SHARE':
    '{ok, select, yes {With this claim the partner holds {after, number, percent} of the village’s plan; the limit is {limit, number, percent}.} other {With this claim the partner would hold {after, number, percent} of the village’s plan, more than {limit, number, percent}; claim less, or in another village.}}',
  'rule.COLOUR_SHARE':
    '{ok, select, yes {With this claim the cluster holds {after, number, percent} of the village’s plan; the limit is {limit, number, percent}.} other {With this claim the cluster would hold {after, number, percent} of the village’s plan, more than {limit, number, percent}; leave room for other colours.}}',
  'rule.SPREAD':
    '{ok, select, yes {{before, number, percent} of the village’s plan is reserved, or no village nearby lags behind; the limit is {limit, number, percent}.} other {{before, number, percent} of the village’s plan is reserved already (limit {limit, number, percent}) while another village of the regency waits for this sector.}}',
  'rule.CAPACITY':
    '{ok, select, yes {{after, plural, one {# open pledge} other {# open pledges}} with this claim; the limit is {limit, number}, unless enough were fulfilled.} other {{after, plural, one {# open pledge} other {# open pledges}} with this claim, more than {limit, number}, and too few were fulfilled; fulfil some first.}}',
} as const;

export type MessageKey = keyof typeof en;
