import { describe, expect, it } from 'vitest';
import { reportOf, siliconlens, temporaryFolder } from './commandLine';

const path = temporaryFolder().write(
  'm.onnxtxt',
  `<ir_version: 8, opset_import: ["" : 19]>
g (float[1, 4, 8, 8] x) => (float[1, 4, 8, 8] z)
{
  a = Relu (x)
  b = Erf (a)
  c = AveragePool <kernel_shape = [3, 3], pads = [2, 2, 2, 2], dilations = [2, 2]> (b)
  z = Erf (c)
}
`,
);

describe('what runs on the host', () => {
  it('has its reason in the JSON of each kernel', async () => {
    const { chips } = await reportOf(path, '--chip', 'qualcomm-snapdragon-8gen3-hexagon');
    const kernels = chips[0]!.kernels.filter(({ nodes }) => nodes.length > 0);
    // onnxruntime-qnn 2.7.0 has no Erf, and says of such a pool that it "only supports dilations 1".
    const erf = { code: 'operator', operator: 'Erf', what: '', found: '', allowed: '' };
    expect(kernels.map(({ placement, refusal }) => [placement, refusal])).toEqual([
      ['chip', undefined],
      ['host', erf],
      [
        'host',
        { code: 'attribute', operator: 'AveragePool', what: 'dilations', found: '[2, 2]', allowed: '1' },
      ],
      ['host', erf],
    ]);
  });

  it('is a table of reasons in the printed report', async () => {
    const { out } = await siliconlens('analyze', path, '--chip', 'qualcomm-snapdragon-8gen3-hexagon');
    const at = out.indexOf('Why kernels run on the host instead of qualcomm-snapdragon-8gen3-hexagon');
    const rows = out.slice(at).split('\n').slice(3, 5).sort();
    expect(rows[0]).toMatch(/^Qualcomm QNN \(HTP\) has no Erf +2 /);
    expect(rows[1]).toMatch(/^Qualcomm QNN \(HTP\) runs AveragePool only with dilations 1, not \[2, 2\] +1 /);
  });
});
