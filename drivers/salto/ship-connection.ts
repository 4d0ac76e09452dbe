/** The one file that talks to a SHIP server: the session machine over a TCP socket. */

import { lookup } from 'node:dns';
import { connect, type LookupFunction, type Socket } from 'node:net';
import type { Timers } from '../../controller/ports/clock.ts';
import { NamedTimers } from '../../controller/ports/named-timers.ts';
import { stepSession } from './session/session-machine.ts';
import {
  type CallOutcome,
  initialSession,
  type SessionCall,
  type SessionEffect,
  type SessionInput,
  type SessionSetup,
  type SessionState,
  type SessionTimer,
} from './session/session-state.ts';
import type { ShipCall } from './ship/call.ts';

export interface ShipAddress {
  readonly host: string;
  readonly port: number;
}

export interface ShipConnectionParts {
  readonly address: ShipAddress;
  readonly setup: SessionSetup;
  readonly timers: Timers;
  /** Resolves the host's name; `oneLookUpAtATime` where several connections go to one host. */
  readonly lookUp?: LookupFunction;
  /** 0 inclusive to 1 exclusive. */
  readonly random?: () => number;
}

/** A connection that is kept, and made anew when it is lost. */
export class ShipConnection {
  readonly #parts: ShipConnectionParts;
  readonly #timers: NamedTimers<SessionTimer>;
  readonly #askers = new Map<number, (outcome: CallOutcome) => void>();
  #state: SessionState = initialSession;
  #socket: Socket | undefined;
  #lastId = 0;

  constructor(parts: ShipConnectionParts) {
    this.#parts = parts;
    this.#timers = new NamedTimers(parts.timers);
  }

  open(): void {
    this.#input({ kind: 'open' });
  }

  /**
   * Never rejects, and ends within `withinMs`; what lasts, so long after those before it have ended. An urgent one does not
   * wait for the pause after a failure.
   */
  call(call: ShipCall, how: Omit<SessionCall, 'id' | 'call'>): Promise<CallOutcome> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      this.#askers.set(id, resolve);
      this.#input({ kind: 'call', call: { id, call, ...how } });
    });
  }

  close(): void {
    this.#input({ kind: 'close' });
  }

  #input(input: SessionInput): void {
    const { setup, random = Math.random } = this.#parts;
    const { state, effects } = stepSession(this.#state, input, setup, random());
    this.#state = state;
    for (const effect of effects) this.#execute(effect);
  }

  #execute(effect: SessionEffect): void {
    switch (effect.kind) {
      case 'connect':
        this.#connect();
        return;
      case 'disconnect':
        this.#socket?.destroy();
        this.#socket = undefined;
        return;
      case 'send':
        this.#socket?.write(effect.frame);
        return;
      case 'startTimer':
        this.#timers.start(effect.timer, effect.ms, () =>
          this.#input({ kind: 'timer', timer: effect.timer }),
        );
        return;
      case 'cancelTimer':
        this.#timers.cancel(effect.timer);
        return;
      case 'outcome':
        this.#askers.get(effect.id)?.(effect.outcome);
        this.#askers.delete(effect.id);
        return;
      default:
        effect satisfies never;
    }
  }

  #connect(): void {
    const { address, lookUp } = this.#parts;
    const socket = connect({ ...address, ...(lookUp === undefined ? {} : { lookup: lookUp }) });
    this.#socket = socket;
    socket.setNoDelay(true);
    const ifCurrent = (input: SessionInput): void => {
      if (this.#socket === socket) this.#input(input);
    };
    socket.on('connect', () => ifCurrent({ kind: 'connected' }));
    socket.on('data', (bytes: Buffer) => ifCurrent({ kind: 'received', bytes }));
    // What kind of error it was changes nothing; 'close' follows. A server that ends its side has ended the conversation.
    socket.on('error', () => {});
    socket.on('end', () => ifCurrent({ kind: 'lost' }));
    socket.on('close', () => ifCurrent({ kind: 'lost' }));
  }
}

/**
 * Look-ups of names hold threads that files and databases need as well, for as long as no name server answers: however
 * often it is asked, one look-up is under way.
 */
export function oneLookUpAtATime(resolve: LookupFunction = lookup): LookupFunction {
  type Answer = Parameters<LookupFunction>[2];
  let waiting: Answer[] = [];
  return (host, options, answer) => {
    waiting.push(answer);
    if (waiting.length > 1) return;
    resolve(host, options, (...result) => {
      const asked = waiting;
      waiting = [];
      for (const one of asked) one(...result);
    });
  };
}
