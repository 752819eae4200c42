/** A kind of need that many villages have; every village that has it draws its own figures. */
export interface NeedTemplate {
  sector: string;
  /** Indonesian, like unit and description. */
  title: string;
  unit: string;
  /** Whole rupiah for one unit: min, max, and every step between. max − min is a multiple of step. */
  unitValueRupiah: { min: number; max: number; step: number };
  quantity: { min: number; max: number };
  description: string;
}
