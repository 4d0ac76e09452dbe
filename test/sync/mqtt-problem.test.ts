import { describe, expect, it } from 'vitest';
import {
  type BrokerFault,
  brokerFaultIn,
  brokerProblem,
  mqttProblem,
} from '../../sync/links/mqtt-problem.ts';

const broker = 'broker.example:8883';

const told: readonly (readonly [string | number | undefined, BrokerFault])[] = [
  ['ENOTFOUND', 'unresolved'],
  ['EAI_AGAIN', 'unresolved'],
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['CERT_HAS_EXPIRED', 'certificateExpired'],
  ['CERT_NOT_YET_VALID', 'certificateNotYetValid'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificateForOtherName'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificateOfOtherCa'],
  ['CERT_SIGNATURE_FAILURE', 'certificateOfOtherCa'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ourCertificateRefused'],
  ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'ourCertificateExpired'],
  ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_REVOKED', 'ourCertificateRevoked'],
  ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'ourCertificateRefused'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'ourCertificateRefused'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'noTls'],
  ['EPROTO', 'noTls'],
  [1, 'wrongProtocol'],
  [2, 'clientIdRefused'],
  [3, 'notAvailable'],
  [4, 'badCredentials'],
  [5, 'notAuthorized'],
  [99, 'refusedOtherwise'],
  ['ECONNRESET', 'lost'],
  [undefined, 'lostUntold'],
];

describe('what is wrong with a broker', () => {
  it.each(told)('%s is told in a sentence that means %s alone', (code, fault) => {
    const problem = mqttProblem(code === undefined ? undefined : { code }, broker);
    expect(problem).toContain(broker);
    expect(problem).not.toMatch(/[{}]/);
    expect(brokerFaultIn(problem)).toBe(fault);
  });

  it('names the subscription that was refused, and how long was waited', () => {
    const refused = brokerProblem('subscriptionRefused', broker, 'vestibule/v1/lobby/down/#');
    expect(refused).toContain('the subscription to vestibule/v1/lobby/down/#;');
    expect(brokerFaultIn(refused)).toBe('subscriptionRefused');
    expect(brokerFaultIn(brokerProblem('silent', broker, 20))).toBe('silent');
  });

  it('says of a sentence from elsewhere that it is none of these', () => {
    expect(brokerFaultIn('The broker at b has fallen silent.')).toBeUndefined();
    expect(brokerFaultIn('')).toBeUndefined();
  });
});
