import { describe, expect, it } from 'vitest';
import { layer, net, tinyNet } from '../unit/formats/openvino/ir';
import { ModelFolder } from './modelFolder';

const folder = new ModelFolder('openvino-');

describe('an OpenVINO model', () => {
  it('opens as a listing with hovers', async () => {
    const client = await folder.start();
    await folder.written('tiny.bin', new Uint8Array(24));
    const document = await client.open(await folder.written('tiny.xml', tinyNet()));
    expect(document.listing?.state).toBe('ok');
    expect(await document.hoverText(document.at('openvino.MatMul'))).toContain('MatMul');
  });

  it('takes shapes from the file of weights beside it', async () => {
    const client = await folder.start();
    // [2, -1] as 64-bit integers.
    await folder.written('shaped.bin', new Uint8Array(new BigInt64Array([2n, -1n]).buffer));
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
    const document = await client.open(await folder.written('shaped.xml', text));
    expect(await document.hoverText(document.at('r = openvino'))).toContain('float[2,12]');
  });

  it('is listed as far as it goes', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('cut.xml', tinyNet().slice(0, 900)));
    expect(document.listing?.state).toBe('partial');
    const { items } = (await document.diagnostics()) as { items: readonly { code: string }[] };
    expect(items.map(({ code }) => code)).toContain('format.damaged');
  });
});
