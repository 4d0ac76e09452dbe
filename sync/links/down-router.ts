import type { CloudListener } from '../../controller/ports/cloud.ts';
import type { DownPayload, SignedDownName } from '../protocol/messages.ts';
import { type DownName, downNameOf } from '../protocol/topics.ts';
import type { CommandInbox } from './command-inbox.ts';
import type { DeltaInbox } from './delta-inbox.ts';
import type { EventUplink } from './event-uplink.ts';
import type { SessionLine } from './session-line.ts';
import type { SnapshotLink } from './snapshot-link.ts';
import type { Trust } from './trust.ts';

interface DownRouterParts {
  readonly device: string;
  readonly listener: CloudListener;
  readonly trust: Trust;
  readonly session: SessionLine;
  readonly deltas: DeltaInbox;
  readonly snapshots: SnapshotLink;
  readonly events: EventUplink;
  readonly commands: CommandInbox;
  /** After a revocation was taken in: the dataset may carry it already. */
  readonly onRevoke: () => void;
}

/** Opens what comes down and hands it on; what cannot be believed changes nothing and is reported. */
export class DownRouter {
  readonly #parts: DownRouterParts;

  constructor(parts: DownRouterParts) {
    this.#parts = parts;
  }

  /** Inside the message handler: synchronous, and whatever it commits is on disk when it returns. */
  receive(topic: string, payload: Uint8Array, retained: boolean): void {
    const name = downNameOf(this.#parts.device, topic);
    if (name === undefined) this.#refuse('unknown', 'topic');
    // The cloud never retains: whoever did it replays.
    else if (retained) this.#refuse(name, 'retained');
    else this.#route(name, payload);
  }

  #route(name: DownName, payload: Uint8Array): void {
    const { deltas, snapshots, commands, onRevoke } = this.#parts;
    switch (name) {
      case 'chunk':
        snapshots.chunk(payload);
        break;
      case 'delta':
        this.#opened(name, payload, (delta) => deltas.receive(delta));
        break;
      case 'manifest':
        this.#opened(name, payload, (manifest) => snapshots.manifest(manifest));
        break;
      case 'command':
        this.#opened(name, payload, (command) => {
          commands.receive(command);
          if (command.op === 'revoke') onRevoke();
        });
        break;
      case 'ack':
        this.#opened(name, payload, (ack) => this.#acknowledged(ack));
        break;
      case 'welcome':
        this.#opened(name, payload, (welcome) => this.#welcomed(welcome));
        break;
      case 'keyset':
        this.#opened(name, payload, (keyset) => this.#keyset(keyset, payload));
        break;
      default:
        name satisfies never;
    }
  }

  #acknowledged(ack: DownPayload<'ack'>): void {
    const outcome = this.#parts.events.acknowledged(ack);
    if (outcome !== 'accepted' && outcome !== 'alreadyAcknowledged') this.#refuse('ack', outcome);
  }

  #welcomed(welcome: DownPayload<'welcome'>): void {
    const verdict = this.#parts.session.welcome(welcome);
    if (verdict === 'nonce' || verdict === 'late') this.#refuse('welcome', verdict);
  }

  #keyset(keyset: DownPayload<'keyset'>, jws: Uint8Array): void {
    if (this.#parts.trust.adopt(keyset, jws) === 'older') this.#refuse('keyset', 'older');
  }

  #opened<N extends SignedDownName>(
    name: N,
    message: Uint8Array,
    use: (payload: DownPayload<N>) => void,
  ): void {
    const opened = this.#parts.trust.open(name, message);
    if (opened.kind === 'message') use(opened.payload);
    else this.#refuse(name, opened.reason);
  }

  #refuse(message: string, reason: string): void {
    this.#parts.listener.messageRefused({ message, reason });
  }
}
