import { expect, it } from 'vitest';
import { phasesRequest, summaryRequest } from '../../server/protocol';
import { TestClient } from './client';

/** A cache of 64 bytes for each token of a sequence, beside a product. */
const decoder = `<ir_version: 10, opset_import: ["": 21]>
decoder (float[batch,1,past,16] past_key, float[batch,1,sequence,16] new, float[batch,sequence,4] x) => (float[batch,1,total,16] present_key, float[batch,sequence,4] y)
<float[4,4] w = {1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16}>
{
  present_key = Concat <axis = 2> (past_key, new)
  y = MatMul (x, w)
}
`;

it('answers with both phases of a model on a chosen chip, as the report has them', async () => {
  const settings = { chips: ['nvidia-l4'], phase: 'decode' };
  const client = await TestClient.inProcess({ settings });
  const { uri } = await client.openText('file:///decoder.onnxtxt', decoder);
  const asked = { uri, prompt: 40, context: 128, accepted: 1 };
  const { phases } = await client.request(phasesRequest, { ...asked, chip: 'nvidia-l4' });
  const { chips, workload } = await client.request(summaryRequest, { uri });
  expect(workload.dimensions.find(({ name }) => name === 'past')?.value).toBe(128);
  expect(phases!.decode!.seconds).toBe(chips[0]!.total.latencySeconds!.value);
  expect(phases).toMatchObject({ batch: 1, prompt: 40, context: 128, answer: 256 });
  expect(phases!.batches.map(({ size }) => size).slice(0, 3)).toEqual([1, 2, 4]);
  // Two tokens of each step by speculation: half the time for each.
  const two = await client.request(phasesRequest, { ...asked, chip: 'nvidia-l4', accepted: 2 });
  expect(two.phases!.decode!.seconds).toBe(phases!.decode!.seconds! / 2);
  expect(await client.request(phasesRequest, { ...asked, chip: 'nvidia-t4' })).toEqual({ phases: null });
  await client.stop();
});
