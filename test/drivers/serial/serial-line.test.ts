import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemTimers } from '../../../controller/app/system-clock.ts';
import { KeptLine } from '../../../drivers/serial/kept-line.ts';
import type { SerialFault } from '../../../drivers/serial/serial-fault.ts';
import { type OpenLine, openSerialLine, type SerialLine } from '../../../drivers/serial/serial-line.ts';
import { HandTimers } from '../../support/console-timers.ts';
import { openPty } from '../../support/serial/pty.ts';

const baudRate = 115_200;

/** A line with what came in, and the fault that ended it. */
async function opened(path: string) {
  const chunks: Uint8Array[] = [];
  const lost = Promise.withResolvers<SerialFault>();
  const heard = Promise.withResolvers<void>();
  const line: SerialLine = await openSerialLine(
    { path, baudRate },
    {
      bytes: (bytes) => {
        chunks.push(bytes);
        heard.resolve();
      },
      lost: lost.resolve,
    },
  );
  onTestFinished(() => line.close());
  return { line, lost: lost.promise, heard: heard.promise, text: () => Buffer.concat(chunks).toString() };
}

describe('a serial line on a real pty', () => {
  it('carries bytes both ways, every value of them', async () => {
    const pty = openPty();
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const echoed = Promise.withResolvers<void>();
    const back: number[] = [];
    pty.onBytes((bytes) => pty.write(bytes));
    const line = await openSerialLine(
      { path: pty.path, baudRate },
      {
        bytes: (bytes) => {
          back.push(...bytes);
          if (back.length === all.length) echoed.resolve();
        },
        lost: () => {},
      },
    );
    onTestFinished(() => line.close());
    line.write(all);
    await echoed.promise;
    expect(back).toEqual([...all]);
  });

  it('tells at once when the far end is gone, closes itself, and uses no processor after it', async () => {
    const pty = openPty();
    const { lost } = await opened(pty.path);
    await pty.pull();
    expect((await lost).code).toBe('hungUp');
    const before = process.cpuUsage();
    await delay(500);
    const { user, system } = process.cpuUsage(before);
    // A read loop on a hung-up line takes a whole processor: 500,000 µs of these 500 ms.
    expect(user + system).toBeLessThan(250_000);
  });

  it('is closed any number of times, and says nothing after it', async () => {
    const pty = openPty();
    const { line, lost, text } = await opened(pty.path);
    await line.close();
    await line.close();
    line.write(Uint8Array.of(1));
    await pty.pull();
    expect(await Promise.race([lost, delay(100, 'silent')])).toBe('silent');
    expect(text()).toBe('');
  });

  it('says what is wrong with a device that cannot be opened', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vestibule-serial-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const plain = join(folder, 'plain');
    writeFileSync(plain, '');
    const listener = { bytes: () => {}, lost: () => {} };
    const codeOf = (path: string): Promise<string> =>
      openSerialLine({ path, baudRate }, listener).then(
        () => 'opened',
        (fault: SerialFault) => fault.code,
      );
    expect(await codeOf(join(folder, 'none'))).toBe('missing');
    expect(await codeOf(plain)).toBe('io');
    chmodSync(plain, 0o000);
    // Nothing is forbidden to root.
    expect(await codeOf(plain)).toBe(process.getuid?.() === 0 ? 'io' : 'permission');
  });

  it('lets nobody else have the line', async () => {
    const pty = openPty();
    await opened(pty.path);
    const second = openSerialLine({ path: pty.path, baudRate }, { bytes: () => {}, lost: () => {} });
    await expect(second).rejects.toMatchObject({ code: 'busy' });
  });
});

describe('a line that is kept', () => {
  const kept = (open: OpenLine, news: string[] = []): KeptLine =>
    new KeptLine({
      ...{ open, timers: systemTimers, onBytes: () => {} },
      onOpen: () => news.push('open'),
      onFault: ({ code }) => news.push(code),
    });

  it('is closed also where the port will not be', async () => {
    const line = kept(() =>
      Promise.resolve({ write: () => {}, close: () => Promise.reject(new Error('EIO')) }),
    );
    line.start();
    await expect(line.close()).resolves.toBeUndefined();
  });

  it('is waited for only so long where closing the port hangs', async () => {
    const timers = new HandTimers();
    const line = new KeptLine({
      ...{ timers, onBytes: () => {}, onOpen: () => {}, onFault: () => {} },
      open: () => Promise.resolve({ write: () => {}, close: () => new Promise(() => {}) }),
    });
    line.start();
    await delay(0);
    let closed = false;
    void line.close().then(() => {
      closed = true;
    });
    timers.pass(2_000);
    await delay(0);
    expect(closed).toBe(true);
  });

  it('is closed also where the port will not be that was opening meanwhile', async () => {
    const opening = Promise.withResolvers<SerialLine>();
    const line = kept(() => opening.promise);
    line.start();
    const closed = line.close();
    opening.resolve({ write: () => {}, close: () => Promise.reject(new Error('EIO')) });
    await expect(closed).resolves.toBeUndefined();
  });

  it('tells of whatever keeps it from being opened', async () => {
    const news: string[] = [];
    const line = kept(() => Promise.reject(new TypeError('not a port')), news);
    onTestFinished(() => line.close());
    line.start();
    await delay(0);
    expect(news).toEqual(['io']);
  });

  it('is told missing once, opens when the adapter comes, is lost with it, and opens again', async () => {
    const pty = openPty();
    await pty.pull();
    const news: string[] = [];
    let look = (): void => {};
    const tell = (what: string): void => {
      news.push(what);
      look();
    };
    const heard = (last: string): Promise<void> =>
      new Promise((resolve) => {
        look = () => {
          if (news.at(-1) === last) resolve();
        };
        look();
      });
    const line = new KeptLine({
      open: (listener) => openSerialLine({ path: pty.path, baudRate }, listener),
      timers: { after: (ms, run) => systemTimers.after(ms / 20, run) },
      onBytes: (bytes) => tell(Buffer.from(bytes).toString()),
      onOpen: () => tell('open'),
      onFault: ({ code }) => tell(code),
    });
    onTestFinished(() => line.close());
    line.start();
    await heard('missing');
    await delay(200);
    expect(news).toEqual(['missing']);
    pty.plug();
    await heard('open');
    await pty.pull();
    // Gone altogether by the next look: another fault than the hang-up.
    await heard('missing');
    pty.plug();
    await heard('open');
    pty.write(Buffer.from('hello'));
    await heard('hello');
    // A device that is just coming may be there and not yet to be had.
    const settled = news.filter((what) => what !== 'io' && what !== 'busy');
    expect(settled).toEqual(['missing', 'open', 'hungUp', 'missing', 'open', 'hello']);
  });
});
