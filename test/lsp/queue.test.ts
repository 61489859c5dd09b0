import { CancellationTokenSource } from 'vscode-languageserver/node';
import { afterEach, expect, it } from 'vitest';
import { listingOf } from '../../server/address';
import { listingRequest } from '../../server/protocol';
import type { ListingResult } from '../../server/protocol';
import { int, part, text, varint } from '../unit/formats/wire';
import { TestClient } from './client';

/** 3,000 nodes, which take several reads, and 17 MB of weights. */
function large(): Uint8Array {
  const bytes = 17 * 1024 * 1024;
  const nodes = Array.from({ length: 3000 }, (_, i) =>
    part(1, text(1, `v${i}`), text(2, `v${i + 1}`), text(3, `a name of some length ${i}`), text(4, 'Relu')),
  ).flat();
  const tensor = [...text(8, 'w'), ...int(1, bytes), ...int(2, 3), ...varint(9 * 8 + 2), ...varint(bytes)];
  const graph = [...nodes, ...varint(5 * 8 + 2), ...varint(tensor.length + bytes), ...tensor];
  const head = [...int(1, 8), ...varint(7 * 8 + 2), ...varint(graph.length + bytes), ...graph];
  return Buffer.concat([Uint8Array.from(head), Buffer.alloc(bytes)]);
}

const names = ['a', 'b', 'c', 'd'];
const uriOf = (name: string): string => `vscode-vfs://h/${name}.onnx`;
const bytes = large();
let client: TestClient;

/** Which files the server reads, in order, each stretch once; looks at size and time are no reads. */
async function watched(): Promise<string[]> {
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
  const stretches: string[] = [];
  for (const name of names) {
    const read = (from: number, to: number): Uint8Array => {
      if (stretches.at(-1) !== name) stretches.push(name);
      return bytes.subarray(from, to);
    };
    client.files.set(uriOf(name), { length: bytes.length, subarray: read } as unknown as Uint8Array);
  }
  return stretches;
}

afterEach(() => client.stop());

it('large files that are opened at once are read one after another', async () => {
  const stretches = await watched();
  const documents = await Promise.all(names.map((name) => client.open(uriOf(name))));
  expect(stretches).toEqual(names);
  for (const { listing, text: shown } of documents) {
    expect(listing?.state).toBe('ok');
    expect(shown).toContain('v3000 = Relu (v2999)');
  }
});

it('a file that waits for its turn is not read once nobody waits for it', async () => {
  const stretches = await watched();
  const tokens = names.map(() => new CancellationTokenSource());
  const answers = names.map((name, i) =>
    client.connection
      .sendRequest<ListingResult>(listingRequest, { uri: listingOf(uriOf(name)) }, tokens[i]!.token)
      .then(
        ({ state }) => state,
        () => 'cancelled',
      ),
  );
  await expect.poll(() => stretches.length, { interval: 1 }).toBeGreaterThan(0);
  tokens[1]!.cancel();
  tokens[2]!.cancel();
  expect(await Promise.all(answers)).toEqual(['ok', 'cancelled', 'cancelled', 'ok']);
  expect(stretches).toEqual(['a', 'd']);
});
