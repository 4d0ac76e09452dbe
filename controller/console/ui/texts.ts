/** Every word that the lobby screen says by itself, in both languages. */
import type { CallOutcome, Language, Sentence } from '../view-model.ts';

const narrowSpace = '\u202f';
const space = '\u00a0';

interface CallTexts {
  /** Before the name, which stands on its own line. */
  readonly calling: string;
  readonly callingHidden: string;
  readonly callingConcierge: string;
  readonly connected: string;
  readonly pleaseSpeak: string;
  readonly endsSoon: string;
  readonly cancel: string;
  readonly hangUp: string;
  readonly opened: string;
  readonly ended: Readonly<Record<CallOutcome, string>>;
  readonly simulated: string;
}

export interface Texts {
  readonly languageName: string;
  readonly chooseLanguage: string;
  readonly directory: string;
  readonly suite: string;
  readonly noNames: string;
  readonly searchOnlyTitle: string;
  readonly searchOnly: string;
  readonly search: string;
  readonly clearSearch: string;
  readonly found: (count: number) => string;
  readonly moreFound: string;
  readonly nobodyFound: string;
  readonly searchMore: string;
  readonly letters: string;
  readonly space: string;
  readonly eraseLetter: string;
  readonly callSomebody: string;
  readonly touchToCall: string;
  readonly callConcierge: string;
  readonly simulatedPhone: string;
  readonly call: CallTexts;
  readonly keypad: string;
  readonly typeCode: string;
  readonly oneMoment: string;
  readonly digitsTyped: (count: number) => string;
  readonly erase: string;
  readonly clear: string;
  readonly enter: string;
  readonly granted: string;
  readonly denied: string;
  readonly notCalled: string;
  readonly trouble: string;
  readonly noAnswer: string;
  readonly back: string;
  readonly doorStates: Readonly<Record<'locked' | 'unlocked' | 'open' | 'closed' | 'fault', string>>;
  readonly simulatedDoor: string;
  readonly closedTitle: string;
  readonly closed: string;
  readonly faultTitle: string;
  readonly fault: string;
  readonly startingTitle: string;
  readonly starting: string;
  readonly setUpTitle: string;
  readonly setUp: string;
  readonly reconnectingTitle: string;
  readonly reconnecting: string;
}

const en: Texts = {
  languageName: 'English',
  chooseLanguage: 'Language',
  directory: 'Residents',
  suite: 'Suite',
  noNames: 'No names are listed yet.',
  searchOnlyTitle: 'Welcome',
  searchOnly:
    'Names are not listed in this building. Please search for the person you visit, or type the code that you were given on the keypad.',
  search: 'Search by name or suite',
  clearSearch: 'Clear the search',
  found: (count) => `${count} ${count === 1 ? 'resident' : 'residents'} found`,
  moreFound: 'There are more. Please type a little more of the name.',
  nobodyFound: 'No resident found. Please check the spelling, or search by suite number.',
  searchMore: 'Please type at least two letters.',
  letters: 'Letters',
  space: 'Space',
  eraseLetter: 'Erase the last letter',
  callSomebody: 'Call',
  touchToCall: 'Touch a name to call',
  callConcierge: 'Call the concierge',
  simulatedPhone: 'Simulated phone',
  call: {
    calling: 'Calling',
    callingHidden: 'Calling…',
    callingConcierge: 'Calling the concierge…',
    connected: 'You are connected.',
    pleaseSpeak: 'Please speak.',
    endsSoon: 'This call ends in a few seconds.',
    cancel: 'Cancel',
    hangUp: 'Hang up',
    opened: 'Welcome',
    ended: {
      opened: 'Welcome',
      talked: 'Goodbye',
      declined: 'Call declined',
      busy: 'Line busy',
      noAnswer: 'No answer',
      unavailable: 'Not reached',
      failed: 'Something went wrong',
      cancelled: 'Call cancelled',
    },
    simulated: 'Simulated call: no real phone rings',
  },
  keypad: 'Keypad',
  typeCode: 'Type your code, then press #',
  oneMoment: 'One moment…',
  digitsTyped: (count) =>
    count === 0 ? 'Nothing typed' : `${count} ${count === 1 ? 'digit' : 'digits'} typed`,
  erase: 'Erase the last digit',
  clear: 'Clear',
  enter: 'Enter',
  granted: 'Access granted',
  denied: 'Access denied',
  notCalled: 'No call was made',
  trouble: 'Please try again',
  noAnswer: 'The console did not answer. Please try again in a moment.',
  back: 'Back',
  doorStates: {
    locked: 'Locked',
    unlocked: 'Unlocked',
    open: 'Open',
    closed: 'Closed',
    fault: 'Out of order',
  },
  simulatedDoor: 'Simulated door',
  closedTitle: 'Entry is closed right now',
  closed: 'This door does not open for codes at the moment. Please contact the manager.',
  faultTitle: 'This door is out of order',
  fault: 'Please use another entrance or contact the manager.',
  startingTitle: 'Starting…',
  starting: 'The lobby screen is starting. One moment, please.',
  setUpTitle: 'Being set up',
  setUp: 'This entry console is being set up. Please come back a little later.',
  reconnectingTitle: 'Reconnecting…',
  reconnecting: 'The screen has lost touch with the door. It will be back by itself; one moment, please.',
};

const fr: Texts = {
  languageName: 'Français',
  chooseLanguage: 'Langue',
  directory: 'Résidents',
  suite: 'App.',
  noNames: 'Aucun nom n’est encore affiché.',
  searchOnlyTitle: 'Bienvenue',
  searchOnly:
    'Les noms ne sont pas affichés dans cet immeuble. Veuillez chercher la personne que vous visitez, ou composer au clavier le code que vous avez reçu.',
  search: 'Chercher par nom ou par appartement',
  clearSearch: 'Effacer la recherche',
  found: (count) => `${count} ${count > 1 ? 'résidents trouvés' : 'résident trouvé'}`,
  moreFound: 'Il y en a d’autres. Veuillez préciser le nom.',
  nobodyFound:
    'Aucun résident trouvé. Veuillez vérifier l’orthographe, ou chercher par numéro d’appartement.',
  searchMore: 'Veuillez taper au moins deux lettres.',
  letters: 'Lettres',
  space: 'Espace',
  eraseLetter: 'Effacer la dernière lettre',
  callSomebody: 'Appeler',
  touchToCall: 'Touchez un nom pour appeler',
  callConcierge: 'Appeler la conciergerie',
  simulatedPhone: 'Téléphone simulé',
  call: {
    calling: 'On appelle',
    callingHidden: 'Appel en cours…',
    callingConcierge: 'On appelle la conciergerie…',
    connected: 'Vous êtes en ligne.',
    pleaseSpeak: 'Parlez, s’il vous plaît.',
    endsSoon: 'Cet appel se termine dans quelques secondes.',
    cancel: 'Annuler',
    hangUp: 'Raccrocher',
    opened: 'Bienvenue',
    ended: {
      opened: 'Bienvenue',
      talked: 'Au revoir',
      declined: 'Appel refusé',
      busy: 'Ligne occupée',
      noAnswer: 'Pas de réponse',
      unavailable: 'Injoignable',
      failed: 'Un problème est survenu',
      cancelled: 'Appel annulé',
    },
    simulated: `Appel simulé${space}: aucun vrai téléphone ne sonne`,
  },
  keypad: 'Clavier',
  typeCode: 'Composez votre code, puis appuyez sur #',
  oneMoment: 'Un instant…',
  digitsTyped: (count) =>
    count === 0 ? 'Aucun chiffre saisi' : `${count} ${count === 1 ? 'chiffre saisi' : 'chiffres saisis'}`,
  erase: 'Effacer le dernier chiffre',
  clear: 'Effacer',
  enter: 'Valider',
  granted: 'Accès accordé',
  denied: 'Accès refusé',
  notCalled: 'Aucun appel n’a été fait',
  trouble: 'Veuillez réessayer',
  noAnswer: 'La console n’a pas répondu. Veuillez réessayer dans un instant.',
  back: 'Retour',
  doorStates: {
    locked: 'Verrouillée',
    unlocked: 'Déverrouillée',
    open: 'Ouverte',
    closed: 'Fermée',
    fault: 'Hors service',
  },
  simulatedDoor: 'Porte simulée',
  closedTitle: 'L’entrée est fermée en ce moment',
  closed: 'Cette porte n’ouvre à aucun code pour l’instant. Veuillez joindre la gestion de l’immeuble.',
  faultTitle: 'Cette porte est hors service',
  fault: 'Veuillez passer par une autre entrée ou joindre la gestion de l’immeuble.',
  startingTitle: 'Démarrage…',
  starting: 'L’écran du hall démarre. Un instant, s’il vous plaît.',
  setUpTitle: 'Installation en cours',
  setUp: 'Cette console d’entrée est en cours d’installation. Veuillez revenir un peu plus tard.',
  reconnectingTitle: 'Reconnexion…',
  reconnecting: `L’écran a perdu le contact avec la porte. Il reviendra de lui-même${narrowSpace}; un instant, s’il vous plaît.`,
};

export const texts: Readonly<Record<Language, Texts>> = { en, fr };

/** The same sentence in both languages, for answers that are shown in whichever is chosen. */
export const inBoth = (pick: (texts: Texts) => string): Sentence => ({ en: pick(en), fr: pick(fr) });
