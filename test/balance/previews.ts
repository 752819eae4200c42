import { deepStrictEqual, ok } from 'node:assert';
import type { Verdict } from '../../src/kernel/problems.ts';
import type { Preview } from '../../src/pledges/claim.service.ts';
import { memberOf } from './lane.ts';
import type { ModelPartner } from './model.ts';
import { suggestionsFor } from './model-suggestions.ts';
import type { Stage } from './player.ts';

interface ClaimAnswer {
  value?: { status: string; verdicts: Verdict[] };
  problems?: { kind: string; remaining?: number; verdict?: Verdict; suggestions?: { id: string }[] }[];
}

/** How many needs a refusal, or a preview, points to. */
const POINTED_TO = 5;

/** What the preview said is what the claim that was sent just now came to. */
export async function expectAgreement(stage: Stage, partner: ModelPartner, preview: Preview): Promise<void> {
  const { value, problems = [] } = stage.sent.at(-1)!.answer as ClaimAnswer;
  if (value !== undefined) {
    deepStrictEqual(preview.verdicts, value.verdicts);
    const status = preview.outcome === 'APPROVAL' ? 'AWAITING_APPROVAL' : 'PLEDGED';
    deepStrictEqual([preview.outcome !== 'REJECT', status], [true, value.status]);
    return;
  }
  deepStrictEqual(preview.outcome, 'REJECT');
  const [problem] = problems;
  if (problem!.kind === 'NotEnoughRemaining') deepStrictEqual(preview.remaining, problem!.remaining);
  if (problem!.kind === 'WrongState') deepStrictEqual(preview.remaining, 0);
  if (problem!.kind !== 'BalanceRuleBroken') return;
  deepStrictEqual(
    preview.verdicts.find(({ outcome }) => outcome === 'REJECT'),
    problem!.verdict,
  );
  // The refusal changed nothing, so that both point to the same needs.
  const wanted = suggestionsFor(stage.model, partner, stage.lane.clock.date(30));
  const ids = wanted.slice(0, POINTED_TO).map(({ need }) => need.id);
  deepStrictEqual(
    problem!.suggestions!.map(({ id }) => id),
    ids,
  );
  deepStrictEqual(
    (await preview.suggestions()).map(({ id }) => id),
    ids,
  );
}

/** For each partner the hub suggests what the model does, in its order and for its reasons, and each would pass. */
export async function expectSuggestions({ lane, model }: Stage): Promise<number> {
  const { suggestions, partners, claims } = lane.services;
  let count = 0;
  for (const partner of model.partners) {
    const [row] = await partners.byId([partner.id]);
    const found = await suggestions.suggest(row!, 100, lane.clock.now());
    const wanted = suggestionsFor(model, partner, lane.clock.date(30));
    deepStrictEqual(
      found.map(({ id, suggestion }) => [id, suggestion.reasons, suggestion.creditorId]),
      wanted.map(({ need, reasons, creditor }) => [need.id, reasons, creditor?.id ?? null]),
    );
    for (const { id } of found) {
      const { outcome } = await claims.preview(memberOf(partner), { needId: id, quantity: 1 });
      ok(['PASS', 'ADVISE'].includes(outcome), `a claim of the suggested ${id} would be ${outcome}`);
    }
    count += found.length;
  }
  return count;
}
