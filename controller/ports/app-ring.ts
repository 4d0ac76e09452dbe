/**
 * The hook by which residents' apps ring beside the telephone (docs/calls.md, "Apps"): the cloud is told that somebody
 * calls, rings whatever apps it knows, and sends `answer` and `unlock` back as commands. Sound and picture between app and
 * console are not part of it. Best effort: nothing waits for it, and a call goes on without a cloud.
 */
import type { ResidentId } from '../core/dataset.ts';

export interface AppRing {
  tell(news: RingNews): void;
}

/** `answered`: by whomever; other apps stop ringing. `over`: all of them do. */
export interface RingNews {
  readonly call: string;
  readonly state: 'ringing' | 'answered' | 'over';
  /** Whose apps; absent: the concierge is called. */
  readonly resident?: ResidentId;
}

/** Why an app's answer came to nothing. */
export type AppRefusal = 'noSuchCall' | 'alreadyAnswered';
