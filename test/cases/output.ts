import { pathToFileURL } from 'node:url';
import { TestClient } from '../lsp/client';
import { refusal, type Case, type Desk } from './desk';

/** A model of one node with an input of that name. */
function named(name: string): string {
  const quoted = JSON.stringify(name);
  return `<ir_version: 10, opset_import: ["" : 18]>
g (float[batch, 8] ${quoted}) => (float[batch, 8] y)
{
  y = Relu (${quoted})
}
`;
}

/** Runs what `verify` prints under a shell, with stubs for the tools; answers what the model's name made. */
function injected(desk: Desk, shell: string, name: string): string {
  desk.write('m.onnxtxt', named(name));
  const done = desk.cli('verify', 'm.onnxtxt', '--chip', 'nvidia-t4');
  if (done.code !== 0) return refusal(done).split(':')[0]!;
  desk.write('bin/trtexec', '#!/bin/sh\n');
  const before = desk.names().join();
  const ran = desk.run('env', [`PATH=${desk.path('bin')}:/usr/bin:/bin`, shell, '-s'], done.out);
  if (ran.code === 127 && ran.error.includes(shell)) return 'nothing';
  const made = desk.names().filter((one) => !before.split(',').includes(one));
  return made.length === 0 ? 'nothing' : `made ${made.join()}`;
}

const ownChip = (id: string): string =>
  JSON.stringify({ schemaVersion: 1, id, name: 'P', extends: 'nvidia-t4' });

/** What reaches shells, terminals, tables and the keys of objects. */
export const output: readonly Case[] = [
  ...['sh', 'dash', 'bash', 'zsh'].map((shell): Case => ({
    name: `the script of verify under ${shell} with a name that closes its quotes`,
    expected: 'nothing',
    got: (desk) => injected(desk, shell, "x'; touch broken; echo '$(touch broken)`touch broken`"),
  })),
  {
    name: 'verify with a name that hides letters',
    expected: 'refused',
    got: (desk) => injected(desk, 'sh', "x\u200b'; touch broken; #"),
  },
  {
    name: 'a chip of one’s own with the id constructor',
    expected: 'an analysis of nvidia-t4',
    got(desk) {
      desk.write('.siliconlens/chips/constructor.json', ownChip('constructor'));
      desk.write('m.onnxtxt', named('x'));
      return `an analysis of ${desk.report('m.onnxtxt', '--chip', 'nvidia-t4').chips[0]?.id}`;
    },
  },
  {
    name: 'a pattern of settings on which matchers never end',
    expected: 'costs',
    async got(desk) {
      const model = `${'a'.repeat(60)}.onnx`;
      desk.write(model, desk.fixture('tiny-conv.onnx'));
      const models = { [`${'*a'.repeat(12)}b`]: { phase: 'decode' } };
      const client = await TestClient.spawned('dist/server.js', 'stdio', { settings: { models } });
      const late = setTimeout(() => client.process?.kill('SIGKILL'), 20_000);
      const document = await client.open(pathToFileURL(desk.path(model)).href);
      const lenses = await document.lenses().catch(() => []);
      clearTimeout(late);
      await client.stop();
      return lenses.length > 0 ? 'costs' : 'no answer';
    },
  },
  {
    name: 'a name with the escapes of a terminal',
    expected: 'no escape is printed',
    got(desk) {
      desk.write('m.onnxtxt', named('x').replace('y = Relu', '["\\u{1b}]0;owned\\u{7}"] y = Relu'));
      const { out, error } = desk.cli('analyze', 'm.onnxtxt');
      return /[\u0007\u001b]/.test(out + error) ? 'ESCAPES' : 'no escape is printed';
    },
  },
  {
    name: 'a name that a spreadsheet would run',
    expected: 'no cell begins with =',
    got(desk) {
      desk.write('m.onnxtxt', named('x').replace('y = Relu', '["=HYPERLINK(A1)"] y = Relu'));
      const { out } = desk.cli('analyze', 'm.onnxtxt', '--format', 'csv');
      return /(^|,)"?=/m.test(out) ? out : 'no cell begins with =';
    },
  },
];
