/** What `npm run docs` writes: JSON Schemas for editors, and reference pages, all made from the zod schemas. */
import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { z } from 'zod';
import { ControllerFile } from '../../config/schema.ts';
import { tables } from '../../controller/core/dataset.ts';
import { findingKinds } from '../../controller/doctor/kinds.ts';
import { eventAreas } from '../../controller/ports/events.ts';
import { BuildingFileSchema } from '../../sync/headend/building-file/file.ts';
import { asyncApi } from './asyncapi.ts';
import { eventTable } from './event-table.ts';
import { findingTable } from './finding-table.ts';
import { type JsonSchema, referenceTable } from './reference-table.ts';

export interface GeneratedFile {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly text: string;
}

/** What a file or row looks like as it is written: defaults may be left out, durations are text. */
const inputSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input' });
const plain = (schema: z.ZodType): JsonSchema => inputSchema(schema) as JsonSchema;

const jsonFile = (path: string, title: string, schema: object): GeneratedFile => ({
  path,
  text: `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...schema }, null, 2)}\n`,
});

const intro = (name: string): string =>
  readFileSync(new URL(`./${name}-intro.md`, import.meta.url), 'utf8').trimEnd();

const page = (name: string, sections: readonly string[]): GeneratedFile => ({
  path: `docs/${name}.md`,
  text: `${[intro(name), ...sections].join('\n\n')}\n`,
});

const section = (name: string, schema: JsonSchema, about: string | undefined): string =>
  [
    `### ${name}`,
    ...(about === undefined ? [] : [`${about[0]?.toUpperCase()}${about.slice(1)}.`]),
    referenceTable(schema),
  ].join('\n\n');

/** Top-level keys of a file become a section each, with the fields of their entries; plain values share one table. */
function sectionsOf(schema: JsonSchema): readonly string[] {
  return Object.entries(schema.properties ?? {}).map(([key, part]) => {
    const entry = part.items ?? part;
    if (entry.properties !== undefined) return section(`\`${key}\``, entry, part.description);
    return section(`\`${key}\``, { properties: { [key]: part }, required: schema.required ?? [] }, undefined);
  });
}

export function generatedFiles(): readonly GeneratedFile[] {
  const rows = Object.entries(tables).map(([name, schema]) => {
    const { $schema: _, ...definition } = inputSchema(schema);
    return [name, definition] as const;
  });
  return [
    jsonFile(
      'config/vestibule.schema.json',
      "Vestibule: the controller's configuration",
      inputSchema(ControllerFile),
    ),
    jsonFile('config/building.schema.json', 'Vestibule: the building file', inputSchema(BuildingFileSchema)),
    jsonFile('config/dataset.schema.json', 'Vestibule: rows of the dataset, by table', {
      $defs: Object.fromEntries(rows),
    }),
    {
      path: 'docs/asyncapi.yaml',
      text: stringify(asyncApi(), { aliasDuplicateObjects: false, lineWidth: 0 }),
    },
    page('configuration', sectionsOf(plain(ControllerFile))),
    page('building-file', sectionsOf(plain(BuildingFileSchema))),
    page(
      'doctor',
      Object.entries(findingKinds).map(([area, kinds]) => `### ${area}\n\n${findingTable(kinds)}`),
    ),
    page(
      'events',
      Object.entries(eventAreas).map(([area, kinds]) => `## ${area}\n\n${eventTable(kinds)}`),
    ),
    page(
      'dataset',
      Object.entries(tables).map(([name, schema]) =>
        section(`\`${name}\``, plain(schema), schema.description),
      ),
    ),
  ];
}
