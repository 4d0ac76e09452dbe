import type { SearchAnswer } from '../view-model.ts';
import { postJson } from './post-json.ts';
import type { SearchOutcome } from './search-session.ts';

/** In the body, so that no name is ever in an address. Never rejects. */
export async function postSearch(query: string): Promise<SearchOutcome> {
  const answer = await postJson<SearchAnswer>('/api/search', { query });
  return answer.ok ? answer.value : { kind: 'trouble', sentence: answer.sentence };
}
