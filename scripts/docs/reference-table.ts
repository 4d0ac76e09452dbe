/** Markdown tables made from JSON Schemas, so that the reference says what the validation does. */

/** The part of JSON Schema that zod writes for our schemas. */
export interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly format?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
}

interface Line {
  readonly field: string;
  readonly type: string;
  readonly required: string;
  readonly meaning: string;
}

/** One line for each field, those of nested objects below their own: `holder.kind`, `weekly[].days`, `doors.*.rex`. */
export function referenceTable(schema: JsonSchema): string {
  const cells = (line: Line): string =>
    `| ${[`\`${line.field}\``, line.type, line.required, line.meaning].map(escaped).join(' | ')} |`;
  return [
    '| field | type | required | meaning |',
    '|---|---|---|---|',
    ...linesOf(schema, '').map(cells),
  ].join('\n');
}

const escaped = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function linesOf(schema: JsonSchema, prefix: string): readonly Line[] {
  return fieldsOf(schema).flatMap(({ name, shapes, required }) => {
    const own = shapes[0] ?? {};
    const field = `${prefix}${name}`;
    const line: Line = {
      field,
      type: [...new Set(shapes.map(typeText))].join(' or '),
      required: own.default === undefined ? (required ? 'yes' : 'no') : `no: ${code(own.default)}`,
      meaning: own.description ?? '',
    };
    return [line, ...shapes.slice(0, 1).flatMap((shape) => nestedLines(shape, field))];
  });
}

interface Field {
  readonly name: string;
  /** What the field may be, one for each branch of a union that has it. */
  readonly shapes: readonly JsonSchema[];
  readonly required: boolean;
}

/** The fields of an object, or of all branches of a union of objects. */
function fieldsOf(schema: JsonSchema): readonly Field[] {
  const objects = branches(schema).filter(({ properties }) => properties !== undefined);
  const names = [...new Set(objects.flatMap(({ properties }) => Object.keys(properties ?? {})))];
  return names.map((name) => ({
    name,
    shapes: objects.flatMap(({ properties }) => properties?.[name] ?? []),
    required: objects.every(({ required }) => required?.includes(name)),
  }));
}

/** What stands below a field: its own keys, those of its list's entries, those behind any key of it. */
function nestedLines(schema: JsonSchema, field: string): readonly Line[] {
  const below = branches(schema).flatMap(({ items, additionalProperties }) => [
    ...(items === undefined ? [] : linesOf(items, `${field}[].`)),
    ...(typeof additionalProperties === 'object' ? linesOf(additionalProperties, `${field}.*.`) : []),
  ]);
  return [...linesOf(schema, `${field}.`), ...below];
}

const branches = (schema: JsonSchema): readonly JsonSchema[] => {
  const parts = schema.anyOf ?? schema.oneOf;
  return parts === undefined ? [schema] : parts.flatMap(branches);
};

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

function typeText(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title;
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ');
  const parts = branches(schema);
  if (parts.length > 1) return [...new Set(parts.map(typeText))].join(' or ');
  const [only] = parts;
  if (only !== undefined && only !== schema) return typeText(only);
  if (schema.items !== undefined) return `list of ${typeText(schema.items)}`;
  if (schema.format === 'date') return 'date';
  if (schema.format === 'date-time') return 'instant';
  return typeNames[schema.type ?? ''] ?? schema.type ?? '';
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: 'true or false',
  object: 'keys',
  null: '`null`',
};
