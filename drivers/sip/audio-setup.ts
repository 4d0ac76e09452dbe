/** Where the console's sound comes from and goes to, as its configuration names it. */
export type AudioSource =
  | { readonly kind: 'alsa'; readonly device: string }
  /** A WAV file instead of a microphone: 8 kHz, mono, 16 bits, longer than any call. For trials without a sound card. */
  | { readonly kind: 'file'; readonly path: string };

export type AudioSink =
  | { readonly kind: 'alsa'; readonly device: string }
  /** Nobody hears it. */
  | { readonly kind: 'discard' };

export function readAudioSource(text: string): AudioSource {
  const [kind, rest] = split(text);
  return kind === 'file' ? { kind, path: rest } : { kind: 'alsa', device: rest };
}

export function readAudioSink(text: string): AudioSink {
  const [kind, rest] = split(text);
  return kind === 'discard' ? { kind } : { kind: 'alsa', device: rest };
}

/** As baresip names a source: `module,device`. */
export const engineSource = (source: AudioSource): string =>
  source.kind === 'alsa' ? `alsa,${source.device}` : `aufile,${source.path}`;

/** A bridge that nobody is at the other end of is the engine's way to drop what it plays. */
export const engineSink = (sink: AudioSink, bridge: string): string =>
  sink.kind === 'alsa' ? `alsa,${sink.device}` : `aubridge,${bridge}`;

function split(text: string): readonly [kind: string, rest: string] {
  const at = text.indexOf(':');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
