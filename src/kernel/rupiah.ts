/** Money is whole rupiah in a JS number, exact up to this; anything that could exceed it is refused. */
export const MAX_RUPIAH = Number.MAX_SAFE_INTEGER;

/** So much a single need may be worth: a mistyped one must not use up the plan of its village. */
export const MAX_NEED_RUPIAH = 10 ** 12;

/** So much the open plan of one village may be worth: no village must use up the plan of all. */
export const MAX_VILLAGE_RUPIAH = 10 ** 13;

/** True for whole rupiah that can be written exactly. */
export function isRupiah(value: number): boolean {
  return Number.isSafeInteger(value);
}

/** quantity × unitValue in rupiah, or null when the product is past MAX_RUPIAH. */
export function valueRupiah(quantity: number, unitValueRupiah: number): number | null {
  const value = BigInt(quantity) * BigInt(unitValueRupiah);
  return value > BigInt(MAX_RUPIAH) ? null : Number(value);
}

/** a ÷ b as a ratio, 0 when b is 0. Both are whole rupiah, so the only rounding is this division. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}
