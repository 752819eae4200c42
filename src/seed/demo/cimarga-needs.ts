/** A need of Cimarga: figures are fixed, so that the first steps of the tutorial never change. */
export interface FixedNeed {
  title: string;
  unitValueRupiah: number;
  quantity: number;
  dueInDays: number;
}

/**
 * The need that newcomers claim; its texts, like those of the others, are in the catalogue under its title.
 */
export const CIMARGA_TOILETS: FixedNeed = {
  title: 'Jamban sehat keluarga',
  unitValueRupiah: 3_500_000,
  quantity: 24,
  dueInDays: 180,
};

/**
 * All that Cimarga needs. The others make its plan so large (Rp 402,500,000) that no share rule stands in the
 * way of one partner that claims all the toilets.
 */
export const CIMARGA_NEEDS: readonly FixedNeed[] = [
  CIMARGA_TOILETS,
  { title: 'Rehabilitasi rumah tidak layak huni', unitValueRupiah: 20_000_000, quantity: 8, dueInDays: 210 },
  { title: 'Paving jalan lingkungan', unitValueRupiah: 200_000, quantity: 350, dueInDays: 150 },
  { title: 'Makanan tambahan balita', unitValueRupiah: 800_000, quantity: 40, dueInDays: 90 },
  { title: 'Kambing betina produktif', unitValueRupiah: 2_250_000, quantity: 20, dueInDays: 120 },
  { title: 'Pelatihan kader Kampung KB', unitValueRupiah: 300_000, quantity: 25, dueInDays: 60 },
  { title: "Al-Qur'an dan buku iqra", unitValueRupiah: 80_000, quantity: 50, dueInDays: 75 },
];
