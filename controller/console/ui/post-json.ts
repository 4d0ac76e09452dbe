import type { Sentence } from '../view-model.ts';
import { inBoth } from './texts.ts';

const answerTimeoutMs = 8_000;

export type Posted<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly sentence: Sentence };

/** Asks the controller. Never rejects: no answer is an answer too. A value that is not awaited is undefined. */
export async function postJson<Value>(path: string, body: object): Promise<Posted<Value>> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      cache: 'no-store',
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    if (response.status === 204) return { ok: true, value: undefined as Value };
    if (response.ok) return { ok: true, value: (await response.json()) as Value };
    const { sentence } = (await response.json()) as { sentence: Sentence };
    return { ok: false, sentence };
  } catch {
    return { ok: false, sentence: inBoth((texts) => texts.noAnswer) };
  }
}
