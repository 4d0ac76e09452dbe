/** What a page lets sound, recorded at the browser's own boundary: the waves that it hands to Web Audio. */
import type { Page } from 'playwright-core';
import type { Pattern } from '../../controller/console/ui/tones.ts';

/** A wave as the page scheduled it; `cut`: it was ended before its time. */
interface Wave {
  readonly hz: number;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly cut: boolean;
}

export interface Tone {
  readonly hz: readonly number[];
  /** From the first one on. */
  readonly atMs: number;
  readonly onMs: number;
}

const recorder = `
  globalThis.waves = [];
  globalThis.contexts = [];
  globalThis.AudioContext = class extends AudioContext {
    constructor() { super(); contexts.push(this); }
  };
  globalThis.OscillatorNode = class extends OscillatorNode {
    start(atS) {
      this.wave = { hz: this.frequency.value, fromMs: atS * 1000, cut: false };
      waves.push(this.wave);
      super.start(atS);
    }
    stop(atS) {
      if (atS === undefined) this.wave.cut = true;
      else this.wave.untilMs = atS * 1000;
      super.stop(atS);
    }
  };
`;

/** From the next load of the page on. */
export async function recordTones(page: Page): Promise<void> {
  await page.addInitScript(recorder);
}

export const wavesOf = (page: Page): Promise<readonly Wave[]> => page.evaluate('waves');

/** What follows is recorded from nothing. */
export const forgetTones = (page: Page): Promise<void> => page.evaluate('void (waves.length = 0)');

/** Of the page's only way to sound; undefined before it has one. */
export const audioState = (page: Page): Promise<string | undefined> => page.evaluate('contexts[0]?.state');

export async function tonesOf(page: Page): Promise<readonly Tone[]> {
  const waves = await wavesOf(page);
  const first = Math.min(...waves.map(({ fromMs }) => fromMs));
  const tones = Map.groupBy(waves, ({ fromMs }) => Math.round(fromMs - first));
  return [...tones].map(([atMs, together]) => ({
    hz: together.map(({ hz }) => hz),
    atMs,
    onMs: Math.max(...together.map(({ fromMs, untilMs }) => Math.round(untilMs - fromMs))),
  }));
}

/** Of an endless pattern one round. */
export const tonesIn = ({ hz, onMs, offMs, count }: Pattern): readonly Tone[] =>
  Array.from({ length: count === 'endless' ? 1 : count }, (_, tone) => ({
    hz,
    atMs: tone * (onMs + offMs),
    onMs,
  }));
