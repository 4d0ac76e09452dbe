/** What went wrong with a connection, in a sentence for an installer: no secrets, and a way out. */

const certificateProblems: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "the broker's certificate has expired",
  CERT_NOT_YET_VALID: "the broker's certificate is not valid yet, or this machine's clock is wrong",
  ERR_TLS_CERT_ALTNAME_INVALID: "the broker's certificate is for another host name",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the broker's certificate was not issued by our CA (ca.crt)",
  SELF_SIGNED_CERT_IN_CHAIN: "the broker's certificate was not issued by our CA (ca.crt)",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the broker's certificate was not issued by our CA (ca.crt)",
  UNABLE_TO_GET_ISSUER_CERT: "the broker's certificate was not issued by our CA (ca.crt)",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the broker's certificate was not issued by our CA (ca.crt)",
};

/** CONNACK return codes (MQTT 3.1.1, table 3.1). */
const refusals: Readonly<Record<number, string>> = {
  1: 'it does not speak MQTT 3.1.1',
  2: 'it does not accept this client id',
  3: 'it is not available at the moment',
  4: 'user name or password are wrong',
  5: 'this client is not authorized; check its certificate and the access list of the broker',
};

/** `error` as Node, OpenSSL or MQTT.js raised it; `broker` is its host and port. */
export function mqttProblem(error: unknown, broker: string): string {
  const code = errorCode(error);
  if (typeof code === 'number') {
    return `The broker at ${broker} refuses the connection: ${refusals[code] ?? `reason code ${code}`}.`;
  }
  if (code === undefined) return `The connection to the broker at ${broker} was lost.`;
  const certificate = certificateProblems[code];
  if (certificate !== undefined) return `The broker at ${broker} is not trusted: ${certificate}.`;
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    return `The broker at ${broker} and this machine cannot agree on TLS (${code}); check the certificates on both sides.`;
  }
  switch (code) {
    case 'ECONNREFUSED':
      return `The broker at ${broker} refuses connections; check that it is running and that the port is right.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name of the broker at ${broker} cannot be resolved; check the address and the DNS settings.`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `The broker at ${broker} cannot be reached; check the network cable, the address and the firewall.`;
    default:
      return `The connection to the broker at ${broker} was lost (${code}).`;
  }
}

/** MQTT.js puts a CONNACK's number where Node puts its text. */
function errorCode(error: unknown): string | number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' || typeof error.code === 'number' ? error.code : undefined;
}
