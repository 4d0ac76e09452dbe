import type { DtmfDigit, Leg, LegEnd, LegEvent, LegTone } from '../../controller/core/call/line.ts';
import type { LineEvent, Phone } from '../../controller/ports/phone.ts';

/** The phone's line in the test's hands: what was dialled, heard and hung up, and what the far end does. */
export class HeldPhone implements Phone {
  readonly simulated = true;
  readonly dialled: Leg[] = [];
  readonly hungUp: string[] = [];
  readonly tones: LegTone[] = [];
  problem: string | undefined;
  /** What it tells of its line while it starts. */
  brokenAtStart: string | undefined;
  #listener: ((event: LegEvent) => void) | undefined;
  #onLine: ((event: LineEvent) => void) | undefined;

  async start(listener: (event: LegEvent) => void, onLine: (event: LineEvent) => void): Promise<void> {
    if (this.problem !== undefined) throw new Error(this.problem);
    this.#listener = listener;
    this.#onLine = onLine;
    if (this.brokenAtStart !== undefined) onLine({ kind: 'broken', problem: this.brokenAtStart });
  }

  dial(leg: Leg): void {
    this.dialled.push(leg);
  }

  hangUp(leg: string): void {
    this.hungUp.push(leg);
  }

  tell(_leg: string, tone: LegTone): void {
    this.tones.push(tone);
  }

  async close(): Promise<void> {
    this.#listener = undefined;
  }

  line(): undefined {
    return undefined;
  }

  /** News of the line. */
  says(event: LineEvent): void {
    if (this.#onLine === undefined) throw new Error('the phone was not started');
    this.#onLine(event);
  }

  /** The leg dialled last. */
  get leg(): Leg {
    const leg = this.dialled.at(-1);
    if (leg === undefined) throw new Error('nothing was dialled');
    return leg;
  }

  rings(leg = this.leg.id): void {
    this.#tell({ leg, kind: 'ringing' });
  }

  answers(leg = this.leg.id): void {
    this.rings(leg);
    this.#tell({ leg, kind: 'answered' });
  }

  press(digits: string, leg = this.leg.id): void {
    for (const digit of digits) this.#tell({ leg, kind: 'digit', digit: digit as DtmfDigit });
  }

  ends(why: LegEnd, leg = this.leg.id): void {
    this.#tell({ leg, kind: 'ended', why });
  }

  #tell(event: LegEvent): void {
    if (this.#listener === undefined) throw new Error('the phone was not started');
    this.#listener(event);
  }
}
