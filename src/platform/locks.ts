/** Advisory lock keys of this hub, so that they never meet: "SINERGI" in hex, then a number. */
export const MIGRATION_LOCK = 0x53_49_4e_01;
export const RELAY_LOCK = 0x53_49_4e_02;
export const SEED_LOCK = 0x53_49_4e_03;
export const AUDIT_LOCK = 0x53_49_4e_04;
export const AREA_FIGURES_LOCK = 0x53_49_4e_05;
