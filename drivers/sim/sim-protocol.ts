/** What `vestibule-sim` asks of a running controller's simulated doors: one JSON object a request. */
import { z } from 'zod';

const door = z.string().min(1).max(64);

export const SimRequest = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('code'),
    door,
    digits: z.string().regex(/^\d{1,12}$/, 'a code is 1 to 12 digits'),
  }),
  z.object({
    kind: z.literal('card'),
    door,
    bits: z.int().min(1).max(256),
    hex: z.string().regex(/^[0-9a-fA-F]{1,64}$/, 'card bits are hexadecimal'),
  }),
  z.object({ kind: z.literal('tag'), door, line: z.string().min(1).max(128) }),
  z.object({ kind: z.literal('rex'), door, active: z.boolean() }),
  z.object({ kind: z.literal('monitor'), door, open: z.boolean() }),
  z.object({ kind: z.enum(['fire', 'tamper']), door, active: z.boolean() }),
  z.object({ kind: z.literal('bolt'), door, locked: z.boolean() }),
  z.object({
    kind: z.literal('line'),
    door,
    contact: z.enum(['monitor', 'lockMonitor', 'rex', 'fire', 'tamper']),
    fault: z.enum(['open', 'short', 'cut', 'sound']),
  }),
]);
export type SimRequest = z.infer<typeof SimRequest>;

/** Credentials get the decision, its reason and the event's seq; inputs get how the strike stands. */
export const SimReply = z.union([
  z.object({
    outcome: z.enum(['grant', 'deny']),
    reason: z.string().optional(),
    seq: z.int().optional(),
    sentence: z.object({ en: z.string(), fr: z.string() }),
    released: z.boolean(),
  }),
  z.object({ released: z.boolean() }),
  z.object({ error: z.string() }),
]);
export type SimReply = z.infer<typeof SimReply>;
