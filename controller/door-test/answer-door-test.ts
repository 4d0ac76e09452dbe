import type { Doors } from '../app/doors.ts';
import { DoorId } from '../core/dataset.ts';
import { type DoorTestReply, DoorTestRequest } from './protocol.ts';

/** What `vestibule door test` asks for. */
export function answerDoorTest(doors: Doors, asked: unknown): DoorTestReply {
  const parsed = DoorTestRequest.safeParse(asked);
  if (!parsed.success) return { kind: 'refused', why: 'request' };
  const request = parsed.data;
  const id = DoorId.safeParse(request.door);
  const door = id.success ? doors.get(id.data) : undefined;
  if (door === undefined)
    return { kind: 'refused', why: 'unknownDoor', doors: doors.all().map((one) => one.id) };
  if (request.kind === 'release') {
    const outcome = door.releaseForTest();
    if (outcome !== 'released') return { kind: 'refused', why: outcome };
  }
  const { mode, released, open, leaving, fault } = door.status();
  return {
    ...{ kind: 'door', mode, released, leaving, ...door.setup() },
    ...(open === undefined ? {} : { open }),
    ...(fault === undefined ? {} : { fault }),
  };
}
