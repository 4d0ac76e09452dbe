/** What a guest is told of a call. None of them says more of a resident than that the call did not come about. */
import type { CallOutcome } from '../core/call/line.ts';
import type { Sentence } from '../ports/access-control.ts';
import type { CallRefusal } from '../ports/lobby.ts';

const cannotCall: Sentence = {
  en: 'This console cannot place calls right now. Please contact the manager.',
  fr: 'Cette console ne peut pas appeler pour le moment. Veuillez communiquer avec la direction de l’immeuble.',
};

export const notCalledSentences: Readonly<Record<CallRefusal, Sentence>> = {
  noPhone: {
    en: 'This console does not place calls. Please use an entry code.',
    fr: 'Cette console ne fait pas d’appels. Veuillez utiliser un code d’entrée.',
  },
  unknownCallee: {
    en: 'Nobody can be called this way right now. Please check the code, or find the person by name.',
    fr: 'Personne ne peut être appelé ainsi pour le moment. Veuillez vérifier le code ou chercher la personne par son nom.',
  },
  notListed: {
    en: 'This person can no longer be called here. Please choose another name, or contact the manager.',
    fr: 'Cette personne ne peut plus être appelée ici. Veuillez choisir un autre nom ou communiquer avec la direction de l’immeuble.',
  },
  noNumber: {
    en: 'This resident can’t be called from here. Try calling them on your own phone, or contact the manager.',
    fr: 'Cette personne ne peut pas être appelée d’ici. Essayez de l’appeler de votre propre téléphone, ou communiquez avec la direction de l’immeuble.',
  },
  doNotDisturb: {
    en: 'This resident takes no calls at this hour. Please reach them another way, or try again later.',
    fr: 'Cette personne ne prend pas d’appels à cette heure. Veuillez la joindre autrement ou réessayer plus tard.',
  },
  lineBusy: {
    en: 'This console is in a call already. Please wait until it has ended.',
    fr: 'Un appel est déjà en cours sur cette console. Veuillez attendre qu’il soit terminé.',
  },
  tooManyCalls: {
    en: 'Too many calls were made from here. Please wait a few minutes and try again.',
    fr: 'Trop d’appels ont été faits d’ici. Veuillez attendre quelques minutes et réessayer.',
  },
  phoneFault: cannotCall,
  storageFault: cannotCall,
};

export const openedSentence: Sentence = {
  en: 'The door is open. Please come in.',
  fr: 'La porte est ouverte. Veuillez entrer.',
};

export const endedSentences: Readonly<Record<CallOutcome, Sentence>> = {
  // The door locks itself again after its access time, and this is still to be read.
  opened: {
    en: 'The door was opened for you. If it has locked again, please call once more.',
    fr: 'On vous a ouvert la porte. Si elle s’est reverrouillée, veuillez rappeler.',
  },
  talked: { en: 'The call has ended.', fr: 'L’appel est terminé.' },
  declined: { en: 'The call was not taken.', fr: 'L’appel n’a pas été pris.' },
  busy: {
    en: 'The line is busy. Please try again in a moment.',
    fr: 'La ligne est occupée. Veuillez réessayer dans un instant.',
  },
  noAnswer: {
    en: 'Nobody answered. Please try again later.',
    fr: 'Personne n’a répondu. Veuillez réessayer plus tard.',
  },
  unavailable: {
    en: 'Nobody could be reached. Please try another way.',
    fr: 'Personne n’a pu être joint. Veuillez essayer autrement.',
  },
  failed: {
    en: 'The call failed. Please try again, or contact the manager.',
    fr: 'L’appel a échoué. Veuillez réessayer ou communiquer avec la direction de l’immeuble.',
  },
  cancelled: { en: 'The call was cancelled.', fr: 'L’appel a été annulé.' },
};
