/**
 * What must stay secret at a site, and the search for it in bytes of any kind. The building file is read here without
 * the program's own reading of it, so that what that overlooks is still searched for.
 */
import { createHmac } from 'node:crypto';
import { parse } from 'yaml';

export type SecretKind =
  | 'code'
  | 'card'
  | 'carTag'
  /** Of a credential or guest of the building. */
  | 'hash'
  /** Of something that was typed or shown and that nobody has. */
  | 'strangersHash'
  | 'phone'
  | 'directoryCode'
  | 'siteKey';

export interface Secret {
  readonly kind: SecretKind;
  readonly text: string;
  /** What is searched for, in lower case: the text itself, and other ways to write it. */
  readonly forms: readonly string[];
}

interface Collected {
  /** 32 bytes as hex. */
  readonly siteKey: string;
  readonly add: (kind: SecretKind, text: string, ...otherForms: readonly string[]) => void;
  readonly hashKind: 'hash' | 'strangersHash';
}

const hashOf = ({ siteKey }: Collected, form: string): string =>
  createHmac('sha256', Buffer.from(siteKey, 'hex')).update(form).digest('hex');

function addCode(to: Collected, digits: string): void {
  to.add('code', digits);
  to.add(to.hashKind, hashOf(to, `code:${digits}`));
}

function addCard(to: Collected, bits: number, hex: string): void {
  to.add('card', hex);
  to.add(
    'card',
    BigInt(`0x${hex}`)
      .toString(2)
      .padStart(hex.length * 4, '0')
      .slice(0, bits),
  );
  to.add(to.hashKind, hashOf(to, `bits:${bits}:${hex.toLowerCase()}`));
}

function addTag(to: Collected, text: string): void {
  // Others would need a search of their own.
  if (!/^[0-9A-Fa-f]{8,}$/.test(text)) throw new Error('a car tag that this search would not find');
  to.add('carTag', text);
  to.add(to.hashKind, hashOf(to, `text:${text.toUpperCase()}`));
}

function addText(to: Collected, key: string, text: string): void {
  if (key === 'code' || key === 'codes') addCode(to, text);
  else if (key === 'tag' || key === 'carTags') addTag(to, text);
  else if (key === 'directoryCode') to.add('directoryCode', text);
  else if (/^\+1\d{10}$/.test(text)) to.add('phone', text.slice(1), text.slice(2));
}

function addWritten(to: Collected, key: string, node: unknown): void {
  if (typeof node === 'string') addText(to, key, node);
  else if (Array.isArray(node)) for (const item of node) addWritten(to, key, item);
  else if (typeof node === 'object' && node !== null) {
    const { bits, hex } = node as { bits?: unknown; hex?: unknown };
    if (typeof bits === 'number' && typeof hex === 'string') addCard(to, bits, hex);
    for (const [name, value] of Object.entries(node)) addWritten(to, name, value);
  }
}

export interface Strangers {
  readonly codes: readonly string[];
  readonly cards: readonly { readonly bits: number; readonly hex: string }[];
  readonly tags: readonly string[];
}

/** Every secret of these building files, of what strangers tried there, and the site key itself. */
export function secretsOf(
  buildingFiles: readonly string[],
  strangers: Strangers,
  siteKey: string,
): readonly Secret[] {
  const secrets = new Map<string, Secret>();
  const add: Collected['add'] = (kind, ...written) => {
    const [text = '', ...others] = written.map((form) => form.toLowerCase());
    if (!secrets.has(text)) secrets.set(text, { kind, text, forms: [text, ...others] });
  };
  add('siteKey', siteKey);
  const suites = new Set<string>();
  for (const file of buildingFiles) {
    const written = parse(file) as { readonly residents: readonly { readonly suite: string }[] };
    for (const { suite } of written.residents) suites.add(suite);
    addWritten({ siteKey, add, hashKind: 'hash' }, '', written);
  }
  const to: Collected = { siteKey, add, hashKind: 'strangersHash' };
  for (const code of strangers.codes) addCode(to, code);
  for (const { bits, hex } of strangers.cards) addCard(to, bits, hex);
  for (const tag of strangers.tags) addTag(to, tag);
  // A directory code that is also the number of a suite stands on the lobby screen, as that.
  return [...secrets.values()].filter(({ kind, text }) => kind !== 'directoryCode' || !suites.has(text));
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** Of an HTTP answer: how many bytes it has depends on the machine, and may be the number of a directory code. */
const bodyLength = /"content-length":"\d+"/gi;
/** Longer runs of hex digits are hashes, digests and keys, in which short secrets stand by chance. */
const longestSecret = 31;
const hashLength = 64;

/**
 * The secrets that stand in `bytes`, each once, whatever the bytes are: text, JSON within JSON, a page of SQLite.
 * Codes, cards and numbers count when they are a whole run of digits or hex digits that is neither part of a hash or
 * UUID nor the fraction of a number; directory codes, being short, only as a text of their own.
 */
export function searchFor(secrets: readonly Secret[]): (bytes: Uint8Array) => readonly Secret[] {
  const byForm = new Map(secrets.flatMap((secret) => secret.forms.map((form) => [form, secret] as const)));
  const siteKey = secrets.find(({ kind }) => kind === 'siteKey');
  const key = Buffer.from(siteKey?.text ?? '', 'hex');
  const otherFormsOfKey = [key, Buffer.from(key.toString('base64url')), Buffer.from(key.toString('base64'))];
  return (bytes) => {
    const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const found = new Set<Secret>();
    if (siteKey !== undefined && otherFormsOfKey.some((form) => raw.includes(form))) found.add(siteKey);
    const text = raw.toString('latin1').replaceAll(uuid, ' ').replaceAll(bodyLength, ' ');
    const look = (run: string): void => {
      const secret = byForm.get(run);
      if (secret !== undefined && secret.kind !== 'directoryCode') found.add(secret);
    };
    for (const { 0: run, index } of text.toLowerCase().matchAll(/[0-9a-f]{4,}/g)) {
      if (/\d\.$/.test(text.slice(Math.max(0, index - 2), index))) continue;
      if (run.length <= longestSecret) for (const part of [run, ...(run.match(/\d+/g) ?? [])]) look(part);
      else for (let at = 0; at + hashLength <= run.length; at += 1) look(run.slice(at, at + hashLength));
    }
    for (const [digits] of text.matchAll(/(?<=["'=>\s])\d{4,}(?=["'<&\s,;)\\]|$)/g)) {
      const secret = byForm.get(digits);
      if (secret?.kind === 'directoryCode') found.add(secret);
    }
    return [...found];
  };
}
