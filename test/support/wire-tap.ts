import { gunzipSync } from 'node:zlib';
import { connectAsync } from 'mqtt';

interface OnTheWire {
  readonly topic: string;
  /** What anybody who listens can read: JWS and gzip undone. */
  readonly text: string;
}

const afterChunkLabel = 18;

function readable(topic: string, payload: Buffer): string {
  if (topic.endsWith('/chunk')) return gunzipSync(payload.subarray(afterChunkLabel)).toString();
  const text = payload.toString();
  if (text.startsWith('{')) return text;
  const [header = '', body = ''] = text.split('.');
  return [header, body].map((part) => Buffer.from(part, 'base64url').toString()).join('\n');
}

export interface WireTap extends AsyncDisposable {
  readonly messages: readonly OnTheWire[];
}

/** Listens to everything at a broker, over its restarts. */
export async function tapWire(url: string): Promise<WireTap> {
  const messages: OnTheWire[] = [];
  const client = await connectAsync(url, { clientId: 'tap', protocolVersion: 4, reconnectPeriod: 20 });
  client.on('error', () => {});
  client.on('message', (topic, payload) => messages.push({ topic, text: readable(topic, payload) }));
  await client.subscribeAsync('#', { qos: 1 });
  return { messages, [Symbol.asyncDispose]: () => client.endAsync(true) };
}
