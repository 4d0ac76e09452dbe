/** Every request that the console refuses: its status, a stable code for programs and a sentence for people. */
import type { Sentence } from '../ports/access-control.ts';

export interface Refusal {
  readonly status: number;
  readonly sentence: Sentence;
}

export const refusals = {
  wrongHost: {
    status: 421,
    sentence: {
      en: 'The lobby screen answers only at its own address on this device.',
      fr: 'L’écran du hall ne répond qu’à sa propre adresse sur cet appareil.',
    },
  },
  wrongOrigin: {
    status: 403,
    sentence: {
      en: 'Only the lobby screen’s own page may ask this.',
      fr: 'Seule la page de l’écran du hall peut demander cela.',
    },
  },
  unknownPath: {
    status: 404,
    sentence: { en: 'There is nothing at this address.', fr: 'Il n’y a rien à cette adresse.' },
  },
  wrongMethod: {
    status: 405,
    sentence: {
      en: 'This address does not take that method; the Allow header names the one it takes.',
      fr: 'Cette adresse n’accepte pas cette méthode ; l’en-tête Allow indique celle qu’elle accepte.',
    },
  },
  wrongContentType: {
    status: 415,
    sentence: {
      en: 'Please send JSON, with the content type application/json.',
      fr: 'Veuillez envoyer du JSON, avec le type de contenu application/json.',
    },
  },
  bodyTooLarge: {
    status: 413,
    sentence: {
      en: 'The request is too large: an entry or a call fits in 1 KiB, a search in 64 KiB.',
      fr: 'La requête est trop grande : une saisie ou un appel tient en 1 Kio, une recherche en 64 Kio.',
    },
  },
  badJson: {
    status: 400,
    sentence: { en: 'The request is not valid JSON.', fr: 'La requête n’est pas du JSON valide.' },
  },
  badEntry: {
    status: 400,
    sentence: {
      en: 'An entry is 1 to 12 digits, and nothing else.',
      fr: 'Une saisie se compose de 1 à 12 chiffres, et de rien d’autre.',
    },
  },
  badSearch: {
    status: 400,
    sentence: {
      en: 'A search is one text, and nothing else.',
      fr: 'Une recherche est un seul texte, et rien d’autre.',
    },
  },
  badCall: {
    status: 400,
    sentence: {
      en: 'A call is for one resident of the directory or for the concierge; to end one, name that call.',
      fr: 'Un appel s’adresse à un résident du répertoire ou à la conciergerie ; pour y mettre fin, nommez cet appel.',
    },
  },
  badRequest: {
    status: 400,
    sentence: {
      en: 'The request could not be understood.',
      fr: 'La requête n’a pas pu être comprise.',
    },
  },
  tooManyStreams: {
    status: 503,
    sentence: {
      en: 'Too many screens are connected; please try again in a moment.',
      fr: 'Trop d’écrans sont connectés ; veuillez réessayer dans un instant.',
    },
  },
  fault: {
    status: 500,
    sentence: {
      en: 'Something went wrong in the console. Please try again.',
      fr: 'Un problème est survenu dans la console. Veuillez réessayer.',
    },
  },
} as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof refusals;

/** The body of a refusal. Nothing of the request is in it. */
export const refusalBody = (
  code: RefusalCode,
): { readonly error: RefusalCode; readonly sentence: Sentence } => ({
  error: code,
  sentence: refusals[code].sentence,
});

const refusalsByStatus: Readonly<Record<number, RefusalCode>> = {
  400: 'badJson',
  413: 'bodyTooLarge',
  415: 'wrongContentType',
};

/** Which refusal an error of the HTTP layer is; from 500 up it is a fault of ours. */
export const refusalOfStatus = (status: number): RefusalCode =>
  refusalsByStatus[status] ?? (status >= 400 && status < 500 ? 'badRequest' : 'fault');
