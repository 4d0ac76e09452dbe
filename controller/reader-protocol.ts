/** What `vestibule reader` asks of the running controller: one JSON object a request. */
import { z } from 'zod';

const reader = z.string().min(1).max(32);

export const maxWindowMs = 30 * 60_000;

export const ReaderRequest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('list') }),
  /** Answered when it has come to an end, which may be as late as the window's. */
  z.object({ kind: z.literal('commission'), reader, windowMs: z.int().min(1_000).max(maxWindowMs) }),
  z.object({ kind: z.literal('rotate'), reader }),
  /** Answered when a card or tag has been read. */
  z.object({ kind: z.literal('read'), reader }),
]);
export type ReaderRequest = z.infer<typeof ReaderRequest>;

const Device = z.object({
  vendor: z.string(),
  model: z.int(),
  version: z.int(),
  serial: z.int(),
  firmware: z.string(),
});

export const ReaderReply = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('list'),
    readers: z.array(
      z.object({
        id: z.string(),
        door: z.string(),
        state: z.string(),
        problem: z.string().optional(),
        tamper: z.literal(true).optional(),
        powerFailing: z.literal(true).optional(),
        keyed: z.boolean(),
        device: Device.optional(),
      }),
    ),
  }),
  z.object({ kind: z.literal('keyed'), device: Device }),
  z.object({
    kind: z.literal('shown'),
    presented: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('bits'), bits: z.int(), hex: z.string() }),
      z.object({ kind: z.literal('text'), line: z.string() }),
    ]),
    card: z.object({ format: z.string(), facility: z.string().optional(), number: z.string() }).optional(),
  }),
  z.object({ kind: z.literal('failed'), why: z.enum(['notOnline', 'windowClosed', 'notTaken', 'storage']) }),
  z.object({
    kind: z.literal('refused'),
    why: z.enum(['unknownReader', 'keyless', 'busy', 'online', 'request', 'nothingRead']),
  }),
]);
export type ReaderReply = z.infer<typeof ReaderReply>;

/** How long somebody has to hold a card to a reader that is being read. */
export const readWithinMs = 60_000;

export const readerSocket = 'readers.sock';
