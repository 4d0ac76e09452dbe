/** Text from a file of others must not steer the terminal: without control characters and the like. */
export const plainText = (text: string): string => text.replaceAll(/\p{C}/gu, '');
