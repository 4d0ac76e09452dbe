import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { faultNames } from '../../drivers/osdp/peripheral/faults.ts';
import { openPty, PtyFault } from '../../drivers/sim/reader/pty.ts';
import { helpText, readTyped, shownBy, type Typed } from '../../drivers/sim/reader/reader-lines.ts';
import { SimulatedReaders, simulatedSettings } from '../../drivers/sim/reader/simulated-reader.ts';
import { RunningCommand } from '../support/command.ts';
import { forThisTest } from '../support/for-this-test.ts';

const card = (hex: string, bits: number): Typed => ({
  kind: 'actions',
  actions: [{ kind: 'card', bits, data: Uint8Array.fromHex(hex) }],
});

describe('what is typed at the simulated reader', () => {
  it.each<[string, Typed]>([
    [
      '12#',
      { kind: 'actions', actions: ['1', '2', '#'].map((key) => ({ kind: 'press', keys: [key as '1'] })) },
    ],
    ['a*', { kind: 'actions', actions: ['A', '*'].map((key) => ({ kind: 'press', keys: [key as 'A'] })) }],
    ['card bd88eb80', card('bd88eb80', 26)],
    ['  card bd88eb80 32 ', card('bd88eb80', 32)],
    ['card bd88eb80 33', { kind: 'misunderstood' }],
    ['card bd88eb8', { kind: 'misunderstood' }],
    ['card', { kind: 'misunderstood' }],
    ['card bd88eb80 25.5', { kind: 'misunderstood' }],
    ['card bd88eb80 2.6e1', { kind: 'misunderstood' }],
    ['card bd88eb80 -26', { kind: 'misunderstood' }],
    ['card bd88eb80 0', { kind: 'misunderstood' }],
    [`card ${'ab'.repeat(33)} 264`, { kind: 'misunderstood' }],
    ['input 0 on', { kind: 'actions', actions: [{ kind: 'input', input: 0, active: true }] }],
    ['input 1 off', { kind: 'actions', actions: [{ kind: 'input', input: 1, active: false }] }],
    ['input 2 on', { kind: 'misunderstood' }],
    ['input 0.5 on', { kind: 'misunderstood' }],
    ['input on', { kind: 'misunderstood' }],
    ['unplug', { kind: 'unplug' }],
    ['plug', { kind: 'plug' }],
    ['tamper on', { kind: 'actions', actions: [{ kind: 'tamper', tamper: true }] }],
    ['tamper', { kind: 'misunderstood' }],
    ['power-cut', { kind: 'actions', actions: [{ kind: 'powerCut' }] }],
    ['fault drop', { kind: 'actions', actions: [{ kind: 'fault', fault: 'drop', times: 1 }] }],
    [
      'fault delay-300 4',
      { kind: 'actions', actions: [{ kind: 'fault', fault: { delayMs: 300 }, times: 4 }] },
    ],
    ['fault sulk', { kind: 'misunderstood' }],
    ['fault drop 0', { kind: 'misunderstood' }],
    ['fault drop 1.5', { kind: 'misunderstood' }],
    ['reset', { kind: 'reset' }],
    ['quit', { kind: 'quit' }],
    ['12 34', { kind: 'misunderstood' }],
    ['hello', { kind: 'misunderstood' }],
  ])('%j is understood, or not', (line, typed) => {
    expect(readTyped(line)).toEqual(typed);
  });

  it('can be every fault that its help names', () => {
    for (const fault of faultNames) {
      expect(helpText).toContain(fault);
      expect(readTyped(`fault ${fault}`)).toMatchObject({ kind: 'actions' });
    }
  });
});

describe('what the simulated reader shows', () => {
  it('is its lights, sounds, texts and outputs, and that it has a key, never which', () => {
    const shown = [
      shownBy({ kind: 'KEYSET', key: new Uint8Array(16).fill(0xab) }),
      shownBy({ kind: 'OUT', outputs: [{ output: 0, control: 'temporaryOn', timerMs: 500 }] }),
      shownBy({ kind: 'LED', leds: [{ reader: 0, led: 0, temporary: 'cancel' }] }),
      shownBy({ kind: 'POLL' }),
    ];
    expect(shown).toEqual(['it was given a key', 'outputs: 0 temporaryOn', 'light: out', undefined]);
  });
});

describe('a simulated reader', () => {
  it('says what nobody reads into nothing, and is not held up by it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vestibule-pty-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const pty = openPty(join(folder, 'line'), () => {});
    for (let written = 0; written < 1_000_000; written += 1_000) pty.write(new Uint8Array(1_000));
    await pty.close();
  });

  it('is unplugged and plugged in again by a word, and ends well either way', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vestibule-pty-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const device = join(folder, 'line');
    const args = ['reader', '--device', device, '--memory', join(folder, 'key')];
    const typed = ['input 1 on', 'card bd88eb80 25.5', 'unplug', 'unplug', 'plug', 'plug', 'unplug', 'quit'];
    const { code, stdout, stderr } = await forThisTest(
      new RunningCommand('drivers/sim/main.ts', args, { typed: `${typed.join('\n')}\n` }),
    ).finished();
    const said = stdout.split('\n').map((line) => line.split(/[:;]/)[0]);
    expect(said.slice(2)).toEqual([
      'That is nothing that this reader knows',
      ...['Unplugged', 'Unplugged', 'Plugged in', 'Plugged in', 'Unplugged'],
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(existsSync(device)).toBe(false);
  });

  it('says why its line cannot be made', () => {
    const readers = new SimulatedReaders({
      path: '/nowhere/at/all',
      readers: [simulatedSettings(0, undefined)],
      onDid: () => {},
      onChannel: () => {},
    });
    expect(() => readers.start()).toThrow(PtyFault);
  });
});
