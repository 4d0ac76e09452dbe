import { describe, expect, it, onTestFinished } from 'vitest';
import { systemTimers } from '../../../controller/app/system-clock.ts';
import type { ReaderInput } from '../../../controller/ports/reader.ts';
import { openSerialLine } from '../../../drivers/serial/serial-line.ts';
import { TextReader } from '../../../drivers/serial/text-reader.ts';
import { openPty } from '../../support/serial/pty.ts';

/** A reader of tags on a real pty; `nowMs` is the test's. */
async function tagReader() {
  const pty = openPty();
  const inputs: ReaderInput[] = [];
  let next = Promise.withResolvers<void>();
  const clock = { nowMs: 0 };
  let taken = 0;
  let look = (): void => {};
  const reader = new TextReader({
    name: 'gate',
    format: { startsWith: 'EPC:', endsWith: '', letters: 'hex', length: 8 },
    open: (listener) =>
      openSerialLine(
        { path: pty.path, baudRate: 9_600 },
        {
          bytes(bytes) {
            listener.bytes(bytes);
            taken += bytes.length;
            look();
          },
          lost: (fault) => listener.lost(fault),
        },
      ),
    timers: systemTimers,
    nowMs: () => clock.nowMs,
  });
  onTestFinished(() => reader.close());
  const heard = async (): Promise<ReaderInput | undefined> => {
    await next.promise;
    next = Promise.withResolvers();
    return inputs.at(-1);
  };
  reader.start((_, input) => {
    inputs.push(input);
    next.resolve();
  });
  expect(await heard()).toEqual({ kind: 'state', state: 'online' });
  const send = (text: string): void => pty.write(Buffer.from(text));
  /** Sent, and read: a line takes no more than a few thousand bytes that nobody reads. */
  const sendAll = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const whole = taken + text.length;
      look = () => {
        if (taken === whole) resolve();
      };
      send(text);
    });
  const tags = (): readonly string[] =>
    inputs.flatMap((input) =>
      input.kind === 'read' && input.presented.kind === 'text' ? [input.presented.line] : [],
    );
  return { pty, send, sendAll, heard, tags, clock };
}

describe('a reader of car tags on a serial line', () => {
  it('takes the tag out of its lines, however they are cut, and leaves all other lines out', async () => {
    const { send, heard, tags } = await tagReader();
    send('HEARTBEAT\r\nEPC:E20');
    send('01234\r\nEPC:XYZ\r\n');
    await heard();
    expect(tags()).toEqual(['E2001234']);
  });

  it('lets one tag after the other come, now and then, and the same one again', async () => {
    const { send, heard, tags, clock } = await tagReader();
    send('EPC:E2000001\rEPC:E2000002\rEPC:E2000003\rEPC:E2000001\r');
    await heard();
    expect(tags()).toEqual(['E2000001', 'E2000001']);
    clock.nowMs = 500;
    send('EPC:E2000002\r');
    await heard();
    expect(tags().at(-1)).toBe('E2000002');
  });

  it('hears the second car behind one that stays in sight', async () => {
    const { send, heard, tags, clock } = await tagReader();
    send('EPC:E2000001\r');
    await heard();
    clock.nowMs = 400;
    send('EPC:E2000001\r');
    await heard();
    clock.nowMs = 600;
    send('EPC:E2000001\rEPC:E2000002\r');
    await heard();
    expect(tags()).toEqual(['E2000001', 'E2000001', 'E2000001', 'E2000002']);
  });

  it('is bounded by a reader that streams without end, and works on after it', async () => {
    const { send, sendAll, heard, tags } = await tagReader();
    for (let chunk = 0; chunk < 20; chunk += 1) await sendAll('x'.repeat(1_000));
    send('\rEPC:E2001234\r');
    await heard();
    expect(tags()).toEqual(['E2001234']);
  });

  it('tells of a pulled adapter, and is online again with it', async () => {
    const { pty, heard } = await tagReader();
    await pty.pull();
    expect(await heard()).toMatchObject({ kind: 'state', state: 'lineDown' });
    pty.plug();
    let last = await heard();
    while (last?.kind === 'state' && last.state === 'lineDown') last = await heard();
    expect(last).toEqual({ kind: 'state', state: 'online' });
  });
});
