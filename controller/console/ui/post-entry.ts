import type { EntryAnswer } from '../view-model.ts';
import type { Answer } from './entry-machine.ts';
import { postJson } from './post-json.ts';

/** Asks the controller. Never rejects: no answer is an answer too. */
export async function postEntry(digits: string): Promise<Answer> {
  const answer = await postJson<EntryAnswer>('/api/entry', { digits });
  return answer.ok ? answer.value : { outcome: 'trouble', sentence: answer.sentence };
}
