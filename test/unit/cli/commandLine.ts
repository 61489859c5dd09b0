import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { run } from '../../../server/cli/run';
import type { Report } from '../../../server/engine/report/types';

/** What a command printed, and how it ended. */
export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs a command in English. */
export async function siliconlens(...words: string[]): Promise<Printed> {
  const printed = { out: '', error: '' };
  const code = await run(words, {
    out: (text) => (printed.out += text),
    error: (text) => (printed.error += text),
    locale: 'en_US.UTF-8',
  });
  return { code, ...printed };
}

/** The report of a model as JSON. */
export async function reportOf(path: string, ...words: string[]): Promise<Report> {
  return JSON.parse((await siliconlens('analyze', path, '--format', 'json', ...words)).out) as Report;
}

/** A folder that is gone after the tests of a file. */
export function temporaryFolder(): {
  readonly path: string;
  readonly write: (name: string, content: string | Uint8Array) => string;
} {
  const path = mkdtempSync(join(tmpdir(), 'siliconlens-cli-'));
  afterAll(() => rmSync(path, { recursive: true }));
  return {
    path,
    write(name, content) {
      writeFileSync(join(path, name), content);
      return join(path, name);
    },
  };
}
