import { deepStrictEqual, ok } from 'node:assert';
import type { Verdict } from '../../src/kernel/problems.ts';
import type { Preview } from '../../src/pledges/claim.service.ts';
import { memberOf } from './lane.ts';
import type { ModelPartner } from './model.ts';
import { suggestionsFor } from './model-suggestions.ts';
import type { Stage } from './player.ts';

interface ClaimAnswer {
  value?: { status: string; verdicts: Verdict[] };
  problems?: { kind: string; remaining?: number; verdict?: Verdict }[];
}

/** How many needs are asked for after a refusal. */
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
  const wanted = suggestionsFor(stage.model, partner, stage.lane.clock.date(30));
  const ids = wanted.slice(0, POINTED_TO).map(({ need }) => need.id);
  const found = await stage.lane.suggestions.suggest(partner.id, POINTED_TO, new AbortController().signal);
  deepStrictEqual(
    found.nodes.map(({ id }) => id),
    ids,
  );
}

/** For each partner the hub suggests what the model does, in its order and for its reasons, and each would pass. */
export async function expectSuggestions({ lane, model }: Stage): Promise<number> {
  const { claims } = lane.services;
  let count = 0;
  for (const partner of model.partners) {
    const found = await lane.suggestions.suggest(partner.id, 100, new AbortController().signal);
    const wanted = suggestionsFor(model, partner, lane.clock.date(30));
    deepStrictEqual(
      found.nodes.map(({ id, suggestion }) => [id, suggestion.reasons, suggestion.creditorId]),
      wanted.map(({ need, reasons, creditor }) => [need.id, reasons, creditor?.id ?? null]),
    );
    deepStrictEqual(found.complete, true);
    for (const { id } of found.nodes) {
      const { outcome } = await claims.preview(memberOf(partner), { needId: id, quantity: 1 });
      ok(['PASS', 'ADVISE'].includes(outcome), `a claim of the suggested ${id} would be ${outcome}`);
    }
    count += found.nodes.length;
  }
  return count;
}
