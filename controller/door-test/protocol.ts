/** What `vestibule door test` asks of the running controller: one JSON object a request. */
import { z } from 'zod';

const door = z.string().min(1).max(64);

export const DoorTestRequest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('look'), door }),
  /** For its access time, as if somebody had been let in; an event says that it was a test. */
  z.object({ kind: z.literal('release'), door }),
]);
export type DoorTestRequest = z.infer<typeof DoorTestRequest>;

export const DoorSeen = z.object({
  kind: z.literal('door'),
  mode: z.string(),
  released: z.boolean(),
  open: z.boolean().optional(),
  /** REX was pressed a moment ago, or is. */
  leaving: z.boolean(),
  simulated: z.boolean(),
  hasMonitor: z.boolean(),
  rex: z.enum(['release', 'report']),
  accessTimeMs: z.int(),
  fault: z.string().optional(),
});
export type DoorSeen = z.infer<typeof DoorSeen>;

export const DoorTestReply = z.discriminatedUnion('kind', [
  DoorSeen,
  z.object({
    kind: z.literal('refused'),
    why: z.enum(['unknownDoor', 'barred', 'doorFault', 'storageFault', 'request']),
    /** For `unknownDoor`: those that there are. */
    doors: z.array(z.string()).optional(),
  }),
]);
export type DoorTestReply = z.infer<typeof DoorTestReply>;

export const doorTestSocket = 'doors.sock';
