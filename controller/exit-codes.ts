/** Exit codes of every command (sysexits.h); documented in docs/commands.md. */
export const exitCodes = {
  ok: 0,
  /** `doctor` only: it did its work, and something is not well. */
  found: 1,
  /** The command line itself is wrong. */
  usage: 64,
  /** The controller is not running, or a port or socket is not to be had. */
  unavailable: 69,
  /** A defect of the program. */
  software: 70,
  /** The disk refused. */
  io: 74,
  /** The head-end, or whoever stands for it, is not let in here, or this console not there (`provision`). */
  refused: 77,
  /** Configuration or identity is missing or wrong; nothing was started. */
  config: 78,
} as const;
