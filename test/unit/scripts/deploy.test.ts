import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseArguments } from '../../../server/cli/arguments';

const read = (name: string): string => readFileSync(`deploy/${name}`, 'utf8');

/** What programs are started with. */
function commandsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    (name === 'args' || name === 'command') && Array.isArray(inner) ? [inner as string[]] : commandsIn(inner),
  );
}

describe('files for Compose and Kubernetes', () => {
  it.each([
    ['docker-compose.yml', [parse(read('docker-compose.yml')) as unknown]],
    [
      'kubernetes.yaml',
      parseAllDocuments(read('kubernetes.yaml')).map((document) => document.toJS() as unknown),
    ],
  ])('%s starts commands that there are, and a server that keeps what it is told', (_name, documents) => {
    const commands = documents.flatMap(commandsIn);
    const ours = commands.filter(([first]) => first === 'worker' || first === 'sweep');
    expect(ours.map(([first]) => first).sort()).toEqual(['sweep', 'worker']);
    for (const words of ours) {
      const parsed = parseArguments(words);
      expect(parsed.text('queue')).toMatch(/^redis:\/\/[a-z-]+:6379$/);
    }
    const server = commands.find(([first]) => first === 'valkey-server')!.join(' ');
    expect(server).toContain('--appendonly yes');
    expect(server).toContain('--maxmemory-policy noeviction');
  });
});
