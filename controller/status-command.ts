import type { ControllerConfig } from '../config/load.ts';
import { describeClock } from './console/clock-sentence.ts';
import {
  describeDataset,
  describeDisk,
  describeLink,
  describePhone,
  doorTroubles,
  readerTroubles,
} from './console/status-words.ts';
import { exitCodes } from './exit-codes.ts';
import type { ControllerStatus } from './ports/lobby.ts';

/** Asks the running controller over its own console port. */
export async function showStatus(
  { console: { port } }: ControllerConfig,
  json: boolean,
  refuse: (sentence: string, exitCode: number) => void,
): Promise<void> {
  let status: ControllerStatus;
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/status`, {
      signal: AbortSignal.timeout(3_000),
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    status = (await response.json()) as ControllerStatus;
  } catch {
    return refuse(
      `No controller answers on port ${port} of 127.0.0.1; start it with "vestibule run", or name its --config.`,
      exitCodes.unavailable,
    );
  }
  process.stdout.write(json ? `${JSON.stringify(status)}\n` : describe(status));
}

function describe(status: ControllerStatus): string {
  const { device, building, software, clock, link, dataset, events, phone, disk, readers, doors } = status;
  const lines = [
    `${device} in ${building}, ${software}`,
    `clock    ${describeClock(clock)}`,
    `cloud    ${describeLink(link)}`,
    `dataset  ${describeDataset(dataset)}`,
    `events   ${events.head}, acknowledged up to ${events.acked}`,
    ...(phone === undefined ? [] : [`phone    ${describePhone(phone)}`]),
    `disk     ${describeDisk(disk)}`,
    ...(readers ?? []).flatMap((reader) => [
      `reader   ${reader.id}: ${reader.state}, door ${reader.door}`,
      ...indented(reader.id, readerTroubles(reader)),
    ]),
    ...doors.flatMap((door) => {
      const { id, mode, released, open, simulated } = door;
      const contact = open === undefined ? '' : open ? ', open' : ', closed';
      return [
        `door     ${id}: ${mode}, ${released ? 'released' : 'secured'}${contact}${simulated ? ' (simulated)' : ''}`,
        ...indented(id, doorTroubles(door)),
      ];
    }),
  ];
  return `${lines.join('\n')}\n`;
}

const indented = (id: string, troubles: readonly string[]): readonly string[] =>
  troubles.map((trouble) => `         ${id}: ${trouble}`);
