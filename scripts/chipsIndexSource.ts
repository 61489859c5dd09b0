/** The text of catalogue/index.ts for the files of the folder; a test compares it with what is committed. */
export function indexSource(files: readonly string[]): string {
  const ids = files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
  const name = (id: string): string => `c_${id.replace(/[^a-z0-9]/g, '_')}`;
  return [
    '// Written by scripts/chipsIndex.ts from the JSON files of this folder; do not edit.',
    "import type { Chip } from '../chip';",
    ...ids.map((id) => `import ${name(id)} from './${id}.json';`),
    '',
    '/** Every catalogue file as read; a test checks each against chip.schema.json. */',
    'export const catalogue = [',
    ...ids.map((id) => `  ${name(id)},`),
    '] as unknown as readonly Chip[];',
    '',
  ].join('\n');
}
