/** A folder of JSON files that the engine has as a list. */
interface CatalogueFolder {
  readonly folder: string;
  readonly schema: string;
  /** What each file is, and its import if that is not `unknown`. */
  readonly type: string;
  readonly imports: readonly string[];
}

export const catalogues: readonly CatalogueFolder[] = [
  {
    folder: 'server/engine/chips/catalogue',
    schema: 'chip.schema.json',
    type: 'Chip',
    imports: ["import type { Chip } from '../chip';"],
  },
  {
    folder: 'server/engine/systems/catalogue',
    schema: 'system.schema.json',
    type: 'unknown',
    imports: [],
  },
];

/** The text of catalogue/index.ts for the files of the folder; a test compares it with what is committed. */
export function indexSource({ schema, type, imports }: CatalogueFolder, files: readonly string[]): string {
  const ids = files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
  const name = (id: string): string => `c_${id.replace(/[^a-z0-9]/g, '_')}`;
  return [
    '// Written by scripts/catalogueIndex.ts from the JSON files of this folder; do not edit.',
    ...imports,
    ...ids.map((id) => `import ${name(id)} from './${id}.json';`),
    '',
    `/** Every catalogue file as read; a test checks each against ${schema}. */`,
    'export const catalogue = [',
    ...ids.map((id) => `  ${name(id)},`),
    type === 'unknown' ? '] as readonly unknown[];' : `] as unknown as readonly ${type}[];`,
    '',
  ].join('\n');
}
