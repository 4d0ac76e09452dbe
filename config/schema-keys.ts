import { z } from 'zod';
import type { Path } from './yaml-document.ts';

/** The keys that a schema knows at a path, for "did you mean"; of a union, those of all its branches. */
export function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  let level = unwrapped(schema);
  for (const step of path) level = level.flatMap((part) => childrenOf(part, step)).flatMap(unwrapped);
  const keys = level.flatMap((part) => (part instanceof z.ZodObject ? Object.keys(part.shape) : []));
  return [...new Set(keys)];
}

function childrenOf(schema: z.core.$ZodType, step: PropertyKey): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (schema instanceof z.ZodObject && typeof step === 'string') {
    const child: z.core.$ZodType | undefined = schema.shape[step];
    return child === undefined ? [] : [child];
  }
  return [];
}

function unwrapped(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrapped);
  return [schema];
}
