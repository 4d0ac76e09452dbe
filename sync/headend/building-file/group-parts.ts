/**
 * A group of a whole tower would not fit into a row, and one resident more would send all of it anew. Beyond some size
 * it is published as several groups, each with its own grants. Who is in which depends on the member's id alone, so
 * that a change of one member changes one part.
 */
import { createHash } from 'node:crypto';
import { type Group, type HolderRef, tables } from '../../../controller/core/dataset.ts';
import { fitted } from './ids.ts';

/** Of a part's members as JSON: its row then fits into a delta with room for others (PROTOCOL "Conversation" 2). */
const partBytes = 32 * 1024;

const sizeOf = (member: HolderRef): number => Buffer.byteLength(JSON.stringify(member)) + 1;

/** Between 0 and 1, the same for ever. */
const shareOf = ({ kind, id }: HolderRef): number =>
  createHash('sha256').update(`${kind}:${id}`).digest().readUInt32BE(0) / 2 ** 32;

type Part = Pick<Group, 'id' | 'members'>;

/** The group itself, or its parts: 2, 4, 8 and so on, as few as keep each small enough. */
export function partsOf(group: Part): readonly Part[] {
  const placed = group.members.map((member) => ({ member, size: sizeOf(member), share: shareOf(member) }));
  for (let count = 1; ; count *= 2) {
    const byPart = Map.groupBy(placed, ({ share }) => Math.floor(share * count));
    const tooLarge = [...byPart.values()].some(
      (members) => members.reduce((sum, { size }) => sum + size, 0) > partBytes,
    );
    if (tooLarge) continue;
    if (count === 1) return [group];
    return Array.from({ length: count }, (_, index) => ({
      id: tables.group.shape.id.parse(fitted(`${group.id}.part-${index + 1}-of-${count}`)),
      members: (byPart.get(index) ?? []).map(({ member }) => member),
    }));
  }
}
