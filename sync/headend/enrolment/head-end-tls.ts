import { generateKeyPairSync } from 'node:crypto';
import type { MqttEndpoint } from '../../links/mqtt-connection.ts';
import { type Authority, pkcs8 } from './authority.ts';

/** The head-end's own certificate for its connection to the broker; its key lives as long as the process. */
export async function headEndTls(
  authority: Authority,
  clientId: string,
  now: number,
): Promise<NonNullable<MqttEndpoint['tls']>> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { pem } = await authority.issueToHeadEnd(clientId, publicKey, now);
  return { ca: authority.pem, cert: pem, key: pkcs8(privateKey) };
}
