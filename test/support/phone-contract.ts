/** What every phone behind the port must do, whoever is at its far end: held against each driver in a test of its own. */
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DtmfDigit, LegEvent } from '../../controller/core/call/line.ts';
import type { Phone } from '../../controller/ports/phone.ts';
import { Inbox } from './inbox.ts';

/** How the far end meets the next call. */
type Meets = 'rings' | 'busy' | 'unavailable' | 'unknownNumber' | 'failed' | 'silent';

/** The person who is called, or what stands in their place. */
interface FarEnd {
  prepare(meets: Meets): Promise<void>;
  /** While it rings. */
  answer(): Promise<void>;
  decline(): Promise<void>;
  /** Once it is answered. */
  press(digit: DtmfDigit): Promise<void>;
  hangUp(): Promise<void>;
}

export interface PhoneWithFarEnd {
  /** Not yet started. */
  readonly phone: Phone;
  readonly farEnd: FarEnd;
  /** Ends the far end; the phone is closed already. */
  close(): Promise<void>;
}

export function phoneContract(name: string, make: () => Promise<PhoneWithFarEnd>): void {
  describe(`${name}, as a phone`, () => {
    let line: PhoneWithFarEnd;
    let events: Inbox<LegEvent>;
    beforeEach(async () => {
      line = await make();
      events = new Inbox();
      await line.phone.start(
        (event) => events.put(event),
        () => {},
      );
    });
    afterEach(async () => {
      await line.phone.close();
      await line.close();
    });

    const dial = (id: string): void =>
      line.phone.dial({ id, number: '+14165550100', target: 'phone', language: 'en' });
    /** The next event of any leg. */
    const next = (): Promise<LegEvent> => events.next();
    const answered = async (id: string): Promise<void> => {
      dial(id);
      expect(await next()).toEqual({ leg: id, kind: 'ringing' });
      await line.farEnd.answer();
      expect(await next()).toEqual({ leg: id, kind: 'answered' });
    };
    /** Another call, to its end: whatever was still to come of an earlier one has come by then. */
    const callAgain = async (id: string): Promise<void> => {
      await line.farEnd.prepare('rings');
      await answered(id);
      await line.farEnd.hangUp();
      expect(await next()).toEqual({ leg: id, kind: 'ended', why: 'hungUp' });
    };

    it('tells that it rings, that it was answered, each digit, and that they hung up', async () => {
      await line.farEnd.prepare('rings');
      await answered('a');
      for (const digit of ['9', '*', '#', '0'] as const) {
        await line.farEnd.press(digit);
        expect(await next()).toEqual({ leg: 'a', kind: 'digit', digit });
      }
      line.phone.tell('a', 'opened');
      await line.farEnd.hangUp();
      expect(await next()).toEqual({ leg: 'a', kind: 'ended', why: 'hungUp' });
      expect(events.left).toEqual([]);
    });

    it('tells that it was declined', async () => {
      await line.farEnd.prepare('rings');
      dial('a');
      expect(await next()).toEqual({ leg: 'a', kind: 'ringing' });
      await line.farEnd.decline();
      expect(await next()).toEqual({ leg: 'a', kind: 'ended', why: 'declined' });
    });

    it.each(['busy', 'unavailable', 'unknownNumber', 'failed'] as const)('tells %s', async (why) => {
      await line.farEnd.prepare(why);
      dial('a');
      expect(await events.next(({ kind }) => kind === 'ended')).toEqual({ leg: 'a', kind: 'ended', why });
    });

    it('tells nothing before dial has returned', async () => {
      for (const meets of ['rings', 'busy', 'failed'] as const) {
        await line.farEnd.prepare(meets);
        dial(meets);
        expect(events.left).toEqual([]);
        await next();
        line.phone.hangUp(meets);
      }
    });

    it('tells nothing of a leg that was hung up in the turn in which it was dialled', async () => {
      await line.farEnd.prepare('busy');
      dial('a');
      line.phone.hangUp('a');
      await callAgain('b');
      expect(events.left).toEqual([]);
    });

    it('tells nothing of a leg that was hung up while it rang', async () => {
      await line.farEnd.prepare('rings');
      dial('a');
      expect(await next()).toEqual({ leg: 'a', kind: 'ringing' });
      line.phone.hangUp('a');
      await callAgain('b');
      expect(events.left).toEqual([]);
    });

    it('tells nothing of a leg that was hung up while they talked', async () => {
      await line.farEnd.prepare('rings');
      await answered('a');
      line.phone.hangUp('a');
      await callAgain('b');
      expect(events.left).toEqual([]);
    });

    it('tells nothing of a leg that shows no sign, and lets it be hung up', async () => {
      await line.farEnd.prepare('silent');
      dial('a');
      line.phone.hangUp('a');
      await callAgain('b');
      expect(events.left).toEqual([]);
    });

    it('tells nothing of a former leg once the next is dialled', async () => {
      await line.farEnd.prepare('rings');
      dial('a');
      expect(await next()).toEqual({ leg: 'a', kind: 'ringing' });
      await callAgain('b');
      expect(events.left).toEqual([]);
    });

    it('may be asked to hang up, or to sound a tone on, a leg that there is not', async () => {
      line.phone.hangUp('nobody');
      line.phone.tell('nobody', 'opened');
      await callAgain('a');
      line.phone.hangUp('a');
      line.phone.tell('a', 'endsSoon');
      await callAgain('b');
      line.phone.hangUp('a');
      expect(events.left).toEqual([]);
    });

    it('can be dialled and hung up from within what it tells', async () => {
      await line.phone.close();
      await line.close();
      line = await make();
      const told: LegEvent[] = [];
      const { promise: done, resolve } = Promise.withResolvers<void>();
      await line.phone.start(
        (event) => {
          told.push(event);
          if (event.leg === 'a') dial('b');
          else {
            line.phone.hangUp('b');
            resolve();
          }
        },
        () => {},
      );
      await line.farEnd.prepare('busy');
      dial('a');
      await done;
      expect(told.map(({ leg, kind }) => [leg, kind])).toEqual([
        ['a', 'ended'],
        ['b', 'ended'],
      ]);
    });

    it('tells nothing once it is closed', async () => {
      await line.farEnd.prepare('busy');
      dial('a');
      await line.phone.close();
      await turn();
      expect(events.left).toEqual([]);
    });
  });
}
