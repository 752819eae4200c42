import type { AreaRecord } from '../area-source.ts';
import type { Generator } from '../generator.ts';
import { CIMARGA, NAMED_VILLAGES } from './banten.ts';
import { ECONOMY_NEEDS } from './catalogue/economy.ts';
import { EDUCATION_NEEDS } from './catalogue/education.ts';
import { HEALTH_FAMILY_NEEDS } from './catalogue/health-family.ts';
import { HUMAN_RESOURCES_NEEDS } from './catalogue/human-resources.ts';
import { INFRASTRUCTURE_NEEDS } from './catalogue/infrastructure.ts';
import { NATURAL_RESOURCES_NEEDS } from './catalogue/natural-resources.ts';
import type { NeedTemplate } from './catalogue/need-template.ts';
import { SECURITY_ORDER_NEEDS } from './catalogue/security-order.ts';
import { SOCIAL_RELIGIOUS_NEEDS } from './catalogue/social-religious.ts';
import { CIMARGA_NEEDS } from './cimarga-needs.ts';

export interface PlannedNeed {
  villageCode: string;
  sector: string;
  /** Indonesian, like description and unit. */
  title: string;
  description: string;
  unit: string;
  unitValueRupiah: number;
  quantity: number;
  /** YYYY-MM-DD, or null when any time will do. */
  dueOn: string | null;
  urgent: boolean;
  draft: boolean;
}

export const NEED_TEMPLATES: readonly NeedTemplate[] = [
  ...HUMAN_RESOURCES_NEEDS,
  ...NATURAL_RESOURCES_NEEDS,
  ...EDUCATION_NEEDS,
  ...INFRASTRUCTURE_NEEDS,
  ...HEALTH_FAMILY_NEEDS,
  ...ECONOMY_NEEDS,
  ...SOCIAL_RELIGIOUS_NEEDS,
  ...SECURITY_ORDER_NEEDS,
];

const NEEDS_PER_VILLAGE = { min: 2, max: 8 };
/** How often each number from min to max is drawn; the mean is 3.8. */
const COUNT_WEIGHTS = [25, 25, 20, 13, 9, 5, 3];
/**
 * Villages in the demo times this, within a little, is the number of needs: 310 villages have about 1,200.
 */
const NEEDS_MEAN = 3.87;
const DUE_DAYS = { min: 30, max: 300 };
const UNDATED_SHARE = 0.1;
const URGENT_SHARE = 0.05;
const DRAFT_SHARE = 0.01;

/**
 * What the villages need, in the order in which they are published: for 310 villages about 1,200 needs, 2
 * to 8 in each, no title twice in one village. Cimarga's are fixed, the toilets first, and never urgent. Last
 * come drafts of the villages whose cadres have accounts, so that these have something to publish.
 *
 * @param today YYYY-MM-DD; due dates are 30 to 300 days later.
 */
export function planNeeds(
  villages: readonly AreaRecord[],
  generator: Generator,
  today: string,
): PlannedNeed[] {
  const others = villages.filter((village) => village.code !== CIMARGA);
  const drawn = needCounts(others.length, generator).flatMap((count, index) => {
    const village = others[index] as AreaRecord;
    const templates = generator.shuffle(NEED_TEMPLATES).slice(0, count);
    return templates.map((template) => needOf(template, village.code, generator, today));
  });
  const marks = generator.shuffle([...drawn.keys()]);
  const draftCount = Math.round(drawn.length * DRAFT_SHARE);
  const urgentCount = Math.round(drawn.length * URGENT_SHARE);
  marks.forEach((index, rank) => {
    const need = drawn[index] as PlannedNeed;
    need.draft = rank < draftCount;
    need.urgent = !need.draft && rank < draftCount + urgentCount;
  });
  const fixed = villages.some((village) => village.code === CIMARGA) ? cimargaNeeds(today) : [];
  const needs = [...fixed, ...generator.shuffle(drawn)];
  const inPlan = new Set(villages.map(({ code }) => code));
  const withCadres = NAMED_VILLAGES.filter(({ code }) => inPlan.has(code));
  return [...needs, ...withCadres.map(({ code }) => draftOf(code, needs))];
}

/** The smallest of what the catalogue has and the village has not asked for yet. */
function draftOf(villageCode: string, needs: readonly PlannedNeed[]): PlannedNeed {
  const own = needs.filter((need) => need.villageCode === villageCode);
  const template = NEED_TEMPLATES.find(({ title }) => !own.some((need) => need.title === title));
  if (!template) throw new Error(`${villageCode} needs all that there is`);
  const { sector, title, description, unit, unitValueRupiah, quantity } = template;
  return {
    villageCode,
    sector,
    title,
    description,
    unit,
    unitValueRupiah: unitValueRupiah.min,
    quantity: quantity.min,
    dueOn: null,
    urgent: false,
    draft: true,
  };
}

/** One number for each village, drawn by weight, then evened out until they add up to the wanted total. */
function needCounts(villageCount: number, generator: Generator): number[] {
  const { min, max } = NEEDS_PER_VILLAGE;
  const urn = COUNT_WEIGHTS.flatMap((weight, index) => Array<number>(weight).fill(min + index));
  const counts = Array.from({ length: villageCount }, () => generator.pick(urn));
  let missing = Math.round(villageCount * NEEDS_MEAN) - counts.reduce((sum, count) => sum + count, 0);
  while (missing !== 0) {
    const index = generator.int(0, villageCount - 1);
    const step = Math.sign(missing);
    const count = (counts[index] ?? min) + step;
    if (count < min || count > max) continue;
    counts[index] = count;
    missing -= step;
  }
  return counts;
}

function needOf(
  template: NeedTemplate,
  villageCode: string,
  generator: Generator,
  today: string,
): PlannedNeed {
  const { min, max, step } = template.unitValueRupiah;
  return {
    villageCode,
    sector: template.sector,
    title: template.title,
    description: template.description,
    unit: template.unit,
    unitValueRupiah: min + step * generator.int(0, (max - min) / step),
    quantity: generator.int(template.quantity.min, template.quantity.max),
    dueOn: generator.chance(UNDATED_SHARE)
      ? null
      : daysAfter(today, generator.int(DUE_DAYS.min, DUE_DAYS.max)),
    urgent: false,
    draft: false,
  };
}

function cimargaNeeds(today: string): PlannedNeed[] {
  return CIMARGA_NEEDS.map(({ title, unitValueRupiah, quantity, dueInDays }) => {
    const template = NEED_TEMPLATES.find((candidate) => candidate.title === title);
    if (!template) throw new Error(`not in the catalogue: ${title}`);
    const { sector, description, unit } = template;
    const dueOn = daysAfter(today, dueInDays);
    return {
      villageCode: CIMARGA,
      sector,
      title,
      description,
      unit,
      unitValueRupiah,
      quantity,
      dueOn,
      urgent: false,
      draft: false,
    };
  });
}

/** The date so many days after another, both YYYY-MM-DD. @throws RangeError when the first is not a date. */
function daysAfter(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}
