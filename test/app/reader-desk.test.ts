import { describe, expect, it, onTestFinished } from 'vitest';
import { CredentialHasher } from '../../controller/app/credential-hasher.ts';
import { denialAfterMs } from '../../controller/app/denial-time.ts';
import { maySpendReserve } from '../../controller/app/disk-telemetry.ts';
import { ReaderDesk } from '../../controller/app/reader-desk.ts';
import type { DoorMode } from '../../controller/core/access/facts.ts';
import { DoorId } from '../../controller/core/dataset.ts';
import { settleWithinMs } from '../../controller/core/reader/reader-status.ts';
import { StorageFault } from '../../controller/ports/journal.ts';
import type { ReaderInput } from '../../controller/ports/reader.ts';
import {
  ann,
  annsCard,
  annsCode,
  type Body,
  cardHash,
  codeHash,
  householdShell,
  put,
  type Shell,
} from '../support/controller-shell.ts';
import { siteKeyHex } from '../support/identity-folder.ts';
import { PlayedReader } from '../support/played-reader.ts';
import { aCredential, aDoor, aResident } from '../support/rows.ts';

const card = (hex = annsCard, bits = 26): ReaderInput => ({
  kind: 'read',
  presented: { kind: 'bits', bits, hex },
});
const code = (digits: string): ReaderInput => ({ kind: 'read', presented: { kind: 'code', digits } });
/** Whoever asked waits for the answer. */
const staying = new AbortController().signal;
const device = { vendor: '00068e', model: 1, version: 2, serial: 77, firmware: '1.2.3' };

interface Scene {
  readonly shell: Shell;
  readonly line: PlayedReader;
  readonly desk: ReaderDesk;
  /** Reads or reports; the types of the events that this led to. */
  readonly play: (input: ReaderInput, reader?: string) => readonly string[];
  readonly outcomes: () => readonly string[];
}

/** Two readers at the lobby's door. */
function scene(): Scene {
  const shell = householdShell();
  const line = new PlayedReader();
  const { access, recorder, time } = shell;
  const setup = { door: DoorId.parse('lobby'), line };
  const desk = new ReaderDesk({
    ...{ access, recorder, timers: time.timers },
    readers: new Map([
      ['hall', setup],
      ['yard', setup],
    ]),
    monotonicMs: () => time.monotonicMs(),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    onChange: () => {},
  });
  onTestFinished(() => desk.close());
  desk.start();
  return {
    shell,
    line,
    desk,
    play: (input, reader) => shell.eventsOf(() => line.play(input, reader)).map(({ type }) => type),
    outcomes: () => line.shown.map(({ outcome }) => outcome),
  };
}

describe('a card at a reader', () => {
  it('opens, and the reader says so at once', () => {
    const { play, shell, outcomes } = scene();
    expect(play(card())).toContain('AccessGranted');
    expect(shell.wires().released).toBe(true);
    expect(outcomes()).toEqual(['granted']);
  });

  it.each([
    ['as long as the door may be opened', false, 5_000],
    ['longer for who needs longer', true, 15_000],
  ])('is answered %s', (_, extendedAccess, forMs) => {
    const { play, shell, line } = scene();
    shell.publish(put('resident', aResident(ann.id, { version: 2, extendedAccess })));
    play(card());
    expect(line.shown).toEqual([{ reader: 'hall', outcome: 'granted', forMs }]);
  });

  it('shows that the door opens no longer than it does', () => {
    const { play, desk, line } = scene();
    const stands = (mode: DoorMode) => {
      desk.doorStands(DoorId.parse('lobby'), mode);
      return line.ended.splice(0);
    };
    expect(stands('Locked')).toEqual([]);
    play(card());
    expect([stands('Accessed'), stands('Unlocked'), stands('LockedOpen')]).toEqual([[], [], []]);
    expect([stands('Locked'), stands('Locked')]).toEqual([['hall'], []]);
    play(card(), 'yard');
    play({ kind: 'misread' }, 'yard');
    expect(stands('LockedDown')).toEqual([]);
  });

  it('names the reader as the access point of its event', () => {
    const { shell, line } = scene();
    const [granted] = shell.eventsOf(() => line.play(card()));
    expect(granted).toMatchObject({ type: 'AccessGranted', accessPoint: 'reader-hall', door: 'lobby' });
  });

  it('is one read for as long as it lies there, and another one a second after it', () => {
    const { play, shell } = scene();
    play(card());
    for (let reads = 0; reads < 5; reads += 1) {
      shell.time.pass(900);
      expect(play(card())).toEqual([]);
    }
    shell.time.pass(1_000);
    expect(play(card())).toContain('AccessGranted');
  });

  it('is one read also beside another card in the same wallet', () => {
    const { play, shell } = scene();
    const reads = [card(), card('11223340'), card(), card('11223340')].map((read) => {
      shell.time.pass(300);
      return play(read).filter((type) => type.startsWith('Access'));
    });
    expect(reads).toEqual([['AccessGranted'], ['AccessDenied'], [], []]);
  });

  it('is one read at each of two readers', () => {
    const { play } = scene();
    play(card());
    expect(play(card(), 'yard')).toContain('AccessGranted');
  });

  it('that was lost is denied like any other, and an alarm says whose it is', () => {
    const { shell, line, outcomes } = scene();
    const hash = cardHash(annsCard);
    shell.publish(
      put('credential', aCredential('card', ann, { version: 2, kind: 'card', hash, status: 'lost' })),
    );
    const events = shell.eventsOf(() => line.play(card()));
    expect(events.map(({ type }) => type)).toEqual(['AccessDenied', 'LostCredentialPresented']);
    expect(events[1]).toMatchObject({
      severity: 'alarm',
      accessPoint: 'reader-hall',
      subject: ann,
      credential: 'card',
    });
    expect(outcomes()).toEqual(['denied']);
    expect(JSON.stringify(events)).not.toContain(annsCard);
  });

  it('that was revoked and not lost is no such alarm', () => {
    const { play, shell } = scene();
    const hash = cardHash(annsCard);
    shell.publish(
      put('credential', aCredential('card', ann, { version: 2, kind: 'card', hash, status: 'revoked' })),
    );
    expect(play(card())).toEqual(['AccessDenied']);
  });

  it('that was misread is asked for again, and is no request', () => {
    const { play, outcomes } = scene();
    expect(play({ kind: 'misread' })).toEqual([]);
    expect(outcomes()).toEqual(['misread']);
  });

  it('at a door whose hardware refuses is answered as out of service', () => {
    const { play, shell, outcomes } = scene();
    shell.wires().onMove = () => {
      throw new Error('the relay does not answer');
    };
    play(card());
    expect(outcomes()).toEqual(['fault']);
  });
});

describe('a car tag', () => {
  it('opens by the text that its reader sends, whatever its case', () => {
    const { play, shell } = scene();
    const hash = new CredentialHasher(Buffer.from(siteKeyHex, 'hex')).hash({
      kind: 'text',
      line: 'e2001234',
    });
    shell.publish(put('credential', aCredential('tag', ann, { kind: 'carTag', hash })));
    expect(play({ kind: 'read', presented: { kind: 'text', line: 'E2001234' } })).toContain('AccessGranted');
  });
});

describe('a code at a reader', () => {
  it('opens at once', () => {
    const { play, outcomes } = scene();
    expect(play(code(annsCode))).toContain('AccessGranted');
    expect(outcomes()).toEqual(['granted']);
  });

  it.each([
    ['that nobody has', '99999999'],
    ['that is too long', '99999999999999999'],
    ['that has another length', '1'],
  ])('%s is denied at one time after it, and not before', (_, digits) => {
    const { play, shell, outcomes } = scene();
    expect(play(code(digits))).toEqual(['AccessDenied']);
    shell.time.pass(denialAfterMs - 1);
    expect(outcomes()).toEqual([]);
    shell.time.pass(1);
    expect(outcomes()).toEqual(['denied']);
  });

  it('is denied at that time also where the keypad is locked', () => {
    const { play, shell, outcomes } = scene();
    for (let miss = 0; miss < 5; miss += 1) play(code('99999999'));
    shell.time.pass(denialAfterMs);
    const before = outcomes().length;
    expect(play(code(annsCode))).toEqual(['LockedKeypadTried']);
    shell.time.pass(denialAfterMs - 1);
    expect(outcomes()).toHaveLength(before);
    shell.time.pass(1);
    expect(outcomes()).toHaveLength(before + 1);
  });

  it('is guessed at one reader without locking the keypad of another', () => {
    const { play } = scene();
    for (let miss = 0; miss < 5; miss += 1) play(code('99999999'));
    expect(play(code(annsCode))).toEqual(['LockedKeypadTried']);
    expect(play(code(annsCode), 'yard')).toContain('AccessGranted');
    // Cards are never locked out.
    expect(play(card())).toContain('AccessGranted');
  });

  it('leaves its digits in no event', () => {
    const { shell, line } = scene();
    line.play(code('99999999'));
    line.play(code(annsCode));
    expect(JSON.stringify(shell.events())).not.toMatch(/99999999|12345678/);
  });
});

describe('where card and code are wanted', () => {
  const strict = (): Scene => {
    const played = scene();
    played.shell.publish(put('door', aDoor('lobby', { version: 2, authentication: 'cardAndCode' })));
    return played;
  };

  it('the card asks for the code, and both open', () => {
    const { play, outcomes } = strict();
    expect(play(card())).toEqual([]);
    expect(outcomes()).toEqual(['codeWanted']);
    expect(play(code(annsCode))).toContain('AccessGranted');
    expect(outcomes()).toEqual(['codeWanted', 'granted']);
  });

  it('neither opens alone', () => {
    const { play, shell } = strict();
    expect(play(code(annsCode))).toEqual(['AccessDenied']);
    play(card());
    expect(shell.wires().released).toBe(false);
  });

  it('somebody else’s code does not open, is a miss, and is answered at its time', () => {
    const { play, shell, outcomes } = strict();
    shell.publish(
      put('credential', aCredential('bobs', { kind: 'resident', id: 'bob' }, { hash: codeHash('55555555') })),
    );
    for (let miss = 0; miss < 5; miss += 1) {
      play(card());
      shell.time.pass(2_000);
      play(code('55555555'));
    }
    shell.time.pass(denialAfterMs);
    expect(outcomes().filter((outcome) => outcome === 'denied')).toHaveLength(5);
    play(card());
    expect(play(code(annsCode))).toEqual(['LockedKeypadTried']);
  });

  it('the card is forgotten after a while', () => {
    const { play, shell } = strict();
    play(card());
    shell.time.pass(20_000);
    expect(play(code(annsCode))).toEqual(['AccessDenied']);
  });

  it('the card held at one reader is not the card at another', () => {
    const { play } = strict();
    play(card());
    expect(play(code(annsCode), 'yard')).toEqual(['AccessDenied']);
    expect(play(code(annsCode))).toContain('AccessGranted');
  });

  it('a lost card is told of though no code comes', () => {
    const { play, shell } = strict();
    const hash = cardHash(annsCard);
    shell.publish(
      put('credential', aCredential('card', ann, { version: 2, kind: 'card', hash, status: 'lost' })),
    );
    expect(play(card())).toEqual(['LostCredentialPresented']);
  });
});

describe('how a reader stands', () => {
  const state = (of: 'online' | 'offline' | 'securing' | 'refused' | 'lineDown'): ReaderInput => ({
    kind: 'state',
    state: of,
  });
  const faults = (shell: Shell): readonly Body[] =>
    shell.events().filter(({ type }) => type.startsWith('Reader'));

  it('is told once when it is lost and once when it is back', () => {
    const { play } = scene();
    play(state('online'));
    expect(play(state('offline'))).toEqual(['ReaderFault']);
    expect(play(state('offline'))).toEqual([]);
    expect(play(state('securing'))).toEqual([]);
    expect(play(state('online'))).toEqual(['ReaderFaultEnded']);
    expect(play(state('online'))).toEqual([]);
  });

  it('is no fault while the first channel or a new one comes up', () => {
    const { play, shell } = scene();
    expect(play(state('securing'))).toEqual([]);
    expect(play(state('online'))).toEqual([]);
    expect(play(state('securing'))).toEqual([]);
    shell.time.pass(settleWithinMs - 1);
    expect(faults(shell).filter(({ reader }) => reader === 'hall')).toEqual([]);
    shell.time.pass(1);
    expect(faults(shell)).toMatchObject([{ reader: 'yard' }, { reader: 'hall', fault: 'securing' }]);
  });

  it('is a fault of a reader that never answers, after the first moments', () => {
    const { shell } = scene();
    shell.time.pass(settleWithinMs);
    expect(faults(shell)).toMatchObject([
      { type: 'ReaderFault', reader: 'hall', fault: 'offline', severity: 'alarm' },
      { type: 'ReaderFault', reader: 'yard', fault: 'offline' },
    ]);
  });

  it('is told with the line’s own problem, and then waited for when the line is back', () => {
    const { shell, play } = scene();
    play({ kind: 'state', state: 'lineDown', problem: '/dev/ttyUSB0 is not there' });
    expect(faults(shell)).toMatchObject([{ problem: '/dev/ttyUSB0 is not there' }]);
    expect(play(state('offline'))).toEqual([]);
    expect(play(state('online'))).toEqual(['ReaderFaultEnded']);
  });

  it('tells tamper, power and what a panel must refuse', () => {
    const { play, shell, desk } = scene();
    expect(play({ kind: 'tamper', failing: false })).toEqual([]);
    expect(play({ kind: 'tamper', failing: true })).toEqual(['ReaderTamper']);
    expect(play({ kind: 'tamper', failing: true })).toEqual([]);
    expect(desk.status()[0]).toMatchObject({ id: 'hall', tamper: true });
    expect(play({ kind: 'tamper', failing: false })).toEqual(['ReaderTamperEnded']);
    expect(play({ kind: 'power', failing: true })).toEqual(['ReaderPowerFailing']);
    expect(play({ kind: 'power', failing: false })).toEqual(['ReaderPowerBack']);
    play({ kind: 'alarm', alarm: 'downgrade', refusal: 'keySelector' });
    expect(shell.events().at(-1)).toMatchObject({
      type: 'ReaderSecurity',
      severity: 'alarm',
      alarm: 'downgrade',
      refusal: 'keySelector',
      reader: 'hall',
    });
  });
});

describe('a reader that flaps', () => {
  it('is told of so often, then once a minute, and as it stands when it is steady again', () => {
    const { line, shell } = scene();
    line.play({ kind: 'state', state: 'online' });
    const events = shell.eventsOf(() => {
      for (let change = 0; change < 601; change += 1) {
        line.play({ kind: 'tamper', failing: change % 2 === 0 });
        shell.time.pass(200);
      }
      shell.time.pass(120_000);
    });
    const types = events.filter(({ reader }) => reader === 'hall').map(({ type }) => type);
    expect(types.filter((type) => type.startsWith('ReaderTamper'))).toHaveLength(31);
    expect(types.filter((type) => type === 'ReaderUnsteady').length).toBeLessThanOrEqual(4);
    expect(types.slice(-2)).toEqual(['ReaderSteady', 'ReaderTamper']);
  });

  it.each(['ReaderTamper', 'ReaderFaultEnded'] as const)('spends nothing of the reserve by %s', (type) => {
    const place = { reader: 'hall', door: DoorId.parse('lobby') };
    const draft =
      type === 'ReaderTamper'
        ? ({ type, severity: 'alarm', ...place } as const)
        : ({ type, severity: 'notice', ...place, fault: 'offline' } as const);
    expect(maySpendReserve([draft], [])).toBe(false);
  });
});

describe('a reader’s key', () => {
  it('is given within a window that is recorded, to one reader at a time, and its outcome is told', async () => {
    const { desk, line, play, shell } = scene();
    const outcome = desk.commission('hall', 60_000, staying);
    expect(line.ordered).toEqual([{ reader: 'hall', windowMs: 60_000 }]);
    expect(shell.events().at(-1)).toMatchObject({ type: 'ReaderCommissioning', windowMs: 60_000 });
    expect(await desk.commission('yard', 60_000, staying)).toEqual({ kind: 'refused', why: 'busy' });
    expect(play({ kind: 'keyed', how: 'commissioned', device })).toEqual(['ReaderKeyed']);
    expect(await outcome).toEqual({ kind: 'keyed', device });
    expect(desk.status()[0]).toMatchObject({ device });
    const rotated = desk.rotate('yard');
    expect(shell.events().at(-1)).toMatchObject({ type: 'ReaderRotating', reader: 'yard' });
    expect(play({ kind: 'keyFailed', why: 'notOnline' }, 'yard')).toEqual(['ReaderKeyFailed']);
    expect(await rotated).toEqual({ kind: 'failed', why: 'notOnline' });
  });

  it.each([
    ['a window', (desk: ReaderDesk) => desk.commission('hall', 60_000, staying), 65_000, 'windowClosed'],
    ['a rotation', (desk: ReaderDesk) => desk.rotate('hall'), 30_000, 'notOnline'],
  ] as const)(
    'comes to an end with %s of which nothing is heard any more',
    async (_, order, afterMs, why) => {
      const { desk, shell, play } = scene();
      const outcome = order(desk);
      const events = shell.eventsOf(() => shell.time.pass(afterMs));
      expect(events.filter(({ type }) => type === 'ReaderKeyFailed')).toMatchObject([
        { reader: 'hall', why },
      ]);
      expect(await outcome).toEqual({ kind: 'failed', why });
      const next = desk.rotate('yard');
      play({ kind: 'keyed', how: 'rotated', device }, 'yard');
      expect(await next).toEqual({ kind: 'keyed', device });
      // The end of the one before is not told of the next.
      expect(shell.eventsOf(() => shell.time.pass(100_000)).map(({ type }) => type)).not.toContain(
        'ReaderKeyFailed',
      );
    },
  );

  it('is not given when the window cannot be recorded', async () => {
    const shell = householdShell();
    const line = new PlayedReader();
    const { access, time } = shell;
    const desk = new ReaderDesk({
      ...{ access, timers: time.timers },
      recorder: {
        commit: () => {
          throw new StorageFault('diskFull', 'the disk is full');
        },
      },
      readers: new Map([['hall', { door: DoorId.parse('lobby'), line }]]),
      monotonicMs: () => time.monotonicMs(),
      log: { info: () => {}, warn: () => {}, error: () => {} },
      onChange: () => {},
    });
    expect(await desk.commission('hall', 60_000, staying)).toEqual({ kind: 'failed', why: 'storage' });
    expect(await desk.rotate('hall')).toEqual({ kind: 'failed', why: 'storage' });
    expect(line.ordered).toEqual([]);
  });

  it('is given to no reader after the operator has gone: the window is closed', async () => {
    const { desk, line, play } = scene();
    const operator = new AbortController();
    const outcome = desk.commission('hall', 60_000, operator.signal);
    operator.abort();
    expect(line.ordered.at(-1)).toEqual({ reader: 'hall', closed: true });
    expect(play({ kind: 'keyFailed', why: 'windowClosed' })).toEqual(['ReaderKeyFailed']);
    expect(await outcome).toEqual({ kind: 'failed', why: 'windowClosed' });
  });

  it('keeps nobody else from theirs for longer than it may still be under way, when the operator has gone', async () => {
    const { desk, shell } = scene();
    const operator = new AbortController();
    const outcome = desk.commission('hall', 30 * 60_000, operator.signal);
    operator.abort();
    expect(await desk.commission('yard', 60_000, staying)).toEqual({ kind: 'refused', why: 'busy' });
    shell.time.pass(5_000);
    expect(await outcome).toEqual({ kind: 'failed', why: 'windowClosed' });
    void desk.commission('yard', 60_000, staying);
    expect(shell.events().at(-1)).toMatchObject({ type: 'ReaderCommissioning', reader: 'yard' });
  });

  it('is not taken from a reader that works: it stays in service', async () => {
    const { desk, line, play } = scene();
    play({ kind: 'state', state: 'online' });
    expect(await desk.commission('hall', 60_000, staying)).toEqual({ kind: 'refused', why: 'online' });
    expect(line.ordered).toEqual([]);
    void desk.rotate('hall');
    expect(line.ordered).toEqual([{ reader: 'hall' }]);
  });

  it('of a reader that is not there is refused', async () => {
    expect(await scene().desk.commission('cellar', 60_000, staying)).toEqual({
      kind: 'refused',
      why: 'unknownReader',
    });
  });
});

describe('readers that are closed', () => {
  it('are shown nothing more, and open nothing, though their line takes its time', () => {
    const { desk, line, play, shell, outcomes } = scene();
    const held = Promise.withResolvers<void>();
    line.close = () => held.promise;
    onTestFinished(() => held.resolve());
    play(code('99999999'));
    void desk.rotate('hall');
    const before = shell.events().length;
    void desk.close();
    expect(play(card())).toEqual([]);
    expect(shell.wires().released).toBe(false);
    shell.time.pass(60_000);
    expect(outcomes()).toEqual([]);
    expect(
      shell
        .events()
        .slice(before)
        .filter(({ type }) => type.startsWith('Reader')),
    ).toEqual([]);
  });
});

describe('a card that is read to be enrolled', () => {
  it('is shown with its printed numbers, opens nothing and leaves no event; the next one is presented', async () => {
    const { desk, play, outcomes } = scene();
    const shown = desk.readNext('hall', 60_000, staying);
    const decoded = { format: 'H10301', facility: '123', number: '4567' };
    const read = card();
    if (read.kind !== 'read') throw new Error('a card is read');
    expect(play({ ...read, card: decoded })).toEqual([]);
    expect(await shown).toEqual({ kind: 'shown', presented: read.presented, card: decoded });
    expect(outcomes()).toEqual([]);
    expect(play(card('112233'))).toEqual(['AccessDenied']);
  });

  it('is waited for only so long, by one at a time', async () => {
    const { desk, shell } = scene();
    const shown = desk.readNext('hall', 60_000, staying);
    expect(await desk.readNext('hall', 60_000, staying)).toEqual({ kind: 'refused', why: 'busy' });
    shell.time.pass(60_000);
    expect(await shown).toEqual({ kind: 'refused', why: 'nothingRead' });
    expect(await desk.readNext('cellar', 60_000, staying)).toEqual({ kind: 'refused', why: 'unknownReader' });
  });

  it('opens again as soon as who asked for it has gone', async () => {
    const { desk, play } = scene();
    const operator = new AbortController();
    const shown = desk.readNext('hall', 60_000, operator.signal);
    operator.abort();
    expect(await shown).toEqual({ kind: 'refused', why: 'nothingRead' });
    expect(play(card())).toContain('AccessGranted');
  });
});
