import { limits } from './limits.ts';

export type StrictJson =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly reason: 'oversize' | 'encoding' | 'json' | 'depth' | 'proto' };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Depth of nesting, found by scanning the text, so that a bomb is refused before it is parsed. */
function tooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      depth += 1;
      if (depth > limits.jsonDepth) return true;
    } else if (char === '}' || char === ']') depth -= 1;
  }
  return false;
}

const hasProtoKey = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Object.hasOwn(value, '__proto__') || Object.values(value).some(hasProtoKey));

/** Reads JSON as the wire demands it (PROTOCOL "Signatures"): UTF-8 without a BOM, at most 16 deep, no `__proto__`. */
export function readStrictJson(bytes: Uint8Array): StrictJson {
  if (bytes.length > limits.message) return { kind: 'refused', reason: 'oversize' };
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { kind: 'refused', reason: 'encoding' };
  }
  if (tooDeep(text)) return { kind: 'refused', reason: 'depth' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'refused', reason: 'json' };
  }
  return hasProtoKey(value) ? { kind: 'refused', reason: 'proto' } : { kind: 'json', value };
}
