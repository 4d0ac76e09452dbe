/** Every code, card and tag of the holders in a building file, one by one, in clear. Stays inside this folder. */

import type { Credential } from '../../../controller/core/dataset.ts';
import { bitsForm, codeForm, textForm } from '../../../controller/core/hash-forms.ts';
import type { BuildingFile } from './file.ts';
import { fitted } from './ids.ts';

type Path = readonly (string | number)[];
type Person =
  | BuildingFile['residents'][number]
  | BuildingFile['staff'][number]
  | BuildingFile['others'][number];
type Bounds = Pick<
  BuildingFile['residents'][number]['cards'][number],
  'validFrom' | 'validUntil' | 'schedule' | 'status'
>;

export interface HeldCredential {
  readonly id: string;
  readonly path: Path;
  /** The holder's entry in the file. */
  readonly holderPath: Path;
  readonly holder: Credential['holder'];
  readonly kind: Credential['kind'];
  /** What is hashed (core/hash-forms.ts); in clear. */
  readonly form: string;
  readonly bounds: Bounds;
  readonly duress?: boolean | undefined;
}

export function credentialsOf(file: BuildingFile): readonly HeldCredential[] {
  return [
    ...file.residents.flatMap((r, i) => ofPerson(r, { kind: 'resident', id: r.id }, ['residents', i])),
    ...file.staff.flatMap((s, i) => ofPerson(s, { kind: 'staff', id: s.id }, ['staff', i])),
    ...file.others.flatMap((o, i) => ofPerson(o, { kind: 'other', id: o.id }, ['others', i])),
  ];
}

function ofPerson(person: Person, holder: Credential['holder'], holderPath: Path): readonly HeldCredential[] {
  /** `504-elodie-tremblay.card2`: the second card of that holder. Holders of two kinds may share an id. */
  const idOf = (name: string, i: number): string =>
    fitted(`${holder.kind === 'resident' ? '' : `${holder.kind}.`}${holder.id}.${name}${i + 1}`);
  const held = (own: { id?: string | undefined } & Bounds, list: string, name: string, i: number) => ({
    id: own.id ?? idOf(name, i),
    path: [...holderPath, list, i],
    holderPath,
    holder,
    bounds: own,
  });
  return [
    ...person.codes.map((entry, i) => {
      const own = typeof entry === 'string' ? { code: entry, status: 'active' as const } : entry;
      const duress = 'duress' in own ? own.duress : undefined;
      return { ...held(own, 'codes', 'code', i), kind: 'pin' as const, form: codeForm(own.code), duress };
    }),
    ...person.cards.map((own, i) => ({
      ...held(own, 'cards', own.kind, i),
      kind: own.kind,
      form: bitsForm(own.bits, own.hex),
    })),
    ...person.carTags.map((entry, i) => {
      const own = typeof entry === 'string' ? { tag: entry, status: 'active' as const } : entry;
      return { ...held(own, 'carTags', 'tag', i), kind: 'carTag' as const, form: textForm(own.tag) };
    }),
  ];
}
