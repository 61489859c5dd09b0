import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A room of the house: a folder, or the files that lie directly in one. */
export interface Room {
  readonly name: string;
  readonly files: readonly string[];
}

const engine = 'server/engine';
/** Folders that are a room each, with everything below them. The rooms of the engine are found by its folders. */
const folders: Readonly<Record<string, string>> = {
  workspace: 'server/workspace',
  features: 'server/features',
  cli: 'server/cli',
  node: 'server/node',
  extension: 'extension',
  webview: 'webview',
  l10n: 'l10n',
  outside: 'outside',
};

/** Every room, by paths relative to the root of the repository. */
export function rooms(root: string): Room[] {
  const inEngine = readdirSync(join(root, engine), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, files: below(root, `${engine}/${name}`) }));
  const others = Object.entries(folders).map(([name, folder]) => ({ name, files: below(root, folder) }));
  const loose = [
    { name: 'engine', files: directlyIn(root, engine) },
    { name: 'server', files: directlyIn(root, 'server') },
  ];
  return [...inEngine, ...others, ...loose].filter(({ files }) => files.length > 0);
}

const isSource = (name: string): boolean => name.endsWith('.ts') && !name.endsWith('.d.ts');

function directlyIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter(isSource)
    .map((name) => `${folder}/${name}`)
    .filter((path) => !isGenerated(root, path));
}

function below(root: string, folder: string): string[] {
  const inside = readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  const deeper = inside.filter((path) => statSync(join(root, path)).isDirectory());
  return [...directlyIn(root, folder), ...deeper.flatMap((path) => below(root, path))];
}

function isGenerated(root: string, path: string): boolean {
  return /^\/\/ .*do not edit/.test(readFileSync(join(root, path), 'utf8'));
}
