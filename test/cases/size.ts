import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { refusal, type Case, type Desk } from './desk';

/** A chain of nodes as text. */
function chain(nodes: number): string {
  const lines = Array.from({ length: nodes }, (_, i) => `  v${i + 1} = Relu (v${i})`);
  return `<ir_version: 10, opset_import: ["" : 18]>
g (float[1, 8] v0) => (float[1, 8] v${nodes})
{
${lines.join('\n')}
}
`;
}

/** Functions that each call the one before twice: 2^depth nodes when written out. */
function doubling(depth: number): string {
  const body = (call: string): string => `{\n  t = ${call} (x)\n  y = ${call} (t)\n}\n`;
  const head = '<domain: "local", opset_import: ["" : 18, "local" : 1]>';
  const functions = Array.from(
    { length: depth },
    (_, i) => `${head}\nF${i} (x) => (y)\n${body(i === 0 ? 'Relu' : `local.F${i - 1}`)}`,
  );
  return `<ir_version: 10, opset_import: ["" : 18, "local" : 1]>
g (float[1, 8] x) => (float[1, 8] y)
{
  y = local.F${depth - 1} (x)
}
${functions.join('')}`;
}

/** Exit code, characters printed and highest memory of a command line whose output is too large to hold. */
function measured(
  desk: Desk,
  ...words: readonly string[]
): { code: string; characters: number; megabytes: number } {
  // The shell counts, so that no string has to hold the output; getrusage of the children gives the memory.
  const script = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ${JSON.stringify([resolve('dist/cli.js'), ...words])}, { stdio: ['ignore', 'pipe', 'inherit'] });
    let characters = 0, highest = 0;
    const look = setInterval(() => {
      try {
        const status = require('node:fs').readFileSync('/proc/' + child.pid + '/status', 'utf8');
        highest = Math.max(highest, Number(/VmHWM:\\s+(\\d+)/.exec(status)?.[1] ?? 0));
      } catch {}
    }, 50);
    child.stdout.on('data', (data) => { characters += data.length; });
    child.on('close', (code) => { clearInterval(look); console.log(JSON.stringify({ code: String(code), characters, megabytes: highest / 1000 })); });
  `;
  const done = spawnSync(process.execPath, ['-e', script], {
    cwd: desk.folder,
    encoding: 'utf8',
    timeout: 300_000,
  });
  return JSON.parse(done.stdout) as { code: string; characters: number; megabytes: number };
}

/** Models and reports that are large, or small and written to grow. */
export const size: readonly Case[] = [
  {
    name: '250,000 nodes: listing and analysis',
    expected: 'done, done',
    got(desk) {
      desk.write('m.onnxtxt', chain(250_000));
      const listing = refusal(desk.cli('listing', 'm.onnxtxt', '--out', 'listing.txt'));
      return `${listing}, ${refusal(desk.cli('analyze', 'm.onnxtxt', '--chip', 'nvidia-t4', '--out', 'report.txt'))}`;
    },
  },
  {
    name: '24,000 nodes on 48 chips as JSON',
    expected: 'exit 0, more characters than a string holds',
    got(desk) {
      desk.write('m.onnxtxt', chain(24_000));
      const all = JSON.parse(desk.cli('chips', '--format', 'json').out) as { id: string; class: string }[];
      const chips = all
        .filter((chip) => chip.class === 'gpu' || chip.class === 'cpu' || chip.class === 'npu')
        .slice(0, 48);
      const words = [
        'analyze',
        'm.onnxtxt',
        '--format',
        'json',
        ...chips.flatMap(({ id }) => ['--chip', id]),
      ];
      const { code, characters } = measured(desk, ...words);
      return `exit ${code}, ${characters > 0x1fffffe8 ? 'more characters than a string holds' : `${characters} characters`}`;
    },
  },
  {
    name: 'thirty functions that call each other twice',
    expected: 'listing, and costs or a reason below 300 MB',
    got(desk) {
      desk.write('m.onnxtxt', doubling(30));
      const listing = refusal(desk.cli('listing', 'm.onnxtxt'));
      const { code, characters, megabytes } = measured(desk, 'analyze', 'm.onnxtxt', '--chip', 'nvidia-t4');
      // Exit 1: the report has the model in part, and the reason.
      const answered = ['0', '1'].includes(code) && characters > 0 && megabytes < 300;
      return `${listing === 'done' ? 'listing' : listing}, ${answered ? 'and costs or a reason below 300 MB' : `exit ${code}, ${megabytes.toFixed(0)} MB`}`;
    },
  },
];
