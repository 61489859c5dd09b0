import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { layer, net, tinyNet } from '../unit/formats/openvino/ir';
import { TestClient } from './client';

let folder: string;
let client: TestClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openvino-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => client.stop());

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return pathToFileURL(path).toString();
}

describe('an OpenVINO model', () => {
  it('opens as a listing with hovers', async () => {
    client = await TestClient.inProcess();
    await written('tiny.bin', new Uint8Array(24));
    const document = await client.open(await written('tiny.xml', tinyNet()));
    expect(document.listing?.state).toBe('ok');
    expect(await document.hoverText(document.at('openvino.MatMul'))).toContain('MatMul');
  });

  it('takes shapes from the file of weights beside it', async () => {
    client = await TestClient.inProcess();
    // [2, -1] as 64-bit integers.
    await written('shaped.bin', new Uint8Array(new BigInt64Array([2n, -1n]).buffer));
    const text = net(
      [
        layer(0, 'Parameter', { name: 'x', data: 'shape="6,4" element_type="f32"', outputs: [[6, 4]] }),
        layer(1, 'Const', {
          name: 's',
          data: 'element_type="i64" shape="2" offset="0" size="16"',
          outputs: [[2]],
        }),
        layer(2, 'Reshape', {
          name: 'r',
          data: 'special_zero="true"',
          inputs: [[6, 4], [2]],
          outputs: [[-1, -1]],
        }),
        layer(3, 'Result', { inputs: [[-1, -1]] }),
      ],
      ['0 0 2 0', '1 0 2 1', '2 2 3 0'],
    );
    const document = await client.open(await written('shaped.xml', text));
    expect(await document.hoverText(document.at('r = openvino'))).toContain('float[2,12]');
  });

  it('is listed as far as it goes', async () => {
    client = await TestClient.inProcess();
    const document = await client.open(await written('cut.xml', tinyNet().slice(0, 900)));
    expect(document.listing?.state).toBe('partial');
    const { items } = (await document.diagnostics()) as { items: readonly { code: string }[] };
    expect(items.map(({ code }) => code)).toContain('format.damaged');
  });
});
