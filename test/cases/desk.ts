import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Report } from '../../server/engine/report/types';

/** An input that once went wrong, and what is right. `got` states in words what the product did; equal words are right. */
export interface Case {
  readonly name: string;
  readonly expected: string;
  got(desk: Desk): string | Promise<string>;
}

/** What a command line did. */
export interface Done {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
  /** True when it had to be ended after a minute. */
  readonly hung: boolean;
}

/** The command line as built. */
export const cli = resolve('dist/cli.js');
const fixtures = resolve('test/fixtures/models');

/** A folder of its own for one case, and the product as built. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'siliconlens-case-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
    return name;
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  names(): string[] {
    return readdirSync(this.folder).sort();
  }

  fixture(name: string): Buffer {
    return readFileSync(join(fixtures, name));
  }

  /** A program in the folder; a minute at most. */
  run(program: string, words: readonly string[], input = ''): Done {
    const done = spawnSync(program, words, {
      cwd: this.folder,
      input,
      encoding: 'utf8',
      timeout: 60_000,
      killSignal: 'SIGKILL',
      maxBuffer: 1 << 28,
      env: { ...process.env, LANG: 'en_US.UTF-8', LC_ALL: '', NODE_OPTIONS: '' },
    });
    return { code: done.status, out: done.stdout, error: done.stderr, hung: done.signal === 'SIGKILL' };
  }

  /** The command line of the product. */
  cli(...words: readonly string[]): Done {
    return this.run(process.execPath, [cli, ...words]);
  }

  /** The report of a model; throws with what the command line said where there is none. */
  report(...words: readonly string[]): Report {
    const { out, error } = this.cli('analyze', ...words, '--format', 'json');
    if (out === '') throw new Error(error.trim());
    return JSON.parse(out) as Report;
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The first line of what a refused command said, or that it was not refused. */
export function refusal({ code, error, hung }: Done): string {
  if (hung) return 'hung';
  return code === 0
    ? 'done'
    : `refused: ${
        error
          .trim()
          .split('\n')[0]
          ?.replace(/^siliconlens: /, '') ?? ''
      }`;
}
