/** WAV files of 8 kHz, mono, 16 bits: what the telephone network carries, and the only kind that is written or read here. */

export const sampleRate = 8_000;
const headerBytes = 44;

export function wavOf(samples: Int16Array): Buffer {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const header = Buffer.alloc(headerBytes);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(headerBytes - 8 + data.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

/** @returns undefined for any other kind of file */
export function samplesOf(wav: Buffer): Int16Array | undefined {
  const isOurs =
    wav.length >= headerBytes &&
    wav.toString('latin1', 0, 4) === 'RIFF' &&
    wav.readUInt16LE(20) === 1 &&
    wav.readUInt16LE(22) === 1 &&
    wav.readUInt32LE(24) === sampleRate &&
    wav.readUInt16LE(34) === 16;
  if (!isOurs) return undefined;
  const samples = new Int16Array((wav.length - headerBytes) >> 1);
  for (let at = 0; at < samples.length; at += 1) samples[at] = wav.readInt16LE(headerBytes + at * 2);
  return samples;
}

/** A sine of a quarter of full scale. */
export function sine(hz: number, ms: number): Int16Array {
  const samples = new Int16Array(Math.round((ms * sampleRate) / 1_000));
  for (let at = 0; at < samples.length; at += 1)
    samples[at] = Math.round(8_192 * Math.sin((2 * Math.PI * hz * at) / sampleRate));
  return samples;
}

export function joined(...parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const silence = (ms: number): Int16Array => new Int16Array(Math.round((ms * sampleRate) / 1_000));
