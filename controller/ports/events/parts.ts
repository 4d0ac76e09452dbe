/** Fields that several types of event share. */
import { z } from 'zod';
import { denyReasons } from '../../core/access/decision.ts';
import {
  CredentialId,
  DoorId,
  GuestId,
  OtherId,
  ResidentId,
  StaffId,
  type TableName,
  tableNames,
} from '../../core/dataset.ts';

const table = z.custom<TableName>(
  (value) => tableNames.some((name) => name === value),
  'the name of a table of the dataset',
);

export const doorId = DoorId.describe("the door's id");
export const credentialId = CredentialId.describe("the row's id");
export const count = z.int().min(0);
export const command = z.string().describe("the command's id");
export const problem = z.string().describe('what is wrong, in words for an installer');
export const denyReason = z.enum(denyReasons);

/** Who it was: a holder's or a guest's row. */
export const subject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('resident'), id: ResidentId }),
  z.object({ kind: z.literal('staff'), id: StaffId }),
  z.object({ kind: z.literal('other'), id: OtherId }),
  z.object({ kind: z.literal('guest'), id: GuestId }),
]);

export const explanation = z
  .object({
    check: z.int().min(1).max(12),
    rows: z
      .array(z.object({ table, id: z.string(), version: z.int() }).readonly())
      .max(50)
      .readonly(),
    rowsLeftOut: z.int().min(1).exactOptional(),
    missing: z.object({ table, id: z.string() }).readonly().exactOptional(),
    dataset: z.object({ epoch: z.int(), seq: z.int() }).readonly(),
    cacheAgeMs: z.number().exactOptional(),
    clock: z.enum(['trusted', 'held', 'unknown']),
  })
  .readonly()
  .describe(
    'the check that decided, the rows it rests on (at most 50; `rowsLeftOut`: how many more in the middle), the dataset and the clock',
  );
