/** Reads `baresip v1.0.0 Copyright …`, as the engine says when it starts. */
export function engineVersion(said: string): string | undefined {
  return /^baresip v(\d+\.\d+\.\d+)/m.exec(said)?.[1];
}

/** Certificates of TLS peers are checked from 1.1.0 on; before, whoever sits on the wire may be anybody. */
export function verifiesPeers(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 1);
}
