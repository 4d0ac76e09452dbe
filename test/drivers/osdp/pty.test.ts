import { describe, expect, it } from 'vitest';
import { wiegandFormats } from '../../../drivers/osdp/credentials/wiegand-formats.ts';
import type { Key } from '../../../drivers/osdp/messages/keypad.ts';
import { type Fault, faultNames } from '../../../drivers/osdp/peripheral/faults.ts';
import { simulatedSettings } from '../../../drivers/sim/reader/simulated-reader.ts';
import { type Heard, isOnline, type PtyLine, ptyLine } from '../../support/osdp/pty-line.ts';
import { anotherKey, keyOf } from '../../support/osdp/readers.ts';

const type = ({ readers }: PtyLine, keys: string): void => {
  for (const key of keys) readers.act(1, { kind: 'press', keys: [key as Key] });
};
const isRead = ({ kind }: Heard): boolean => kind === 'read';
const goodCard = { kind: 'card', bits: 26, data: Uint8Array.fromHex('bd88eb80') } as const;

describe('a reader over serialport and a pty', () => {
  it('is secured, and what is typed and held to it comes as code and card', async () => {
    const line = await ptyLine();
    await line.until(isOnline);
    type(line, '12*48292613#');
    expect(await line.until(isRead)).toMatchObject({ presented: { kind: 'code', digits: '48292613' } });
    line.readers.act(1, goodCard);
    expect(await line.until((heard) => isRead(heard), line.heard.length)).toMatchObject({
      presented: { kind: 'bits', bits: 26, hex: 'bd88eb80' },
    });
  });

  it('sounds alike at every key, whatever comes of it', async () => {
    const line = await ptyLine();
    await line.until(isOnline);
    type(line, '1*A2#');
    await line.until(isRead);
    await line.untilDid(() => line.did.filter(({ command }) => command.kind === 'BUZ').length === 5);
    const sounds = line.did.map(({ command }) => command).filter(({ kind }) => kind === 'BUZ');
    expect(new Set(sounds.map((sound) => JSON.stringify(sound))).size).toBe(1);
  });

  it('shows an outcome by light, sound and text in both languages', async () => {
    const line = await ptyLine();
    await line.until(isOnline);
    const text = { en: 'Door open', fr: 'Porte ouverte' };
    line.panel.show('r1', { outcome: 'granted', text });
    await line.untilDid((command) => command.kind === 'TEXT' && command.row === 2);
    expect(line.did.slice(-4).map(({ command }) => command)).toMatchObject([
      { kind: 'LED', leds: [{ temporary: { onColor: 'green', offMs: 0 } }] },
      { kind: 'BUZ', count: 1, onMs: 1_000 },
      { kind: 'TEXT', row: 1, text: 'Door open' },
      { kind: 'TEXT', row: 2, text: 'Porte ouverte' },
    ]);
  });

  it('has a card of a configured format read again when its parity is wrong; one of another length is a card', async () => {
    const line = await ptyLine({ formats: wiegandFormats });
    await line.until(isOnline);
    line.readers.act(1, { ...goodCard, data: Uint8Array.fromHex('bd88ebc0') });
    expect(await line.until(({ kind }) => kind === 'misread' || kind === 'read')).toMatchObject({
      kind: 'misread',
    });
    line.readers.act(1, goodCard);
    expect(await line.until(isRead)).toMatchObject({
      card: { format: 'H10301', facility: '123', number: '4567' },
    });
    line.readers.act(1, { kind: 'card', bits: 36, data: Uint8Array.fromHex('bd88eb8020') });
    expect(await line.until(({ kind }) => kind === 'read', line.heard.length)).toMatchObject({
      presented: { bits: 36 },
    });
  });

  it('that was taken off and put back works again', async () => {
    const line = await ptyLine();
    await line.until(isOnline);
    line.readers.replace(1, undefined);
    await line.until((heard) => heard.kind === 'state' && heard.state === 'offline', 1);
    const before = line.heard.length;
    line.readers.replace(1, simulatedSettings(1, keyOf(1)));
    await line.until(isOnline, before);
    type(line, '1#');
    await line.until(isRead);
  });

  it('in whose place another one stands is refused, and told as a question of identity', async () => {
    const line = await ptyLine();
    await line.until(isOnline);
    const before = line.heard.length;
    line.readers.replace(1, simulatedSettings(1, anotherKey));
    line.readers.act(1, goodCard);
    expect(await line.until(({ kind }) => kind === 'alarm', before)).toMatchObject({ alarm: 'identity' });
    expect(line.heard.filter(isRead)).toEqual([]);
  });
});

/** Three answers at fault while somebody types 7 and #, again and again; the codes that came. */
async function typedThrough(fault: Fault): Promise<readonly string[]> {
  const line = await ptyLine();
  await line.until(isOnline);
  line.readers.act(1, { kind: 'fault', fault, times: 3 });
  type(line, '7#');
  // A report that a drowned or forged answer carried away is lost; the next one is not.
  const typing = setInterval(() => type(line, '7#'), 1_500);
  await line.until(isRead).finally(() => clearInterval(typing));
  return line.heard.flatMap((heard) =>
    heard.kind === 'read' && heard.presented.kind === 'code' ? [heard.presented.digits] : [],
  );
}

describe('every fault that a peripheral can have, over serialport and a pty', () => {
  it('passes: what was typed comes and nothing else, once the reader is well again', async () => {
    const faults: readonly Fault[] = [...faultNames, { delayMs: 150 }];
    // Side by side: they wait more than they work.
    const codes = await Promise.all(faults.map(typedThrough));
    faults.forEach((fault, i) => {
      expect(
        codes[i]?.every((code) => /^7+$/.test(code)),
        JSON.stringify(fault),
      ).toBe(true);
    });
  }, 60_000);
});

describe('what a panel must refuse', () => {
  const alarms: readonly (readonly [Fault, string])[] = [
    ['defaultKey', 'downgrade'],
    ['forgedCapability', 'downgrade'],
    ['plainReplies', 'downgrade'],
    ['badCryptogram', 'identity'],
    ['otherCuid', 'identity'],
    ['badMac', 'mac'],
    ['badInitialMac', 'mac'],
    ['replay', 'mac'],
    ['unexpectedReply', 'nonsense'],
  ];

  it('is told by what it is: a downgrade, another identity, a wrong MAC, nonsense', async () => {
    const told = await Promise.all(
      alarms.map(async ([fault]) => {
        const line = await ptyLine({ pinned: true });
        await line.until(isOnline);
        line.readers.act(1, { kind: 'fault', fault, times: 1_000 });
        const inHandshake = ['defaultKey', 'forgedCapability', 'badCryptogram', 'otherCuid', 'badInitialMac'];
        if (typeof fault === 'string' && inHandshake.includes(fault))
          line.readers.act(1, { kind: 'powerCut' });
        const alarm = await line.until(({ kind }) => kind === 'alarm');
        return [fault, alarm.kind === 'alarm' ? alarm.alarm : ''];
      }),
    );
    expect(told).toEqual(alarms);
  }, 60_000);
});

describe('an adapter that is pulled', () => {
  it('is told at once for every reader on it, and all of them work when it is back', async () => {
    const line = await ptyLine({ count: 8 });
    const states = (state: string) =>
      line.heard.filter((heard) => heard.kind === 'state' && heard.state === state);
    await line.until(() => states('online').length === 8);
    await line.readers.close();
    await line.until(() => states('lineDown').length >= 8);
    const before = line.heard.length;
    line.readers.start();
    await line.until(
      () =>
        new Set(
          line.heard
            .slice(before)
            .filter(isOnline)
            .map(({ reader }) => reader),
        ).size === 8,
    );
    line.readers.act(8, goodCard);
    expect(await line.until(isRead, before)).toMatchObject({ reader: 'r8' });
  });
});
