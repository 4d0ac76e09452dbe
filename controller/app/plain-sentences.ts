import type { Sentence } from '../ports/access-control.ts';

/** The device itself cannot open: the disk or the door hardware refused. */
export const faultSentence: Sentence = {
  en: 'This door cannot be opened from here right now. Please contact the manager.',
  fr: 'Cette porte ne peut pas être ouverte d’ici pour le moment. Veuillez communiquer avec la direction de l’immeuble.',
};
