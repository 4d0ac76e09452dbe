/** The topics and messages of the sync protocol as an AsyncAPI 3 document, from the device's side. */
import { z } from 'zod';
import { limits } from '../../sync/protocol/limits.ts';
import {
  CommandBy,
  downMessages,
  LockdownArgs,
  RevokeArgs,
  RowOp,
  SetDoorModeArgs,
  Status,
  UnlockArgs,
  upMessages,
  WireRow,
} from '../../sync/protocol/messages.ts';
import { type DownName, downTopic, type UpName, upTopic } from '../../sync/protocol/topics.ts';

interface Message {
  readonly summary: string;
  readonly contentType: string;
  readonly payload: object;
  readonly description?: string;
}

/** AsyncAPI 3 takes JSON Schema draft 7 as it is. */
function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...definition } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  return definition;
}

const summaries: Readonly<Record<DownName | UpName, string>> = {
  keyset: 'The keys that sign everything else downward, themselves signed by the root key',
  welcome: 'The answer to a hello: the cloud’s time, and the beginning of the session',
  delta: 'One transaction of the dataset',
  manifest: 'A snapshot of the dataset, whose chunks the device then asks for',
  chunk: 'A part of a snapshot: 16 raw bytes of its UUID, index as uint16 big-endian, gzip of NDJSON rows',
  command: 'A denial, or an order of this session',
  ack: 'Events up to there are on the cloud’s disk',
  hello: 'Who is there, how far it has come, and a nonce for the welcome',
  request: 'What the device lacks',
  cursor: 'How far the device has come now',
  events: 'What happened, each event linked to the one before by a hash; one batch is in flight',
  result: 'What came of a command',
  ring: 'Somebody calls: residents’ apps may ring beside the telephone; or a call has been answered, or is over',
  status: 'Whether the device is there; offline is also its last will',
};

const signed = (typ: string, signer: string, alg: string): string =>
  `A JWS in compact form (RFC 7515): header exactly {"alg": "${alg}", "kid", "typ": "${typ}"}, signed by ${signer}. The schema is that of its payload.`;

const down = (name: DownName): Message => {
  if (name === 'chunk') {
    const payload = { type: 'string', format: 'binary', maxLength: limits.message };
    return { summary: summaries[name], contentType: 'application/octet-stream', payload };
  }
  const { typ, signer, schema } = downMessages[name];
  const key = signer === 'root' ? 'the root key' : `a key of the role ${signer}`;
  return {
    summary: summaries[name],
    contentType: 'application/jose',
    description: signed(typ, key, 'EdDSA'),
    payload: schemaOf(schema),
  };
};

const up = (name: UpName): Message => {
  if (name === 'status') {
    return { summary: summaries[name], contentType: 'application/json', payload: schemaOf(Status) };
  }
  const { typ, schema } = upMessages[name];
  return {
    summary: summaries[name],
    contentType: 'application/jose',
    description: signed(typ, 'the device’s key, whose kid is the device’s id', 'ES256'),
    payload: schemaOf(schema),
  };
};

const downNames = [...(Object.keys(downMessages) as (keyof typeof downMessages)[]), 'chunk'] as const;
const upNames = [...(Object.keys(upMessages) as (keyof typeof upMessages)[]), 'status'] as const;

function channel(address: string, name: string, message: Message): object {
  return {
    address,
    parameters: { device: { description: 'the device’s id: [a-z0-9-]{1,64}, also its MQTT client id' } },
    messages: { [name]: { name, ...message } },
    bindings: { mqtt: {} },
  };
}

const operation = (action: 'send' | 'receive', name: string): object => ({
  action,
  channel: { $ref: `#/channels/${name}` },
  messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
  bindings: { mqtt: { qos: 1, retain: name === 'status' } },
});

export function asyncApi(): object {
  const channels = [
    ...downNames.map((name) => [name, channel(downTopic('{device}', name), name, down(name))] as const),
    ...upNames.map((name) => [name, channel(upTopic('{device}', name), name, up(name))] as const),
  ];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Vestibule: the sync protocol between an entry console and its head-end',
      version: '1.0.0',
      description:
        'Generated from the schemas in sync/protocol by `npm run docs`. What the messages mean, in which order they go and what happens when something fails: sync.md beside this file.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/jose',
    channels: Object.fromEntries(channels),
    operations: {
      ...Object.fromEntries(downNames.map((name) => [`hear-${name}`, operation('receive', name)])),
      ...Object.fromEntries(upNames.map((name) => [`say-${name}`, operation('send', name)])),
    },
    components: {
      // What the schemas of the messages leave open, because it is judged by its meaning.
      schemas: {
        rowOp: { description: 'One of `ops` in a delta', ...schemaOf(RowOp) },
        chunkLine: { description: 'One line of a chunk', ...schemaOf(WireRow) },
        unlockArgs: { description: '`args` of the command `unlock`', ...schemaOf(UnlockArgs) },
        setDoorModeArgs: {
          description: '`args` of the command `setDoorMode`',
          ...schemaOf(SetDoorModeArgs),
        },
        commandBy: {
          description: '`by` of the command `unlock`, and of `setDoorMode` where staff ask',
          ...schemaOf(CommandBy),
        },
        revokeArgs: { description: '`args` of the command `revoke`', ...schemaOf(RevokeArgs) },
        lockdownArgs: { description: '`args` of the command `lockdown`', ...schemaOf(LockdownArgs) },
      },
    },
  };
}
