/** A real broker of a test's own, on a loopback port that it keeps over restarts. */
export interface Broker {
  readonly url: string;
  /** Ends every connection; the port stays reserved for `start` as far as the system allows. */
  stop(): Promise<void>;
  start(): Promise<void>;
}
