import { expect, it } from 'vitest';
import { deviceLines, modelExtras } from '../../../server/features/extrasHover';
import { modelOf, node } from './analysed';
import { onnxOrigin } from '../../../server/engine/graph/origin';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `d${i}`);

it('lists eight of what a file has without end', () => {
  const configuration = (count: number) => ({ name: 'pod', deviceCount: count, devices: names(count) });
  const lines = (count: number): string[] =>
    modelExtras(modelOf({}, { origin: onnxOrigin({ deviceConfigurations: [configuration(count)] }) }), 'en');
  expect(lines(2)[0]).toMatch(/`pod` × 2 \(`d0`, `d1`\)$/);
  expect(lines(65_536)[0]).toMatch(/`pod` × 65,536 \(`d0`, .*`d7`, …\)$/);
  const placed = (count: number) =>
    node('MatMul', ['x', 'w'], ['y'], {
      devices: names(count).map((name) => ({ configuration: name, pipelineStage: null, shardings: [] })),
    });
  // A line and a blank one for each.
  expect(deviceLines(placed(3), 'en')).toHaveLength(6);
  expect(deviceLines(placed(1000), 'en')).toHaveLength(16);
});
