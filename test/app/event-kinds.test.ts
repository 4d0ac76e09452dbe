import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventSentence } from '../../controller/app/event-sentence.ts';
import type { EventKind } from '../../controller/ports/events/kind.ts';
import { eventAreas, eventKinds } from '../../controller/ports/events.ts';
import { annsCode, gusCode, householdShell, put } from '../support/controller-shell.ts';
import { aDoor } from '../support/rows.ts';

const all: readonly (readonly [string, EventKind])[] = Object.entries(eventKinds);
const namesIn = (sentence: string): readonly string[] =>
  [...sentence.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '');

describe('every type of event', () => {
  it('is in one area only', () => {
    const types = Object.values(eventAreas).flatMap((kinds) => Object.keys(kinds));
    expect(types.toSorted()).toEqual(Object.keys(eventKinds).toSorted());
  });

  it.each(all)('%s speaks both languages, of fields that it has', (_, { fields, en, fr, when }) => {
    for (const sentence of [en, fr]) {
      expect(Object.keys(fields)).toEqual(expect.arrayContaining([...namesIn(sentence)]));
      expect(sentence).toMatch(/[.}]$/);
    }
    expect(namesIn(fr).toSorted()).toEqual(namesIn(en).toSorted());
    expect(fr).not.toBe(en);
    expect(when).toMatch(/\.$/);
  });
});

describe('a sentence', () => {
  it('has the values in place of the fields’ names', () => {
    const event = { type: 'InputFault', severity: 'alarm', door: 'front', contact: 'rex', fault: 'cut' };
    expect(eventSentence(event, 'en')).toBe('The line of the contact rex of front is faulty (cut).');
    expect(eventSentence(event, 'fr')).toBe('La ligne du contact rex de front est en défaut (cut).');
  });

  it('says yes and no in its language', () => {
    const event = { type: 'DoorMonitor', severity: 'info', door: 'front', open: true };
    expect(eventSentence(event, 'fr')).toBe('Le contact de front a changé (ouvert : oui).');
  });

  it('of a type that this release does not know is its name', () => {
    expect(eventSentence({ type: 'FromTomorrow' }, 'en')).toBe('FromTomorrow');
  });
});

describe('what a busy hour leaves in the log', () => {
  it('is as the schemas say, type by type', () => {
    const shell = householdShell();
    shell.housekeeping.start([], ['lobby' as never]);
    const wires = shell.wires();
    shell.type(annsCode);
    wires.play({ kind: 'monitor', open: true });
    shell.time.pass(60_000);
    wires.play({ kind: 'monitor', open: false });
    shell.type(gusCode);
    shell.type('00000000');
    shell.time.pass(10_000);
    wires.play({ kind: 'monitor', open: true });
    for (const active of [true, false]) {
      wires.play({ kind: 'rex', active });
      wires.play({ kind: 'fire', active });
      wires.play({ kind: 'tamper', active });
      wires.play({ kind: 'line', contact: 'rex', fault: active ? 'cut' : undefined });
      wires.play({ kind: 'fault', problem: active ? 'no current' : undefined });
    }
    shell.publish(put('door', aDoor('lobby', { version: 2, interlockGroup: 'alone' })));
    const events = shell.events();
    expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThan(20);
    for (const event of events) {
      const kind: EventKind | undefined = eventKinds[event.type as keyof typeof eventKinds];
      const severities: readonly unknown[] = kind.severity;
      expect(severities).toContain(event['severity']);
      const stamp = {
        type: z.string(),
        severity: z.string(),
        time: z.iso.datetime(),
        monotonicMs: z.number(),
      };
      const more = { boot: z.uuid(), clockState: z.string(), backfilled: z.boolean().optional() };
      expect(z.strictObject({ ...kind.fields, ...stamp, ...more }).safeParse(event).error).toBeUndefined();
    }
  });
});
