/** Whether there is anything to hear and be heard with: without it the engine drops a call the moment it is answered. */
import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { AudioSink, AudioSource } from './audio-setup.ts';
import { samplesOf } from './wav.ts';

/** Where Linux tells of its sound cards. */
const soundCards = '/proc/asound';

/** @returns a sentence that says what is missing; undefined when all is there */
export function audioProblem(
  { microphone, speaker }: { readonly microphone: AudioSource; readonly speaker: AudioSink },
  cards = soundCards,
): string | undefined {
  if (microphone.kind === 'file') {
    if (!isWav(microphone.path))
      return `The file that stands in for the microphone is missing or no WAV of 8 kHz, mono, 16 bits.`;
  } else if (!hasDevice(cards, microphone.device, 'c'))
    return `There is no microphone: ALSA has no capture device ${microphone.device}.`;
  return speaker.kind === 'alsa' && !hasDevice(cards, speaker.device, 'p')
    ? `There is no loudspeaker: ALSA has no playback device ${speaker.device}.`
    : undefined;
}

/** The ALSA device that belongs to one program at a time: whoever else sounds there keeps the engine from it. */
export const unsharedDevice = (speaker: AudioSink): string | undefined =>
  speaker.kind === 'alsa' && /^(?:plug)?hw(?::|$)/.test(speaker.device) ? speaker.device : undefined;

/** `hw:1,0`, `plughw:CARD=Device,DEV=0`; any other name (`default`, one of asound.conf) needs some card that can do it. */
function hasDevice(cards: string, device: string, direction: 'c' | 'p'): boolean {
  const [, card, number = '0'] = /^(?:plug)?hw:(?:CARD=)?([^,]+)(?:,(?:DEV=)?(\d+))?/.exec(device) ?? [];
  if (card === undefined)
    return listed(cards).some((folder) =>
      listed(join(cards, folder)).some((name) => new RegExp(`^pcm\\d+${direction}$`).test(name)),
    );
  const folder = /^\d+$/.test(card) ? `card${card}` : card;
  return existsSync(join(cards, folder, `pcm${number}${direction}`));
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isWav(path: string): boolean {
  try {
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(64);
      readSync(file, head, 0, head.length, 0);
      return samplesOf(head) !== undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
