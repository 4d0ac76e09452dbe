import type { Leg, LegEvent, LegTone } from '../../controller/core/call/line.ts';
import type { Timers } from '../../controller/ports/clock.ts';
import { NamedTimers } from '../../controller/ports/named-timers.ts';
import type { LineEvent, Phone, PhoneLine } from '../../controller/ports/phone.ts';
import { audioProblem } from './audio-probe.ts';
import { engineSource } from './audio-setup.ts';
import { dialUri } from './dial-uri.ts';
import { engineAccount, engineConfig } from './engine-config.ts';
import type { EngineMessage } from './engine-message.ts';
import { verifiesPeers } from './engine-version.ts';
import { engineWords } from './engine-words.ts';
import { networkProblem } from './network-probe.ts';
import { makePrompts, type Prompts } from './prompts.ts';
import { readPassword } from './read-password.ts';
import { Registrar } from './registrar.ts';
import { SipEngine } from './sip-engine.ts';
import { idleLine, type SipLine, type SipLineEffect, type SipLineInput, stepSipLine } from './sip-line.ts';
import type { SipSetup } from './sip-setup.ts';

export interface SipPhoneOptions {
  readonly setup: SipSetup;
  /** For what the engine needs on disk; made where it is missing. */
  readonly folder: string;
  readonly timers: Timers;
  /** Of monotonic milliseconds. */
  readonly now: () => number;
  readonly probeAudio?: typeof audioProblem;
  readonly probeNetwork?: typeof networkProblem;
}

const accountToken = 'account';
const tellInboundEveryMs = 60_000;
const probeEveryMs = 10_000;

/** A real line: baresip as a child process, one call at a time (docs/calls.md). */
export class SipPhone implements Phone {
  readonly simulated = false;
  readonly #options: SipPhoneOptions;
  readonly #engine: SipEngine;
  readonly #registrar: Registrar;
  readonly #timers: NamedTimers<'prompt' | 'inbound' | 'probe'>;
  #line: SipLine = idleLine;
  #language: Leg['language'] = 'en';
  #prompts: Prompts | undefined;
  #account = '';
  #engineProblem: string | undefined = 'The phone engine has not been started yet.';
  #told: string | undefined;
  #inbound = 0;
  #onLeg: ((event: LegEvent) => void) | undefined;
  #onLine: (event: LineEvent) => void = () => {};
  #first = Promise.withResolvers<void>();

  constructor(options: SipPhoneOptions) {
    this.#options = options;
    const { setup, folder, timers, probeNetwork = networkProblem } = options;
    this.#timers = new NamedTimers(timers);
    this.#engine = new SipEngine(
      {
        ...{ program: setup.program, folder, timers },
        config: (port) => engineConfig(setup, port),
        obstacle: () => probeNetwork(setup),
      },
      {
        up: () => this.#up(),
        message: (message) => this.#hear(message),
        unreadable: () => this.#step({ kind: 'unreadable', nowMs: this.#options.now() }),
        down: (problem, intruder) => this.#down(problem, intruder),
      },
    );
    this.#registrar = new Registrar({
      afterMs: setup.unregisteredAlarmAfterMs,
      timers,
      tell: (event) => this.#onLine(event),
      register: () => this.#registerAgain(),
    });
  }

  /**
   * Resolves once the engine runs, or has been found not to: that is told as `broken`.
   * @throws EngineConfigFault, PasswordFileFault
   */
  async start(onLeg: (event: LegEvent) => void, onLine: (event: LineEvent) => void): Promise<void> {
    const { setup, folder } = this.#options;
    // What a value would break is refused before anything runs.
    engineConfig(setup, 0);
    const { login } = setup;
    this.#account = engineAccount(setup, login && readPassword(login.passwordFile));
    this.#prompts = makePrompts(folder);
    this.#onLeg = onLeg;
    this.#onLine = onLine;
    this.#engine.start();
    await this.#first.promise;
    // Unless it was closed meanwhile.
    if (this.#onLeg !== undefined) this.#probeAgain();
  }

  dial({ id, number, language }: Leg): void {
    this.#language = language;
    const problem = this.#problem();
    const uri = dialUri(this.#options.setup.dial, number);
    if (problem === undefined) {
      this.#step({ kind: 'dial', leg: id, ...(uri === undefined ? {} : { uri }) });
    } else {
      this.#step({ kind: 'dialInVain', leg: id });
      this.#tellHealth();
    }
  }

  hangUp(leg: string): void {
    this.#step({ kind: 'hangUp', leg });
  }

  /** Speaks in the microphone's place for as long as it takes. */
  tell(leg: string, tone: LegTone): void {
    const prompt = this.#prompts?.[this.#language][tone];
    if (prompt === undefined || this.#line.leg?.id !== leg || this.#line.leg.phase !== 'answered') return;
    this.#engine.send('ausrc', `aufile,${prompt.file}`, '');
    this.#timers.start('prompt', prompt.lengthMs, () => this.#listenAgain());
  }

  async close(): Promise<void> {
    this.#onLeg = undefined;
    this.#onLine = () => {};
    this.#timers.cancelAll();
    this.#registrar.close();
    await this.#engine.close();
    this.#first.resolve();
  }

  line(): PhoneLine {
    const { transport, srtp, registerEveryMs } = this.#options.setup;
    const { version } = this.#engine;
    return {
      transport,
      srtp,
      tlsVerified: transport === 'tls' && verifiesPeers(version),
      ...(registerEveryMs === undefined ? {} : { registered: this.#registrar.registered }),
      ...(version === undefined ? {} : { engine: version }),
    };
  }

  /** Of the engine's process, while it runs. */
  get enginePid(): number | undefined {
    return this.#engine.pid;
  }

  #up(): void {
    this.#engineProblem = undefined;
    if (this.#options.setup.registerEveryMs !== undefined) this.#registrar.begin();
    this.#engine.send('uanew', this.#account, accountToken);
    this.#tellHealth();
    this.#first.resolve();
  }

  /** The engine of Debian 12 has no command for it: the account is made anew, which would end a call. */
  #registerAgain(): boolean {
    if (this.#line.leg !== undefined) return false;
    const { user, domain } = this.#options.setup;
    this.#engine.send('uadel', `sip:${user}@${domain}`, '');
    this.#engine.send('uanew', this.#account, accountToken);
    return true;
  }

  #down(problem: string, intruder: boolean): void {
    this.#engineProblem = problem;
    this.#timers.cancel('prompt');
    if (intruder) this.#onLine({ kind: 'controlTaken' });
    this.#tellHealth();
    this.#step({ kind: 'engineLost' });
    this.#first.resolve();
  }

  #hear(message: EngineMessage): void {
    if (message.kind === 'response' && message.token === accountToken && !message.ok) {
      this.#engineProblem = 'The phone engine refuses the account: check user, domain and transport.';
      this.#tellHealth();
    } else if (message.kind === 'registered') this.#registrar.registeredNow();
    else if (message.kind === 'registrationFailed') this.#registrar.failed(engineWords(message.why));
    else this.#step({ kind: 'message', message, nowMs: this.#options.now() });
  }

  #step(input: SipLineInput): void {
    const { line, effects } = stepSipLine(this.#line, input);
    // Before anything is told: the listener may dial or hang up at once.
    this.#line = line;
    for (const effect of effects) this.#execute(effect);
  }

  #execute(effect: SipLineEffect): void {
    switch (effect.kind) {
      case 'tell':
        this.#onLeg?.(effect.event);
        return;
      case 'command':
        if (effect.command === 'hangup') this.#endPrompt();
        this.#engine.send(effect.command, effect.params, effect.token);
        return;
      case 'impossibleLater':
        setImmediate(() => this.#step({ kind: 'impossible', leg: effect.leg, why: effect.why }));
        return;
      case 'inboundRefused':
        this.#countInbound();
        return;
      case 'audioFailed':
        this.#tellHealth();
        return;
      default:
        effect satisfies never;
    }
  }

  #endPrompt(): void {
    if (!this.#timers.has('prompt')) return;
    this.#timers.cancel('prompt');
    this.#listenAgain();
  }

  #listenAgain(): void {
    this.#engine.send('ausrc', engineSource(this.#options.setup.microphone), '');
  }

  #problem(): string | undefined {
    const { setup, probeAudio = audioProblem } = this.#options;
    return this.#engineProblem ?? probeAudio(setup);
  }

  #probeAgain(): void {
    this.#timers.start('probe', probeEveryMs, () => {
      this.#tellHealth();
      this.#probeAgain();
    });
  }

  #tellHealth(): void {
    const problem = this.#problem();
    const told = this.#told;
    this.#told = problem;
    if (problem === undefined && told !== undefined) this.#onLine({ kind: 'working' });
    if (problem !== undefined && told === undefined) this.#onLine({ kind: 'broken', problem });
  }

  /** Whoever can reach the SIP port can send thousands: told at once, then once a minute. */
  #countInbound(): void {
    this.#inbound += 1;
    if (this.#timers.has('inbound')) return;
    this.#onLine({ kind: 'inboundRefused', count: this.#inbound });
    this.#inbound = 0;
    this.#timers.start('inbound', tellInboundEveryMs, () => {
      if (this.#inbound === 0) return;
      const more = this.#inbound - 1;
      this.#inbound = more;
      this.#countInbound();
    });
  }
}
