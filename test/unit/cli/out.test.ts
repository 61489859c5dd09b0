import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { int, modelOf, part, text } from '../formats/wire';
import { siliconlens } from './commandLine';

const fixtures = join(__dirname, '../../fixtures');
let folder = '';
const at = (name: string): string => join(folder, name);

/** y = x + w, where w lies in a file beside the model. */
function withExternalData(): Uint8Array {
  const value = (field: number, name: string): number[] =>
    part(field, text(1, name), part(2, part(1, int(1, 1), part(2, part(1, int(1, 2))))));
  const location = part(13, text(1, 'location'), text(2, 'weights.bin'));
  return modelOf([
    part(1, text(1, 'x'), text(1, 'w'), text(2, 'y'), text(3, 'add'), text(4, 'Add')),
    part(5, int(1, 2), int(2, 1), text(8, 'w'), location, int(14, 1)),
    value(11, 'x'),
    value(12, 'y'),
  ]);
}

/** The files of a project, by what they are. */
const inputs = {
  model: 'm.onnx',
  'external data': 'weights.bin',
  profile: 'run.json',
  settings: 'settings.json',
  'chip file': 'mine.json',
  'chip of the project': '.siliconlens/chips/own.json',
} as const;
type Input = keyof typeof inputs;

let place: { mockRestore(): void };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'siliconlens-out-'));
  mkdirSync(at('.siliconlens/chips'), { recursive: true });
  mkdirSync(at('a'));
  writeFileSync(at('m.onnx'), withExternalData());
  writeFileSync(at('weights.bin'), Buffer.alloc(8, 7));
  writeFileSync(at('run.json'), readFileSync(join(fixtures, 'profiles/tiny-conv.onnxruntime.json')));
  writeFileSync(at('settings.json'), '{ "siliconlens.chips": ["nvidia-t4"] }');
  writeFileSync(at('mine.json'), '{ "id": "mine", "name": "Mine", "extends": "amd-epyc-9654" }');
  writeFileSync(at('.siliconlens/chips/own.json'), '{ "id": "own", "name": "Own", "extends": "nvidia-t4" }');
  place = vi.spyOn(process, 'cwd').mockReturnValue(folder);
});
afterEach(() => {
  place.mockRestore();
  rmSync(folder, { recursive: true, force: true });
});

/** Ways to name a file: each makes what it needs and gives the name. */
const spellings: readonly (readonly [string, (name: string) => string])[] = [
  ['its name', at],
  ['another spelling', (name) => `${folder}/./a/../${name}`],
  [
    'a symbolic link',
    (name) => {
      symlinkSync(at(name), at('soft'));
      return at('soft');
    },
  ],
  [
    'a hard link',
    (name) => {
      linkSync(at(name), at('hard'));
      return at('hard');
    },
  ],
];

/** Every command that writes, and what it is made from. */
const chipOption = (): string[] => ['--chip', at('mine.json')];
const settings = (): string[] => ['--settings', at('settings.json')];
const conv = join(fixtures, 'models/tiny-conv.onnx');
const commands: readonly (readonly [string, () => string[], readonly Input[]])[] = [
  [
    'analyze',
    () => ['analyze', at('m.onnx'), ...chipOption(), ...settings()],
    ['model', 'external data', 'settings', 'chip file', 'chip of the project'],
  ],
  [
    'analyze with a profile',
    () => ['analyze', conv, ...chipOption(), '--profile', at('run.json')],
    ['profile', 'chip file'],
  ],
  [
    'sparsity',
    () => ['sparsity', at('m.onnx'), ...chipOption(), ...settings()],
    ['model', 'external data', 'settings', 'chip file', 'chip of the project'],
  ],
  ['listing', () => ['listing', at('m.onnx')], ['model', 'external data', 'chip of the project']],
  [
    'verify of a node',
    () => ['verify', at('m.onnx'), '--node', 'add', ...chipOption(), ...settings()],
    ['model', 'external data', 'settings', 'chip file', 'chip of the project'],
  ],
  [
    'verify',
    () => ['verify', at('m.onnx'), ...chipOption(), ...settings()],
    ['model', 'external data', 'settings', 'chip file', 'chip of the project'],
  ],
  [
    'calibrate',
    () => ['calibrate', conv, '--profile', at('run.json'), ...chipOption(), ...settings()],
    ['profile', 'settings', 'chip file'],
  ],
  ['chips', () => ['chips', '--format', 'json'], ['chip of the project']],
];

describe('--out', () => {
  describe.each(commands)('of %s', (name, words, made) => {
    // What calibrate writes is tested with it: it needs a longer profile.
    it.skipIf(name === 'calibrate')('writes somewhere', async () => {
      const { code, error } = await siliconlens(...words(), '--out', at('result'));
      expect({ code, error: code === 0 ? '' : error }).toEqual({ code: 0, error: '' });
      expect(readdirSync(folder)).toContain('result');
    });

    it.each(made)('is never its %s, however that is named', async (input) => {
      const file = inputs[input];
      const before = readFileSync(at(file));
      for (const [spelling, named] of spellings) {
        const target = named(file);
        const { code, out, error } = await siliconlens(...words(), '--out', target);
        expect({ spelling, code, out }).toEqual({ spelling, code: 1, out: '' });
        expect(error).toContain(
          `${target} is an input of this result and is not overwritten; name another file`,
        );
        expect(readFileSync(at(file)), spelling).toEqual(before);
        expect(readdirSync(folder).filter((one) => one.endsWith('.tmp'))).toEqual([]);
      }
    });
  });

  it.skipIf(process.platform === 'win32')('ends as a pipe that is closed early ends a program', async () => {
    execFileSync('mkfifo', [at('fifo')]);
    const reader = open(at('fifo'), 'r').then(async (handle) => {
      await handle.read(new Uint8Array(1), 0, 1);
      await handle.close();
    });
    // More than a pipe holds: 64 KiB on Linux.
    const ended = await siliconlens('chips', '--format', 'json', '--out', at('fifo'));
    await reader;
    // What a shell says of `cat large | head -1`: 128 + SIGPIPE (13), and not a word.
    expect(ended).toEqual({ code: 141, out: '', error: '' });
  });
});
