import { readdirSync, readFileSync } from 'node:fs';
import type { RuleSources } from './operatorPage';

/** Files that list operators without stating their rules. */
const lists = new Set(['table.ts', 'rule.ts', 'schema.ts', 'index.ts']);

/** Reads the sources of all operator rules, in the order of their paths. */
export function operatorSources(folder = 'server/engine/operators'): RuleSources {
  // Checks have no rules, and names of their own that look like operators.
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('checks'))
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !lists.has(path.slice(path.lastIndexOf('/') + 1)))
    .sort();
  return new Map(paths.map((path) => [path, readFileSync(`${folder}/${path}`, 'utf8')]));
}
