import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { describe, expect, it } from 'vitest';
import { asyncApi } from '../../scripts/docs/asyncapi.ts';
import { downMessages, upMessages } from '../../sync/protocol/messages.ts';
import { downNameOf, parseUpTopic } from '../../sync/protocol/topics.ts';

/** Spectral's: 0 is an error, 1 a warning; what is above are hints. */
const warning = 1;

describe('the AsyncAPI document', () => {
  it('is one, by its own parser', async () => {
    const text = readFileSync(resolve(import.meta.dirname, '../../docs/asyncapi.yaml'), 'utf8');
    const { document, diagnostics } = await new Parser().parse(text);
    expect(diagnostics.filter(({ severity }) => severity <= warning)).toEqual([]);
    expect(document?.version()).toBe('3.0.0');
    expect(document?.channels().all()).toHaveLength(14);
    expect(document?.operations().filterByReceive()).toHaveLength(7);
    expect(document?.operations().filterBySend()).toHaveLength(7);
  });

  it('is refused by it when a message names a channel that is not there', async () => {
    const broken = JSON.stringify(asyncApi()).replace('#/channels/delta"', '#/channels/gone"');
    const { document } = await new Parser().parse(broken);
    expect(document).toBeUndefined();
  });

  it('has the topics that the program uses, each with the message of its name', () => {
    const { channels } = asyncApi() as {
      channels: Record<string, { address: string; messages: object }>;
    };
    for (const [name, { address, messages }] of Object.entries(channels)) {
      const topic = address.replace('{device}', 'console-1');
      expect([name, downNameOf('console-1', topic) ?? parseUpTopic(topic)?.name]).toEqual([name, name]);
      expect(Object.keys(messages)).toEqual([name]);
    }
    const names = [...Object.keys(downMessages), 'chunk', ...Object.keys(upMessages), 'status'];
    expect(Object.keys(channels).sort()).toEqual(names.sort());
  });
});
