/** What a called person is told in the console's place, as files that the engine can play. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LegTone } from '../../controller/core/call/line.ts';
import { joined, sampleRate, samplesOf, silence, sine, wavOf } from './wav.ts';

type Language = 'en' | 'fr';

interface Prompt {
  readonly file: string;
  /** After that the microphone is to be heard again. */
  readonly lengthMs: number;
}

/** A signal that says the same without words comes first: two rising tones, two falling ones, three short ones. */
const signals: Readonly<Record<LegTone, readonly Int16Array[]>> = {
  opened: [sine(660, 120), sine(880, 180)],
  notOpened: [sine(440, 120), sine(330, 250)],
  endsSoon: [sine(880, 80), silence(60), sine(880, 80), silence(60), sine(880, 80)],
};
/** The engine ends the call at the end of a file; the microphone is back long before. */
const tailMs = 5_000;
const tones: readonly LegTone[] = ['opened', 'notOpened', 'endsSoon'];
const languages: readonly Language[] = ['en', 'fr'];

export type Prompts = Readonly<Record<Language, Readonly<Record<LegTone, Prompt>>>>;

/** Writes every prompt into `folder`. */
export function makePrompts(folder: string): Prompts {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const of = (language: Language, tone: LegTone): Prompt => {
    const spoken = samplesOf(readFileSync(join(import.meta.dirname, 'prompts', `${language}-${tone}.wav`)));
    if (spoken === undefined)
      throw new Error(`the prompt ${language}-${tone} is no WAV of 8 kHz, mono, 16 bits`);
    const heard = joined(...signals[tone], silence(100), spoken);
    const file = join(folder, `${language}-${tone}.wav`);
    writeFileSync(file, wavOf(joined(heard, silence(tailMs))), { mode: 0o600 });
    return { file, lengthMs: Math.round((heard.length * 1_000) / sampleRate) };
  };
  const all = languages.map((language) => [
    language,
    Object.fromEntries(tones.map((tone) => [tone, of(language, tone)])),
  ]);
  return Object.fromEntries(all) as Prompts;
}
