/** The share of a recording's energy that lies at one frequency (Goertzel), in the stretch where it is greatest. */
export function toneShare(samples: Int16Array, hz: number, stretchMs = 500): number {
  const width = stretchMs * 8;
  let best = 0;
  for (let from = 0; from + width <= samples.length; from += width / 4)
    best = Math.max(best, shareIn(samples.subarray(from, from + width), hz));
  return best;
}

function shareIn(samples: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / 8_000);
  let [before, now, energy] = [0, 0, 0];
  for (const sample of samples) {
    [before, now] = [now, sample + coefficient * now - before];
    energy += sample * sample;
  }
  const power = before * before + now * now - coefficient * before * now;
  return energy === 0 ? 0 : (2 * power) / (samples.length * energy);
}
