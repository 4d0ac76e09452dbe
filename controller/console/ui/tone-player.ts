/** Sounds the moments of tones.ts. A browser without sound, or one that gives none, leaves the page as it is. */
import { type Heard, isSame, type Pattern, patterns } from './tones.ts';

/** Of each wave, of 1; how loud that is, the console's mixer says. */
const volume = 0.15;
/** Scheduled for this very moment, a tone would lose its beginning. */
const aheadS = 0.02;

interface Output {
  readonly context: AudioContext;
  readonly volume: GainNode;
}

/**
 * @returns to be told after every change what is to be heard now: that goes on, or begins in the place of what sounded. What
 * was told before is not told again, whatever sounded meanwhile.
 */
export function startTonePlayer(): (heard: Heard | undefined) => void {
  let output: Output | undefined;
  let wanted: Heard | undefined;
  /** The last of each: an answer comes between two looks at the same call, and a call between two at the same answer. */
  const told: { call?: Heard; answer?: Heard } = {};
  let sounding: readonly OscillatorNode[] = [];
  let again: ReturnType<typeof setInterval> | undefined;

  function silence(): void {
    clearInterval(again);
    for (const wave of sounding) wave.stop();
    sounding = [];
  }
  /** The loudspeaker is let go whenever nothing is to be heard: the telephone wants it. */
  function rest({ context }: Output): void {
    void context.suspend().catch(ignored);
  }
  function begin(to: Output, pattern: Pattern): void {
    silence();
    const waves = schedule(to, pattern);
    sounding = waves;
    if (pattern.count === 'endless') {
      again = setInterval(() => {
        sounding = schedule(to, pattern);
      }, pattern.onMs + pattern.offMs);
    } else {
      waves.at(-1)?.addEventListener('ended', () => {
        if (sounding === waves) rest(to);
      });
    }
  }
  function tell(): void {
    silence();
    if (output === undefined) return;
    const to = output;
    const heard = wanted;
    if (heard === undefined || !mayTell(heard)) rest(to);
    else
      void to.context
        .resume()
        .then(() => {
          if (heard !== wanted || !mayTell(heard)) return;
          told[sourceOf(heard)] = heard;
          begin(to, patterns[heard.moment]);
        })
        .catch(ignored);
  }
  const mayTell = (heard: Heard): boolean =>
    !document.hidden && (!isSame(heard, told[sourceOf(heard)]) || patterns[heard.moment].count === 'endless');

  // Browsers give sound only to a page that somebody has touched. What the touch or key was for has been done by now.
  for (const sign of ['click', 'keyup']) {
    window.addEventListener(sign, () => {
      if (output !== undefined || navigator.userActivation?.hasBeenActive === false) return;
      output = openOutput();
      tell();
    });
  }
  document.addEventListener('visibilitychange', tell);
  return (heard) => {
    if (isSame(heard, wanted)) return;
    wanted = heard;
    tell();
  };
}

const sourceOf = ({ of }: Heard): 'call' | 'answer' => (typeof of === 'string' ? 'call' : 'answer');

const ignored = (): void => undefined;

function openOutput(): Output | undefined {
  try {
    const context = new AudioContext();
    const gain = new GainNode(context, { gain: volume });
    gain.connect(context.destination);
    return { context, volume: gain };
  } catch {
    return undefined;
  }
}

/** @returns what sounds, the last one last; of an endless pattern one round */
function schedule(
  { context, volume: gain }: Output,
  { hz, onMs, offMs, count }: Pattern,
): readonly OscillatorNode[] {
  const fromS = context.currentTime + aheadS;
  return Array.from({ length: count === 'endless' ? 1 : count }).flatMap((_, tone) =>
    hz.map((frequency) => {
      const wave = new OscillatorNode(context, { frequency });
      const startS = fromS + (tone * (onMs + offMs)) / 1_000;
      wave.connect(gain);
      wave.start(startS);
      wave.stop(startS + onMs / 1_000);
      return wave;
    }),
  );
}
