import { describe, expect, it } from 'vitest';
import { costsOn, prepare, type ChipAnalysis, type Prepared } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Bindings } from '../../../server/engine/graph/dim';

/** Of classes whose laws, hosts and default runtimes differ. */
const chips = ['nvidia-t4', 'intel-xeon-8480', 'apple-m4-ane', 'hailo-8', 'google-tpu-v5e'];

async function analysed(
  text: string,
  bindings: Bindings = {},
): Promise<{ prepared: Prepared; found: ChipAnalysis[] }> {
  const { value } = await parseOnnxText(text, uninterrupted);
  const workload = { bindings, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const prepared = await prepare(value!, workload, uninterrupted);
  const found: ChipAnalysis[] = [];
  for (const id of chips) found.push(await costsOn(prepared, chipById(id)!, uninterrupted));
  return { prepared, found };
}

/** A graph x float[32, 32] -> y, in opset 18. */
const graph = (body: string, type = 'float[N, M]'): string =>
  `<ir_version: 8, opset_import: ["" : 18, "my.ops" : 1]>
g (float[32, 32] x) => (${type} y)
{
${body}
}
`;

describe('a total of which parts are unknown', () => {
  it('is a lower bound of what is known, by the number of nodes that are not', async () => {
    const { prepared, found } = await analysed(
      graph('a = Exp (x)\nb = NonZero (a)\nc = Cast <to = 1> (b)\ny = Sqrt (c)'),
    );
    // Exp and NonZero read what is known, but NonZero writes and Cast and Sqrt read as much as is not 0.
    expect(prepared.operations).toEqual({
      value: 32 * 32,
      isLowerBound: true,
      unknownNodes: 3,
      atMost: null,
    });
    for (const { cost, fit } of found) {
      const { latencySeconds, operations, throughput } = cost.total;
      expect(latencySeconds).toMatchObject({ isLowerBound: true, unknownNodes: 3 });
      const known = cost.kernels.reduce((sum, { seconds }) => sum + (seconds?.value ?? 0), 0);
      expect(latencySeconds!.value).toBeCloseTo(known, 12);
      expect(latencySeconds!.value).toBeGreaterThan(0);
      expect(operations.value).toBe(32 * 32);
      expect(throughput).toBeNull();
      // Two tensors of 32 x 32 floats at one time, or, held in fp16 or int8, what that takes.
      expect(fit.leastBytes).toBeGreaterThanOrEqual(2 * 32 * 32);
      expect(fit.highWaterBytes).toBeNull();
    }
  });

  it('is never 0 where nothing is known', async () => {
    const { prepared, found } = await analysed(graph('a = NonZero (x)\ny = Cast <to = 1> (a)'));
    expect(prepared.operations.value).toBeNull();
    for (const { cost } of found) {
      expect(cost.total.latencySeconds).toBeNull();
      expect(cost.total.joules).toBeNull();
      expect(cost.total.operations).toMatchObject({ value: null, isLowerBound: true, unknownNodes: 2 });
      expect(cost.total.bytes).toMatchObject({ value: null, isLowerBound: true, unknownNodes: 2 });
    }
  });

  it('has no time where the chip cannot run a kernel', async () => {
    const { found } = await analysed(graph('a = Exp (x)\nb = NonZero (a)\ny = Cast <to = 1> (b)'));
    const loihi = chipById('intel-loihi2')!;
    const prepared = (await analysed(graph('a = Exp (x)\ny = Sqrt (a)'))).prepared;
    expect(found).toHaveLength(chips.length);
    const { cost } = await costsOn(prepared, loihi, uninterrupted);
    expect(cost.total.latencySeconds).toBeNull();
  });

  it('is one where an error was found, although all shapes are known', async () => {
    const { found } = await analysed(graph('a = Relu <no_such = 1> (x)\ny = Exp (a)', 'float[32, 32]'));
    for (const { cost, fit } of found) {
      expect(cost.total.latencySeconds).toMatchObject({ isLowerBound: true, unknownNodes: 0, atMost: null });
      expect(cost.total.throughput).toBeNull();
      expect(fit).toMatchObject({ fits: null, fitsUnknown: 'partial' });
    }
  });
});
