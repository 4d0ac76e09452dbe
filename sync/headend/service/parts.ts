import type { Timers } from '../../../controller/ports/clock.ts';
import type { HeadEndKeys } from '../keys/head-end-keys.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import type { DeviceLinks } from './device-links.ts';
import type { Post } from './post.ts';

export interface HeadEndClock {
  /** Milliseconds since 1970: what welcomes tell the devices. */
  now(): number;
  /** Never jumps; for waiting. */
  monotonicMs(): number;
}

/** What happened, for the operator's log: no payloads, no codes, no hashes. */
export type HeadEndLog = (
  level: 'info' | 'warn' | 'error',
  what: string,
  details?: Readonly<Record<string, unknown>>,
) => void;

/** What the desks of a running head-end share. */
export interface Parts {
  readonly store: HeadEndStore;
  readonly keys: HeadEndKeys;
  readonly clock: HeadEndClock;
  readonly timers: Timers;
  readonly links: DeviceLinks;
  readonly post: Post;
  readonly log: HeadEndLog;
}

export const instantText = (ms: number): string => new Date(ms).toISOString();
