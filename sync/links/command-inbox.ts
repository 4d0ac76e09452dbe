import type { Clock } from '../../controller/ports/clock.ts';
import type { CloudListener, CommandExecutor } from '../../controller/ports/cloud.ts';
import type { Journal, SeenCommand } from '../../controller/ports/journal.ts';
import { advancesSession, type CommandRefusal, isDenial, judgeCommand } from '../plan/command.ts';
import type { Command, ReportState } from '../protocol/messages.ts';
import type { SessionLine } from './session-line.ts';
import type { UpChannel } from './up-channel.ts';

interface CommandInboxParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly session: SessionLine;
  readonly executor: CommandExecutor;
  readonly channel: UpChannel;
  readonly listener: CloudListener;
  /** How the device stands now. */
  readonly report: () => ReportState;
}

/** Commands, each at most once, and their results. */
export class CommandInbox {
  readonly #parts: CommandInboxParts;
  #aborted: readonly SeenCommand[] = [];

  constructor(parts: CommandInboxParts) {
    this.#parts = parts;
  }

  /** Commands that a crash cut off between their commit and their action: they do not act any more. */
  abortUnfinished(): void {
    const { journal, clock } = this.#parts;
    const at = clock.reading().now;
    const aborted = journal
      .unfinishedCommands()
      .map(({ id }): SeenCommand => ({ id, outcome: 'failed', reason: 'aborted', at }));
    if (aborted.length > 0) {
      journal.commit(
        [],
        aborted.map((command) => ({ kind: 'command', command })),
      );
    }
    this.#aborted = aborted;
  }

  /** After a hello; what could not be sent is told when the cloud repeats the command. */
  reportAborted(): void {
    for (const command of this.#aborted) this.#report(command);
    this.#aborted = [];
  }

  /** A command whose signature, audience and schema have been checked. */
  receive(command: Command): void {
    const { journal, clock, session, executor, listener } = this.#parts;
    const seen = journal.seenCommand(command.id);
    if (seen !== undefined) {
      // The cloud repeats denials until their result has reached it; anything else repeated is a replay.
      if (!isDenial(command)) listener.messageRefused({ message: 'command', reason: 'duplicate' });
      this.#report(seen, { duplicate: true });
      return;
    }
    const current = session.commands();
    const verdict = judgeCommand(command, current, clock.reading());
    if (command.n !== undefined && advancesSession(command, current)) session.useUp(command.n);
    if (verdict.kind === 'reject') {
      this.#report(this.#reject(command.id, verdict.reason));
      return;
    }
    const done = executor.execute(verdict.command);
    this.#report(done, verdict.command.op === 'report' ? { state: this.#parts.report() } : {});
  }

  #reject(id: string, reason: CommandRefusal): SeenCommand {
    const { journal, clock, listener } = this.#parts;
    const command: SeenCommand = { id, outcome: 'rejected', reason, at: clock.reading().now };
    journal.commit([], [{ kind: 'command', command }]);
    listener.messageRefused({ message: 'command', reason });
    return command;
  }

  #report(
    { id, outcome, reason, at }: SeenCommand,
    more: { readonly duplicate?: true; readonly state?: ReportState } = {},
  ): void {
    this.#parts.channel.send('result', {
      id,
      outcome,
      at: new Date(at).toISOString(),
      ...(reason === undefined ? {} : { reason }),
      ...more,
    });
  }
}
