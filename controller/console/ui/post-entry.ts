import type { EntryAnswer, Sentence } from '../view-model.ts';
import type { Answer } from './entry-machine.ts';
import { inBoth } from './texts.ts';

const answerTimeoutMs = 8_000;

/** Asks the controller. Never rejects: no answer is an answer too. */
export async function postEntry(digits: string): Promise<Answer> {
  try {
    const response = await fetch('/api/entry', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ digits }),
      cache: 'no-store',
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    if (response.ok) return (await response.json()) as EntryAnswer;
    const { sentence } = (await response.json()) as { sentence: Sentence };
    return { outcome: 'trouble', sentence };
  } catch {
    return { outcome: 'trouble', sentence: inBoth((texts) => texts.noAnswer) };
  }
}
