import { listProblem } from '../enrolment/list-problem.ts';
import type { ListWritten } from '../enrolment/revocation-list.ts';
import { complain, say } from './context.ts';
import { exitCodes } from './exit-codes.ts';

/** What is left to do after a revocation; `behind` begins the sentence about a list that is not where it belongs. */
export function sayList(written: ListWritten, behind: string): void {
  const problem = listProblem(written);
  if (problem !== undefined) complain(`${behind}: ${problem}`, exitCodes.io);
  else if (written.folder !== undefined) {
    say('Let the broker reload its revocation list now (Mosquitto: systemctl reload mosquitto).');
  } else {
    say(
      `If a broker checks certificates of this building's CA, copy ${written.list} to it and let it reload.`,
    );
  }
}
