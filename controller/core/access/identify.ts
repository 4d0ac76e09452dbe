/** Checks 1 and 2: who asks. Calls and commands name the person; a hash has to be found. */
import type { Credential, Guest, ResidentId } from '../dataset.ts';
import { type Asker, dangling, note, type Person, type Refusal, type Trail } from './context.ts';
import type { AccessRequest, CommandBy } from './decision.ts';
import type { AccessFacts } from './facts.ts';
import { type Found, find, isTakenBack, type Token, unknownCredential } from './find-credential.ts';

export type Identified =
  | { readonly kind: 'asker'; readonly asker: Asker }
  /** `asker`: the person whose row this was, as far as there is one. */
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly asker?: Asker };

export function identify(facts: AccessFacts, request: AccessRequest, trail: Trail): Identified {
  switch (request.kind) {
    case 'credential': {
      if (request.method === 'code' && facts.lockedOut(request.accessPoint)) return lockedOut;
      const found = find(facts, request.hash, trail);
      const asker = found.token && presented(facts, [found.token], request.method);
      return identified(found, asker);
    }
    case 'cardAndCode':
      return facts.lockedOut(request.accessPoint) ? lockedOut : cardAndCode(facts, request, trail);
    case 'callUnlock':
      return forAnother(asking(resident(facts, request.resident), 'ownRight', false));
    case 'conciergeUnlock':
      return forAnother(asking({ kind: 'concierge' }, 'guestEntrance', false));
    case 'command': {
      const commander = commanded(facts, request.by, request.extended, trail);
      return request.call === undefined || commander.kind === 'refused' ? commander : forAnother(commander);
    }
    default:
      return request satisfies never;
  }
}

const lockedOut: Identified = { kind: 'refused', refusal: { check: 1, reason: 'lockedOut' } };

function identified(found: Found, asker: Asker | undefined): Identified {
  if (found.kind === 'refused') {
    return { kind: 'refused', refusal: found.refusal, ...(asker && { asker }) };
  }
  return asker === undefined ? unknown : { kind: 'asker', asker };
}

const unknown: Identified = { kind: 'refused', refusal: unknownCredential };

/**
 * Card and code are found one after the other and must be one person's: somebody else's code is as good as none.
 * The person is named only when both belong together, by the card's row; the explanation lists both.
 */
function cardAndCode(
  facts: AccessFacts,
  request: { readonly cardHash: string; readonly codeHash: string },
  trail: Trail,
): Identified {
  const card = find(facts, request.cardHash, trail);
  if (card.kind === 'refused') {
    return identified(card, card.token && presented(facts, [card.token], 'cardAndCode'));
  }
  const code = find(facts, request.codeHash, trail);
  const both = code.token && (sameHolder(card.token, code.token) ? [card.token, code.token] : undefined);
  const asker = both && presented(facts, both, 'cardAndCode');
  if (code.kind === 'refused' || asker !== undefined) return identified(code, asker);
  return unknown;
}

function sameHolder(card: Token, code: Token): boolean {
  if (card.kind !== 'credential' || code.kind !== 'credential') return false;
  const [one, other] = [card.row.holder, code.row.holder];
  return one.kind === other.kind && one.id === other.id;
}

function presented(
  facts: AccessFacts,
  tokens: readonly Token[],
  method: 'card' | 'code' | 'cardAndCode',
): Asker | undefined {
  const credentials = tokens.flatMap((token) => (token.kind === 'credential' ? [token.row] : []));
  const [first] = tokens;
  if (first === undefined) return undefined;
  const person =
    first.kind === 'guest' ? guestPerson(facts, first.row) : holderPerson(facts, first.row.holder);
  return {
    person,
    credentials,
    method,
    needs: 'ownRight',
    extended: extendedOf(person),
    forAnother: false,
  };
}

function commanded(facts: AccessFacts, by: CommandBy, extended: boolean, trail: Trail): Identified {
  switch (by.kind) {
    case 'resident':
      return asking(resident(facts, by.id), 'ownRight', extended);
    case 'staff':
      return asking(holderPerson(facts, by), 'door', extended);
    case 'guest': {
      const guest = facts.rows.guest(by.id);
      if (guest === undefined) return { kind: 'refused', refusal: dangling(2, 'guest', by.id) };
      note(trail, 'guest', guest);
      const asked = asking(guestPerson(facts, guest), 'ownRight', extended);
      if (!isTakenBack({ kind: 'guest', row: guest }, facts)) return asked;
      return { ...asked, kind: 'refused', refusal: { check: 2, reason: 'revoked' } };
    }
    default:
      return by satisfies never;
  }
}

function asking(
  person: Person,
  needs: Asker['needs'],
  extended: boolean,
): {
  readonly kind: 'asker';
  readonly asker: Asker;
} {
  const asker = {
    person,
    credentials: [],
    needs,
    extended: extended || extendedOf(person),
    forAnother: false,
  };
  return { kind: 'asker', asker };
}

const forAnother = ({ asker }: { readonly asker: Asker }): Identified => ({
  kind: 'asker',
  asker: { ...asker, forAnother: true },
});

const resident = (facts: AccessFacts, id: ResidentId): Person =>
  holderPerson(facts, { kind: 'resident', id });

const holderPerson = (facts: AccessFacts, ref: Credential['holder']): Person => ({
  kind: 'holder',
  ref,
  holder: facts.rows.holder(ref),
});

const guestPerson = (facts: AccessFacts, guest: Guest): Person => ({
  kind: 'guest',
  guest,
  host: guest.host === null ? undefined : facts.rows.holder({ kind: 'resident', id: guest.host }),
});

/** Accessible timing belongs to the person who walks, so a guest does not inherit it. */
const extendedOf = (person: Person): boolean =>
  person.kind === 'holder' && person.holder?.kind === 'resident' && person.holder.row.extendedAccess;
