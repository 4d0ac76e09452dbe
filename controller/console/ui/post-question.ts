import type { CallRequestAnswer, EntryAnswer } from '../view-model.ts';
import type { Question, Reply } from './entry-machine.ts';
import { postJson } from './post-json.ts';

/** Asks the controller. Never rejects: no answer is an answer too. */
export async function postQuestion(question: Question): Promise<Reply> {
  const answer =
    question.kind === 'entry'
      ? await postJson<EntryAnswer>('/api/entry', { digits: question.digits })
      : await postJson<CallRequestAnswer>('/api/call', question.callee);
  return answer.ok ? answer.value : { outcome: 'trouble', sentence: answer.sentence };
}
