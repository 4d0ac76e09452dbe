import type { z } from 'zod';

type Severity = 'info' | 'notice' | 'warning' | 'alarm';

/** A type of event: its own fields, how grave it may be, and what it says to people. */
export interface EventKind {
  /** Every severity that it may have. */
  readonly severity: readonly [Severity, ...Severity[]];
  readonly fields: z.ZodRawShape;
  /** When it happens, for docs/events.md. */
  readonly when: string;
  /** Sentences; a field's name in braces stands for its value. */
  readonly en: string;
  readonly fr: string;
}

export type EventKinds = Readonly<Record<string, EventKind>>;
