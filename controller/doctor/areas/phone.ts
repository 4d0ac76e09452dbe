import type { ControllerStatus } from '../../ports/lobby.ts';
import { type Finding, finderOf } from '../finding.ts';

export const phoneKinds = {
  phoneReady: { level: 'ok', says: 'The phone is ready, over {transport}.' },
  phoneBroken: {
    level: 'fail',
    says: 'No calls can be placed: {problem}',
    wayOut: 'Stop the controller and run: vestibule doctor phone',
  },
  phoneUnregistered: {
    level: 'fail',
    says: '{problem}',
    means: 'The registrar has not known this console for a while; calls are tried all the same.',
    wayOut: 'Check the network, and the account with the telephone provider.',
  },
  phoneNotReal: {
    level: 'warn',
    says: 'There is no real phone to look at: the configuration has {phone}.',
    wayOut: 'Name a line under "phone" in {file} (docs/calls.md), then run this again.',
  },
  phoneInUse: {
    level: 'fail',
    says: 'The controller is running and has the line; a second phone cannot have it at the same time.',
    wayOut: 'Stop the controller for the test, then run this again.',
  },
  phoneFileUnusable: {
    level: 'fail',
    says: '{problem}',
    means:
      'A file that "phone" names, with the password or the CA certificates, is missing, cannot be read, or can be read by others; the sentence says which.',
    wayOut:
      'Correct its name under "phone" in {file}, or put it there for the user of the controller alone (chmod 600); run doctor as that user.',
  },
  phoneAudioThere: { level: 'ok', says: 'Microphone and loudspeaker are there.' },
  phoneAudioMissing: {
    level: 'fail',
    says: '{problem}',
    means: 'The microphone or the loudspeaker is missing; the sentence says which.',
    wayOut: 'List them with "arecord -L" and "aplay -L", and name them under "phone" in {file}.',
  },
  phoneSpeakerUnshared: {
    level: 'warn',
    says: 'The loudspeaker {device} belongs to one program at a time: while the page rings, the phone cannot have it, and the call is silent.',
    wayOut:
      'The page sounds its tones there, too: name one that mixes as "speaker" under "phone" in {file}, such as alsa:default or alsa:default:CARD=Device.',
  },
  phoneEngineGood: { level: 'ok', says: 'The phone engine runs (baresip {version}).' },
  phoneEngineFailed: {
    level: 'fail',
    says: '{problem}',
    means: 'The phone engine does not start; the sentence says why.',
    wayOut: 'Install Debian’s baresip-core, and see that nothing else uses the SIP port in {file}.',
  },
  phoneRegistered: { level: 'ok', says: 'The line knows this console: it is registered.' },
  phoneNotRegistered: {
    level: 'fail',
    says: 'The line does not know this console: it could not be registered within {seconds} s.',
    wayOut: 'Check user, domain, transport and the password file under "phone" in {file}, and the network.',
  },
  phoneTlsUnverified: {
    level: 'warn',
    says: 'The line is encrypted, but nobody has checked whose line it is: this phone engine verifies no certificate.',
    wayOut: 'Use baresip 1.1 or newer, or a SIP edge on this machine that verifies (docs/calls.md).',
  },
  phoneCallNotMade: {
    level: 'warn',
    says: 'No test call was made.',
    wayOut: 'Run: vestibule doctor phone --call NUMBER, and answer at that telephone.',
  },
  phoneNumberRefused: {
    level: 'fail',
    says: 'That is no number that this console may call ({reason}).',
    wayOut: 'Name one with its country code, such as +1 and ten digits without blanks, or an extension.',
  },
  phoneNotReached: {
    level: 'fail',
    says: 'The test call reached nobody: {end}.',
    wayOut: 'Check "dial" under "phone" in {file} with the telephone provider, and that somebody answers.',
  },
  phoneAnswered: { level: 'ok', says: 'The test call was answered.' },
  phoneKeyHeard: { level: 'ok', says: 'A key pressed at the called telephone was understood.' },
  phoneKeyNotHeard: {
    level: 'fail',
    says: 'No key pressed at the called telephone was understood: nobody could open the door.',
    wayOut: 'Let the provider send keys as RFC 4733 events (not as sound, not as SIP INFO application/dtmf).',
  },
  phoneHears: { level: 'ok', says: 'Sound came from the called telephone.' },
  phoneHearsNothing: {
    level: 'fail',
    says: 'No sound came from the called telephone.',
    wayOut: 'Speak during the test; check that UDP from the provider reaches this machine.',
  },
  phoneSpeaks: { level: 'ok', says: 'The microphone was sent to the called telephone.' },
  phoneSpeaksNothing: {
    level: 'fail',
    says: 'Only silence was sent to the called telephone.',
    wayOut: 'Speak at the console during the test; check the microphone and its level with "alsamixer".',
  },
} as const;

const found = finderOf(phoneKinds);

/** @param problem of a file that the configuration names, whether or not a controller runs */
export const judgePhoneFiles = (problem: string | undefined, file: string): readonly Finding[] =>
  problem === undefined ? [] : [found('phoneFileUnusable', { problem, file })];

/** @param device a loudspeaker that the page and the phone cannot share */
export const judgeSpeaker = (device: string | undefined, file: string): readonly Finding[] =>
  device === undefined ? [] : [found('phoneSpeakerUnshared', { device, file })];

/** What a running controller says of its phone; nothing of one that is simulated, which the configuration tells. */
export function judgePhoneStatus(phone: ControllerStatus['phone']): readonly Finding[] {
  if (phone === undefined || phone.simulated) return [];
  const { fault, unregistered, line } = phone;
  if (fault !== undefined) return [found('phoneBroken', { problem: fault })];
  const isBlind = line?.transport === 'tls' && !line.tlsVerified;
  return [
    unregistered === undefined
      ? found('phoneReady', { transport: line?.transport ?? 'its line' })
      : found('phoneUnregistered', { problem: unregistered }),
    ...(isBlind ? [found('phoneTlsUnverified', {})] : []),
  ];
}

/** How loud the two directions were, from 0 (silence) to 1. */
interface Levels {
  readonly heard: number;
  readonly sent: number;
}

export type TestCall =
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'notReached'; readonly end: string }
  | { readonly kind: 'answered'; readonly key: boolean; readonly levels: Levels };

export type PhoneFacts =
  | { readonly kind: 'notReal'; readonly phone: string }
  | { readonly kind: 'inUse' }
  | { readonly kind: 'fileUnusable'; readonly problem: string }
  | {
      readonly kind: 'looked';
      readonly audioProblem?: string;
      /** The device, where the page cannot sound on it, too. */
      readonly unsharedSpeaker?: string;
      readonly engineProblem?: string;
      readonly version?: string;
      /** Absent: the console does not register. */
      readonly registered?: boolean;
      readonly waitedSeconds: number;
      readonly tls: 'none' | 'verified' | 'unverified';
      readonly call: TestCall;
    };

/** Below that it is noise of the line. */
const audible = 0.005;

export function judgePhone(facts: PhoneFacts, file: string): readonly Finding[] {
  if (facts.kind === 'notReal') return [found('phoneNotReal', { phone: facts.phone, file })];
  if (facts.kind === 'inUse') return [found('phoneInUse', {})];
  if (facts.kind === 'fileUnusable') return judgePhoneFiles(facts.problem, file);
  const { audioProblem, unsharedSpeaker, engineProblem, version, registered, waitedSeconds, tls, call } =
    facts;
  const audio = [
    audioProblem === undefined
      ? found('phoneAudioThere', {})
      : found('phoneAudioMissing', { problem: audioProblem, file }),
    ...judgeSpeaker(unsharedSpeaker, file),
  ];
  if (engineProblem !== undefined)
    return [...audio, found('phoneEngineFailed', { problem: engineProblem, file })];
  return [
    ...audio,
    found('phoneEngineGood', { version: version ?? 'of an unknown release' }),
    ...(registered === undefined
      ? []
      : [
          registered
            ? found('phoneRegistered', {})
            : found('phoneNotRegistered', { seconds: waitedSeconds, file }),
        ]),
    ...(tls === 'unverified' ? [found('phoneTlsUnverified', {})] : []),
    ...judgeCall(call, file),
  ];
}

function judgeCall(call: TestCall, file: string): readonly Finding[] {
  switch (call.kind) {
    case 'none':
      return [found('phoneCallNotMade', {})];
    case 'refused':
      return [found('phoneNumberRefused', { reason: call.reason })];
    case 'notReached':
      return [found('phoneNotReached', { end: call.end, file })];
    case 'answered':
      return [
        found('phoneAnswered', {}),
        call.key ? found('phoneKeyHeard', {}) : found('phoneKeyNotHeard', {}),
        call.levels.heard > audible ? found('phoneHears', {}) : found('phoneHearsNothing', {}),
        call.levels.sent > audible ? found('phoneSpeaks', {}) : found('phoneSpeaksNothing', {}),
      ];
    default:
      return call satisfies never;
  }
}
