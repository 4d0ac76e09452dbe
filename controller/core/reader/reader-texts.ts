/**
 * What a reader's display says, by outcome: a line of a reader holds 16 letters, so these are shorter than the sentences
 * of the screen, and for every cause of a denial the same (DESIGN section 4).
 */
export type ReaderOutcome = 'granted' | 'denied' | 'codeWanted' | 'misread' | 'fault';

export const readerTexts: Readonly<Record<ReaderOutcome, { readonly en: string; readonly fr: string }>> = {
  granted: { en: 'Door open', fr: 'Porte ouverte' },
  denied: { en: 'Not opened', fr: 'Non ouverte' },
  codeWanted: { en: 'Enter your code', fr: 'Entrez le code' },
  misread: { en: 'Try again', fr: 'Réessayez' },
  fault: { en: 'Out of service', fr: 'Hors service' },
};
