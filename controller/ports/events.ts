/**
 * Events: what happened, in ONVIF's and OSDP's words. Bodies name rows by id and never hold a code, card number, hash or
 * phone number. The recorder adds `EventStamp`, serialises once, and the journal keeps that text. Every type of event has its
 * schema, severities and sentences in one table, from which its TypeScript type and docs/events.md are made.
 */
import type { z } from 'zod';
import { accessKinds } from './events/access-kinds.ts';
import { callKinds } from './events/call-kinds.ts';
import { doorKinds } from './events/door-kinds.ts';
import { operationKinds } from './events/operation-kinds.ts';
import { readerKinds } from './events/reader-kinds.ts';

/** Stamped on every event at commit. */
export interface EventStamp {
  /** RFC 3339 UTC with milliseconds, by the clock as `clockState` knows it. */
  readonly time: string;
  readonly monotonicMs: number;
  readonly boot: string;
  readonly clockState: 'trusted' | 'held' | 'unknown';
  /** True for events from before the session's welcome. */
  readonly backfilled?: true;
}

/** Every type of event there is, by what it concerns. */
export const eventAreas = {
  access: accessKinds,
  doors: doorKinds,
  calls: callKinds,
  readers: readerKinds,
  operation: operationKinds,
} as const;

export const eventKinds = {
  ...accessKinds,
  ...doorKinds,
  ...callKinds,
  ...readerKinds,
  ...operationKinds,
} as const;

type EventType = keyof typeof eventKinds;

type FieldsOf<F extends z.ZodRawShape> = keyof F extends never ? unknown : Readonly<z.infer<z.ZodObject<F>>>;

type DraftOf<T extends EventType> = {
  readonly type: T;
  readonly severity: (typeof eventKinds)[T]['severity'][number];
} & FieldsOf<(typeof eventKinds)[T]['fields']>;

/** What the recorder takes: an event without its stamp. */
export type EventDraft = { readonly [T in EventType]: DraftOf<T> }[EventType];
