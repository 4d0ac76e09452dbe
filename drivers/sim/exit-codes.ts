/** sysexits.h: wrong usage, and nothing to play with. */
export const exitCodes = { usage: 64, unavailable: 69 } as const;
