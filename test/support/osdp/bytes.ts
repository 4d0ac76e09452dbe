/** `53 7F 0D`, with or without blanks. */
export const bytes = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.fromHex(hex.replaceAll(' ', ''));
export const hex = (data: Uint8Array): string => data.toHex().toUpperCase();
