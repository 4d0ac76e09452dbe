import { z } from 'zod';
import type { EventKind, EventKinds } from '../../controller/ports/events/kind.ts';
import type { JsonSchema } from './reference-table.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A field with what it is, or only its name where that says enough. */
function fieldText([name, field]: readonly [string, JsonSchema], required: readonly string[]): string {
  const optional = required.includes(name) ? '' : '?';
  const values = field.enum ?? (field.const === undefined ? [] : [field.const]);
  const what =
    field.description ?? (values.length > 0 ? values.map((value) => `\`${String(value)}\``).join(', ') : '');
  return `\`${name}${optional}\`${what === '' ? '' : ` ${what}`}`;
}

function fieldsText({ fields }: EventKind): string {
  // Names of operations and tables are checked by a function, which JSON Schema cannot say.
  const schema = z.toJSONSchema(z.object(fields), { unrepresentable: 'any' }) as JsonSchema;
  const texts = Object.entries(schema.properties ?? {}).map((field) =>
    fieldText(field, schema.required ?? []),
  );
  return texts.length === 0 ? '–' : texts.join('; ');
}

/** Markdown for the events of one area. */
export function eventTable(kinds: EventKinds): string {
  const rows = Object.entries(kinds).map(([type, kind]) =>
    [
      '',
      `\`${type}\``,
      kind.severity.join(', '),
      cell(kind.when),
      cell(fieldsText(kind)),
      cell(`${kind.en}<br>*${kind.fr}*`),
      '',
    ]
      .join(' | ')
      .trim(),
  );
  return ['| event | severity | when | fields | says |', '|---|---|---|---|---|', ...rows].join('\n');
}
