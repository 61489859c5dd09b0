import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/** Writes a table that is kept in the repository, in the form in which the formatter leaves it. */
export function saveJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
  execFileSync(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--write', path]);
}
