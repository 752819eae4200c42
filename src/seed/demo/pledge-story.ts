import type { Generator } from '../generator.ts';
import type { PlannedDelivery, PledgeStory } from './planned-pledge.ts';
import { largestRemainder } from './villages.ts';

/** Stories that need no special circumstances, in per cent. */
const STORY_MIX: readonly (readonly [PledgeStory, number])[] = [
  ['PLEDGED', 17],
  ['COMMITTED', 22],
  ['DELIVERING', 14],
  ['FULFILLED', 30],
  ['WITHDRAWN', 5],
  ['EXPIRED_PLEDGE', 5],
  ['EXPIRED_COMMITMENT', 2],
  ['DISPUTED', 5],
];

const NOTES = [
  'Dianggarkan pada DPA tahun berjalan.',
  'Sebagian bahan sudah tersedia di gudang.',
  'Dikerjakan bersama warga secara gotong royong.',
  'Mohon didampingi kader saat survei lokasi.',
  'Menunggu jadwal pengiriman dari penyedia.',
  'Dari dana tanggung jawab sosial dan lingkungan.',
  'Disertai pendampingan selama tiga bulan.',
  'Sedikit, semoga bermanfaat.',
  'Bersamaan dengan kegiatan kami di kecamatan ini.',
  'Mahasiswa KKN ikut membantu di lapangan.',
];
const NOTE_CHANCE = 0.5;

/** So many stories, mixed in fixed proportions, in chance order. */
export function storyDeck(size: number, generator: Generator): PledgeStory[] {
  const counts = largestRemainder(
    STORY_MIX.map(([, weight]) => weight),
    size,
  );
  const deck = STORY_MIX.flatMap(([story], index) => Array<PledgeStory>(counts[index] ?? 0).fill(story));
  return generator.shuffle(deck);
}

export function noteOf(generator: Generator): string | null {
  return generator.chance(NOTE_CHANCE) ? generator.pick(NOTES) : null;
}

/**
 * The deliveries of a story. Those not disputed never add up to more than the quantity; the verified ones
 * add up to all of it in FULFILLED only. An expired commitment has no undecided delivery, since that would
 * hold the clock.
 */
export function deliveriesOf(story: PledgeStory, quantity: number, generator: Generator): PlannedDelivery[] {
  switch (story) {
    case 'FULFILLED':
      return fulfilled(quantity, generator);
    case 'DELIVERING': {
      const verified = verifiedPart(quantity, generator, 0.6);
      const left = quantity - sum(verified);
      return [...verified, { quantity: generator.int(1, left), outcome: 'REPORTED' }];
    }
    case 'DISPUTED': {
      const verified = verifiedPart(quantity, generator, 0.3);
      const left = quantity - sum(verified);
      return [...verified, { quantity: generator.int(1, left), outcome: 'DISPUTED' }];
    }
    case 'WITHDRAWN':
      return verifiedPart(quantity, generator, 0.4);
    case 'EXPIRED_COMMITMENT':
      return verifiedPart(quantity, generator, 0.5);
    default:
      return [];
  }
}

/** In one to three parts, all verified; now and then the last part is disputed first, and delivered again. */
function fulfilled(quantity: number, generator: Generator): PlannedDelivery[] {
  const parts: PlannedDelivery[] = [];
  let left = quantity;
  for (let more = generator.int(0, 2); more > 0 && left > 1; more -= 1) {
    const part = generator.int(1, left - 1);
    parts.push({ quantity: part, outcome: 'VERIFIED' });
    left -= part;
  }
  if (generator.chance(0.15)) parts.push({ quantity: left, outcome: 'DISPUTED' });
  parts.push({ quantity: left, outcome: 'VERIFIED' });
  return parts;
}

/** With this probability one verified delivery of some, but not all, of the quantity. */
function verifiedPart(quantity: number, generator: Generator, probability: number): PlannedDelivery[] {
  if (quantity < 2 || !generator.chance(probability)) return [];
  return [{ quantity: generator.int(1, quantity - 1), outcome: 'VERIFIED' }];
}

function sum(deliveries: readonly PlannedDelivery[]): number {
  return deliveries.reduce((total, delivery) => total + delivery.quantity, 0);
}
