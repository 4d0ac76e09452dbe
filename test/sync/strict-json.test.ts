import { expect, it } from 'vitest';
import { limits } from '../../sync/protocol/limits.ts';
import { readStrictJson } from '../../sync/protocol/strict-json.ts';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const sized = (bytes: number): string => `"${'a'.repeat(bytes - 2)}"`;

it.each([
  ['the deepest that may be', nested(limits.jsonDepth)],
  ['the longest that may be', sized(limits.message)],
  ['brackets without end in a string', JSON.stringify(`\\"${'['.repeat(1_000)}`)],
  ['a value of that name', '{"a":"__proto__"}'],
])('takes %s', (_what, text) => {
  expect(readStrictJson(Buffer.from(text))).toEqual({ kind: 'json', value: JSON.parse(text) });
});

it.each([
  ['one level too deep', 'depth', nested(limits.jsonDepth + 1)],
  ['a byte too long', 'oversize', sized(limits.message + 1)],
  ['what is no UTF-8', 'encoding', Uint8Array.of(0x22, 0xff, 0x22)],
  ['a byte order mark', 'json', '\ufeff{}'],
  ['two documents', 'json', '{} {}'],
  ['__proto__', 'proto', '{"__proto__":1}'],
  ['__proto__ in an object of the object', 'proto', '{"a":{"__proto__":1}}'],
  ['__proto__ in a list of the object', 'proto', '{"a":[1,{"\\u005f_proto__":{}}]}'],
] as const)('refuses %s', (_what, reason, message) => {
  expect(readStrictJson(Buffer.from(message))).toEqual({ kind: 'refused', reason });
});
