/** The times of the line, in milliseconds. */

/** Within this a peripheral must begin to answer (OSDP 2.2, clause 5.7). */
export const replyTimeoutMs = 200;
/** A pause this long inside a frame means that the rest will not come. */
export const byteGapMs = 20;
/**
 * So many bytes' time a whole answer may take beyond the time out, whatever streams in. A peripheral in session that says at
 * its frame's beginning that it is longer is given the time for it.
 */
export const longAnswerBytes = 256;
/** One try and two that are byte for byte the same. */
export const maxTries = 3;
/** With a first key of which nobody knows whether it arrived. */
export const firstKeyTries = 3;
export const busyPauseMs = 100;
/** Busy for longer is as good as gone. */
export const busyLimitMs = 8_000;

/**
 * A reader that does not answer is asked again so often: one that is put back works within 2 s. Asking costs the others the
 * wait, so three of four probes wait only as long as this reader has ever needed (at least `shortProbeMs`): 6 % of the line.
 */
export const probeEveryMs = 1_200;
export const shortProbeMs = 40;
export const fullProbeEvery = 4;

/** Somebody who was not answered for so long has gone: what the reader kept of them is not believed. */
export const staleAfterMs = 2_000;

/** A session that held so long was sound: the next fault is the first again. */
export const soundAfterMs = 60_000;
const maxRefusalPauseMs = 60_000;
const maxRestartPauseMs = 30_000;

/** After a refusal (a wrong MAC, a forged handshake): 1 s, doubling up to a minute. */
export const refusalPauseMs = (failures: number): number =>
  Math.min(maxRefusalPauseMs, 1_000 * 2 ** Math.max(0, failures - 1));

/** After the peripheral has lost the channel: at once, then from 250 ms doubling up to 30 s. */
export const restartPauseMs = (failures: number): number =>
  failures <= 1 ? 0 : Math.min(maxRestartPauseMs, 250 * 2 ** (failures - 2));

/** A byte is ten bits on the line: start, eight, stop. */
export const onLineMs = (bytes: number, baudRate: number): number => (bytes * 10_000) / baudRate;
