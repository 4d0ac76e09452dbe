/** What went wrong with a connection, in a sentence for an installer: no secrets, and a way out. */

/** One sentence for each fault; `{code}` is what Node, OpenSSL or the broker said. */
const sentences = {
  unresolved:
    'The name of the broker at {broker} cannot be resolved; check the address and the DNS settings.',
  refused: 'The broker at {broker} refuses connections; check that it is running and that the port is right.',
  unreachable:
    'The broker at {broker} cannot be reached; check the network cable, the address and the firewall.',
  certificateExpired: "The broker at {broker} is not trusted: the broker's certificate has expired.",
  certificateNotYetValid:
    "The broker at {broker} is not trusted: the broker's certificate is not valid yet, or this machine's clock is wrong.",
  certificateForOtherName:
    "The broker at {broker} is not trusted: the broker's certificate is for another host name.",
  certificateOfOtherCa:
    "The broker at {broker} is not trusted: the broker's certificate was not issued by our CA (ca.crt).",
  ourCertificateExpired:
    "The broker at {broker} does not accept this device's certificate: it has expired. The device renews it by itself where the head-end serves enrolment; otherwise enrol it again.",
  ourCertificateRevoked:
    "The broker at {broker} does not accept this device's certificate: it was revoked, because the device was taken out of its building or another took its place; enrol it again.",
  ourCertificateRefused:
    "The broker at {broker} does not accept this device's certificate ({code}); enrol the device again, or let the broker trust its CA.",
  noTls:
    'The broker at {broker} and this machine cannot agree on TLS ({code}); check the certificates on both sides.',
  wrongProtocol: 'The broker at {broker} refuses the connection: it does not speak MQTT 3.1.1.',
  clientIdRefused: 'The broker at {broker} refuses the connection: it does not accept this client id.',
  notAvailable: 'The broker at {broker} refuses the connection: it is not available at the moment.',
  badCredentials: 'The broker at {broker} refuses the connection: user name or password are wrong.',
  notAuthorized:
    'The broker at {broker} refuses the connection: this client is not authorized; check its certificate and the access list of the broker.',
  refusedOtherwise: 'The broker at {broker} refuses the connection: reason code {code}.',
  subscriptionRefused: 'The broker at {broker} refuses the subscription to {code}; check its access list.',
  silent: 'The broker at {broker} did not answer within {code} s.',
  lost: 'The connection to the broker at {broker} was lost ({code}).',
  lostUntold: 'The connection to the broker at {broker} was lost.',
} as const;

export type BrokerFault = keyof typeof sentences;

const byErrorCode: Readonly<Record<string, BrokerFault>> = {
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  CERT_HAS_EXPIRED: 'certificateExpired',
  CERT_NOT_YET_VALID: 'certificateNotYetValid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificateForOtherName',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificateOfOtherCa',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificateOfOtherCa',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificateOfOtherCa',
  UNABLE_TO_GET_ISSUER_CERT: 'certificateOfOtherCa',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificateOfOtherCa',
  // An issuer of the same name with another key.
  CERT_SIGNATURE_FAILURE: 'certificateOfOtherCa',
  INVALID_CA: 'certificateOfOtherCa',
  EPROTO: 'noTls',
};

/** CONNACK return codes (MQTT 3.1.1, table 3.1). */
const byReturnCode: Readonly<Record<number, BrokerFault>> = {
  1: 'wrongProtocol',
  2: 'clientIdRefused',
  3: 'notAvailable',
  4: 'badCredentials',
  5: 'notAuthorized',
};

/** TLS alerts (RFC 8446 section 6.2) by which a broker says that it does not take our certificate. */
const certificateAlerts: readonly (readonly [RegExp, BrokerFault])[] = [
  [/^ERR_SSL_.*ALERT_CERTIFICATE_EXPIRED$/, 'ourCertificateExpired'],
  [/^ERR_SSL_.*ALERT_CERTIFICATE_REVOKED$/, 'ourCertificateRevoked'],
  [
    /^ERR_SSL_.*ALERT_(BAD_CERTIFICATE|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA)$/,
    'ourCertificateRefused',
  ],
];

/** `error` as Node, OpenSSL or MQTT.js raised it; `broker` is its host and port. */
export function mqttProblem(error: unknown, broker: string): string {
  const code = errorCode(error);
  return brokerProblem(faultOf(code), broker, code);
}

export const brokerProblem = (fault: BrokerFault, broker: string, code: string | number = ''): string =>
  sentences[fault].replace('{broker}', () => broker).replace('{code}', () => String(code));

/** Which fault a sentence of ours tells of; undefined for one from elsewhere. */
export function brokerFaultIn(problem: string): BrokerFault | undefined {
  const faults = Object.keys(sentences) as BrokerFault[];
  return faults.find((fault) => patternOf(sentences[fault]).test(problem));
}

const patternOf = (sentence: string): RegExp =>
  new RegExp(`^${RegExp.escape(sentence.replaceAll(/\{\w+\}/g, '\0')).replaceAll('\0', '\\S+')}$`);

function faultOf(code: string | number | undefined): BrokerFault {
  if (code === undefined) return 'lostUntold';
  if (typeof code === 'number') return byReturnCode[code] ?? 'refusedOtherwise';
  const known = byErrorCode[code];
  if (known !== undefined) return known;
  const alert = certificateAlerts.find(([pattern]) => pattern.test(code));
  if (alert !== undefined) return alert[1];
  return code.startsWith('ERR_SSL_') ? 'noTls' : 'lost';
}

/** MQTT.js puts a CONNACK's number where Node puts its text. */
function errorCode(error: unknown): string | number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' || typeof error.code === 'number' ? error.code : undefined;
}
