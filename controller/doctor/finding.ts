/** What doctor can find: one table for each area, from which both the output and docs/doctor.md are made. */

type Level = 'ok' | 'warn' | 'fail';

export interface FindingKind {
  readonly level: Level;
  /** A sentence; `{name}` stands for a detail. */
  readonly says: string;
  /** For the reference, where `says` is another program part's sentence: when this is found. */
  readonly means?: string;
  /** What to do; absent where there is nothing to do. */
  readonly wayOut?: string;
}

export type FindingKinds = Readonly<Record<string, FindingKind>>;

export interface Finding {
  /** Stays as it is from release to release. */
  readonly code: string;
  readonly level: Level;
  readonly what: string;
  readonly wayOut?: string;
}

type NamesIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;
type DetailOf<Kind extends FindingKind> = {
  readonly [Name in NamesIn<Kind['says']> | NamesIn<Kind['wayOut']>]: string | number;
};

/** Makes findings of one area; the details are those that its two sentences name. */
export function finderOf<const Kinds extends FindingKinds>(kinds: Kinds) {
  return <Code extends keyof Kinds & string>(code: Code, detail: DetailOf<Kinds[Code]>): Finding => {
    const { level, says, wayOut }: FindingKind = kinds[code] ?? unknownKind(code);
    return {
      code,
      level,
      what: filled(says, detail),
      ...(wayOut === undefined ? {} : { wayOut: filled(wayOut, detail) }),
    };
  };
}

function unknownKind(code: string): never {
  throw new RangeError(`no kind of finding is called ${code}`);
}

const filled = (text: string, detail: Readonly<Record<string, string | number>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(detail[name] ?? ''));

/** At most three of many, for a sentence. */
export function someOf(names: readonly string[]): string {
  const more = names.length - 3;
  return more > 0 ? `${names.slice(0, 3).join(', ')} and ${more} more` : names.join(', ');
}
