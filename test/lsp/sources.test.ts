import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import {
  sourceCostsRequest,
  sourceNamesRequest,
  sourceOfNodeRequest,
  summaryRequest,
} from '../../server/protocol';
import { formatterOf } from '../../l10n/format';
import { ModelFolder } from './modelFolder';

const folder = new ModelFolder('sources-');
const dynamo = (name: string): URL => new URL(`../fixtures/dynamo/${name}`, import.meta.url);

it('answers what the lines of the program take that PyTorch exported', async () => {
  const address = await folder.written('tagger.onnx', await readFile(dynamo('tagger.onnx')));
  const client = await folder.start({ settings: { chips: ['nvidia-t4'] } });
  const { uri } = await client.open(address);
  const { names } = await client.request(sourceNamesRequest, { uri });
  expect(names).toContain('tagger.py');
  // PyTorch's own files led to the nodes, too.
  expect(names).toContain('transformer.py');
  const text = await readFile(dynamo('tagger.py'), 'utf8');
  const { hints, lenses } = await client.request(sourceCostsRequest, {
    uri,
    path: '/home/me/tagger.py',
    text,
  });
  const lines = text.split('\n');
  const returned = lines.findIndex((line) => line.includes('return self.head('));
  const found = hints.find(({ line }) => line === returned)!;
  // All but the places come of the last line of forward: nearly the whole run.
  const { chips } = await client.request(summaryRequest, { uri });
  const total = chips[0]!.total.latencySeconds!.value!;
  const [, share] = /(\d+)%/.exec(found.label)!;
  expect(Number(share)).toBeGreaterThan(90);
  expect(lenses[0]!.title).toContain(formatterOf('en').seconds(total));
  expect(lenses.map(({ line }) => lines[line]!.trim().split(/[( ]/)[1])).toEqual(
    expect.arrayContaining(['Tagger', 'forward']),
  );
  const { frames } = await client.request(sourceOfNodeRequest, { uri, line: lenses.at(-1)!.target });
  expect(frames.at(-1)).toEqual({ file: '/home/user/tagger/tagger.py', line: returned });
});
