/**
 * What a person at a reader sees and hears, by outcome. Pure. Nobody has to see a colour or read: each outcome has its own
 * number and length of tones and its own rhythm of light.
 */
import type { ReaderFeedback } from '../../controller/ports/reader.ts';
import type { LinkRequest } from './link/link-state.ts';
import type { LedControl } from './messages/led.ts';
import { readerText } from './messages/text.ts';

type Shown = LinkRequest['command'];
type Language = 'en' | 'fr';

interface Pattern {
  readonly color: 'green' | 'red' | 'amber';
  /** With `offMs` 0 steady. */
  readonly onMs: number;
  readonly offMs: number;
  readonly lightForMs: number;
  readonly tone: { readonly onMs: number; readonly offMs: number; readonly count: number };
}

/** docs/readers.md shows them as a table. */
const patterns: Readonly<Record<ReaderFeedback['outcome'], Pattern>> = {
  // Steady light, one long tone.
  granted: {
    ...{ color: 'green', onMs: 500, offMs: 0, lightForMs: 5_000 },
    tone: { onMs: 1_000, offMs: 100, count: 1 },
  },
  // Fast blinking, three short tones.
  denied: {
    ...{ color: 'red', onMs: 200, offMs: 200, lightForMs: 3_000 },
    tone: { onMs: 100, offMs: 100, count: 3 },
  },
  // Slow blinking for as long as the code is awaited, two tones.
  codeWanted: {
    ...{ color: 'amber', onMs: 500, offMs: 500, lightForMs: 20_000 },
    tone: { onMs: 300, offMs: 200, count: 2 },
  },
  // One flash, four short tones.
  misread: {
    ...{ color: 'amber', onMs: 1_000, offMs: 0, lightForMs: 1_000 },
    tone: { onMs: 100, offMs: 100, count: 4 },
  },
  // Slow blinking, five long tones.
  fault: {
    ...{ color: 'red', onMs: 1_000, offMs: 1_000, lightForMs: 6_000 },
    tone: { onMs: 500, offMs: 300, count: 5 },
  },
};

const reader = 0;
const textForMs = 5_000;
/** What the messages' fields hold: a light's time in steps of 100 ms, a text's in seconds. */
const longestLightMs = 0xff_ff * 100;
const longestTextMs = 255_000;
const inSteps = (ms: number, stepMs: number): number => Math.ceil(ms / stepMs) * stepMs;

/** @param display the languages of a reader's display, one a row; none: it has none */
export function feedbackCommands(
  { outcome, text, forMs }: ReaderFeedback,
  display: readonly Language[],
): readonly Shown[] {
  const { color, onMs, offMs, lightForMs, tone } = patterns[outcome];
  const light: LedControl = {
    reader,
    led: 0,
    temporary: {
      ...{ onMs, offMs, onColor: color, offColor: 'black' },
      timerMs: Math.min(inSteps(forMs ?? lightForMs, 100), longestLightMs),
    },
  };
  const readForMs = forMs ?? (outcome === 'codeWanted' ? lightForMs : textForMs);
  return [
    { kind: 'LED', leds: [light] },
    { kind: 'BUZ', reader, tone: 'default', ...tone },
    ...display.map((language, row) =>
      textInRow(row, readerText(text[language]), Math.min(inSteps(readForMs, 1_000), longestTextMs)),
    ),
  ];
}

/** Light and text end at once; nobody has to hear of it. */
export const endCommands = (display: readonly Language[]): readonly Shown[] => [
  { kind: 'LED', leds: [{ reader, led: 0, temporary: 'cancel' }] },
  ...display.map((_, row) => textInRow(row, '', 1_000)),
];

const textInRow = (row: number, text: string, forMs: number): Shown => ({
  ...{ kind: 'TEXT', reader, forMs, text },
  ...{ row: row + 1, column: 1 },
});

/** Every key sounds alike, whatever comes of it. */
export const keyBeep: Shown = { kind: 'BUZ', reader, tone: 'default', onMs: 100, offMs: 0, count: 1 };
