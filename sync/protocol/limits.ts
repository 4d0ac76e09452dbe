/** The portable envelope and the sizes of PROTOCOL.md. Bytes unless named otherwise. */
export const limits = {
  message: 96 * 1024,
  /** Of one MQTT packet, its fixed header apart: a larger one ends the connection before it is gathered. */
  frame: 256 * 1024,
  jsonDepth: 16,
  chunkInflated: 256 * 1024,
  chunkGzipped: 90 * 1024,
  /** Chunks of one snapshot: their hashes are one manifest, which is one message. */
  snapshotChunks: 1_024,
  /** A transaction whose delta would be larger is published as a manifest. */
  delta: 60 * 1024,
  eventBatch: 60 * 1024,
  eventBatchCount: 200,
  inFlight: 16,
  chunkIndexesPerRequest: 4,
} as const;

export const durations = {
  keepAliveS: 30,
  helloEveryMs: 5 * 60_000,
  welcomeWithinMs: 5_000,
  /** A `nonce: null` welcome is answered at most once in this time. */
  helloAgainEveryMs: 10_000,
  cursorCoalesceMs: 200,
  requestRepeatMs: 2_000,
  requestRepeatMaxMs: 30_000,
  eventsResendMs: 5_000,
  eventsResendMaxMs: 60_000,
  eventsKeptMs: 30 * 86_400_000,
  deltaResendMs: 5_000,
  urgentResendMs: 1_000,
  denialResendMs: 1_000,
  commandLifeMs: 10_000,
  commandAheadMs: 2_000,
  offlineGraceMs: 15_000,
  reconnectMinMs: 1_000,
  reconnectMaxMs: 60_000,
} as const;
