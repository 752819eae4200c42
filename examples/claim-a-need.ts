import { createSinergiClient } from '../client/sinergi-client.ts';
import { ClaimNeedDocument, ClaimPreviewDocument, NeedsDocument } from '../client/operations.ts';

/**
 * Claims part of an open need for a partner:
 *
 *     node dist/examples/claim-a-need.js <words to search for> <quantity>
 *
 * SINERGI_URL, SINERGI_EMAIL and SINERGI_PASSWORD say where, and as whom; without them it is the demo at
 * http://127.0.0.1:4000 and its housing agency.
 */
const { SINERGI_URL, SINERGI_EMAIL, SINERGI_PASSWORD } = process.env;
const [search = 'jamban', quantity = '1'] = process.argv.slice(2);

const client = createSinergiClient({ url: SINERGI_URL ?? 'http://127.0.0.1:4000', acceptLanguage: 'en' });
const viewer = await client.signIn(
  SINERGI_EMAIL ?? 'perkim-banten@sinergi.test',
  SINERGI_PASSWORD ?? 'kampungkb',
);
console.log(`Signed in as ${viewer.name}.`);

const { needs } = await client.request(NeedsDocument, { search, status: ['OPEN'], first: 1 });
const [need] = needs.nodes;
if (need === undefined) throw new Error(`No open need has the words “${search}”.`);
console.log(
  `${need.title} in ${need.village.name}: ${need.remaining} of ${need.quantity} ${need.unit} remain.`,
);

const claim = { needId: need.id, quantity: Number(quantity) };
const { claimPreview } = await client.request(ClaimPreviewDocument, { input: claim });
for (const { rule, outcome, message } of claimPreview.verdicts) {
  console.log(`  ${rule} ${outcome}: ${message}`);
}

// One key for one intention: sent again after a lost answer, it has no second effect.
const idempotencyKey = crypto.randomUUID();
const { claimNeed } = await client.request(ClaimNeedDocument, { input: { ...claim, idempotencyKey } });
if (claimNeed.pledge === null) {
  for (const { __typename: kind, message } of claimNeed.problems) console.log(`${kind}: ${message}`);
  process.exitCode = 1;
} else {
  const { id, status, expiresAt } = claimNeed.pledge;
  console.log(
    `Pledge ${id} is ${status}; commit it before ${expiresAt}. ${claimNeed.pledge.need.remaining} remain.`,
  );
}
