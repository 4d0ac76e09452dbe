import { describe, expect, it } from 'vitest';
import { annsCode, codeHash, gusCode, householdShell, put, type Shell } from '../support/controller-shell.ts';
import { aGuest } from '../support/rows.ts';

const early = '55556666';
const hint = 'Your code starts today at 17:00.';
const plain = 'The door did not open. Please contact your host or the manager.';

/** A guest whose invitation starts at five. */
function withEarlyGuest(): Shell {
  const shell = householdShell();
  const startsAt = '2026-06-15T21:00:00.000Z';
  shell.publish(put('guest', aGuest('eve', { hash: codeHash(early), startsAt })));
  return shell;
}

const told = (shell: Shell, accessPoint = 'keypad'): string => shell.type(early, { accessPoint }).sentence.en;

describe('what a person is told', () => {
  it('is the time from which the code works, in both languages', () => {
    expect(withEarlyGuest().type(early)).toMatchObject({
      outcome: 'deny',
      reason: 'notActiveYet',
      sentence: {
        en: hint,
        fr: 'Votre code fonctionnera aujourd’hui à partir de 17\u00a0h\u00a000.',
      },
    });
  });

  it('is no time where somebody has missed in the last minute', () => {
    const shell = withEarlyGuest();
    shell.type('00000000');
    expect(told(shell)).toBe(plain);
  });

  it('counts the early code itself as a miss', () => {
    const shell = withEarlyGuest();
    expect([told(shell), told(shell)]).toEqual([hint, plain]);
  });

  it('is a time again after a quiet minute, and not within it', () => {
    const shell = withEarlyGuest();
    shell.type('00000000');
    shell.time.pass(60_000);
    expect(told(shell)).toBe(plain);
    shell.time.pass(60_001);
    expect(told(shell)).toBe(hint);
  });

  it('is judged for each keypad by itself', () => {
    const shell = withEarlyGuest();
    shell.type('00000000', { accessPoint: 'garage keypad' });
    expect(told(shell)).toBe(hint);
  });

  it('is a time after a grant, and after an unknown card', () => {
    const shell = withEarlyGuest();
    shell.type(annsCode);
    shell.hold('000001', { accessPoint: 'keypad' });
    expect(told(shell)).toBe(hint);
  });

  it('is a time after a denial that says nothing of the code: the door was locked down', () => {
    const shell = withEarlyGuest();
    const lockdown = { scope: 'building', counter: 1 } as const;
    shell.commands.execute({ op: 'lockdown', id: 'c-1', lockdown: { ...lockdown, on: true } });
    expect(shell.type(annsCode)).toMatchObject({ reason: 'lockedDown', sentence: { en: plain } });
    shell.commands.execute({ op: 'lockdown', id: 'c-2', lockdown: { ...lockdown, on: false, counter: 2 } });
    expect(told(shell)).toBe(hint);
  });

  it('is the same whether a code never existed, was revoked, or is over', () => {
    const shell = householdShell();
    const gone = { version: 2, hash: codeHash(gusCode) };
    const unknown = shell.type('00000000');
    shell.publish(put('guest', aGuest('gus', { ...gone, revoked: true })));
    const revoked = shell.type(gusCode);
    shell.publish(put('guest', aGuest('gus', { ...gone, version: 3, endsAt: '2026-06-01T00:00:00.000Z' })));
    const over = shell.type(gusCode);
    expect([unknown.reason, revoked.reason, over.reason]).toEqual([
      'unknownCredential',
      'revoked',
      'expired',
    ]);
    expect(new Set([unknown, revoked, over].map(({ sentence }) => sentence.en))).toEqual(new Set([plain]));
  });

  it('is that the device cannot open a door which it does not drive', () => {
    const shell = householdShell();
    const { seq } = shell.journal.head();
    expect(shell.type(annsCode, { door: 'attic' })).toMatchObject({ outcome: 'deny', reason: 'doorFault' });
    expect(shell.journal.head().seq).toBe(seq);
  });
});
