import type { DemoPartner } from './demo-partner.ts';

/** The code of the smallest of the partner's areas that contains the village, or null. */
export function coveringArea(partner: DemoPartner, villageCode: string): string | null {
  const covering = partner.areaCodes.filter(
    (code) => villageCode === code || villageCode.startsWith(`${code}.`),
  );
  return covering.reduce<string | null>(
    (smallest, code) => (smallest === null || code.length > smallest.length ? code : smallest),
    null,
  );
}

/**
 * The partner under whose mandate a need of this sector in this village falls: the one with the smallest
 * covering area, then the oldest, which is the first in the list. Null when there is none.
 */
export function mandateHolder(
  sector: string,
  villageCode: string,
  partners: readonly DemoPartner[],
): DemoPartner | null {
  let holder: DemoPartner | null = null;
  let holderArea = '';
  for (const partner of partners) {
    if (!partner.mandate.includes(sector)) continue;
    const area = coveringArea(partner, villageCode);
    if (area === null || area.length <= holderArea.length) continue;
    holder = partner;
    holderArea = area;
  }
  return holder;
}
