import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;
beforeAll(async () => (bench = await Workbench.open('assistants')));
afterAll(() => bench?.close());

it('gives the assistants of VS Code tools, which answer what the command line does', async () => {
  await bench.openModel('tiny-conv.onnx');
  const list = bench.command('workbench.mcp.listServer');
  const items = bench.page.locator('.quick-input-list .monaco-list-row');
  await items.filter({ hasText: 'Siliconlens' }).first().click();
  await items.filter({ hasText: 'Start Server' }).first().click();
  await list;
  const names = () => bench.inHost((api) => api.lm.tools.map(({ name }) => name));
  await bench.until(async () => (await names()).includes('mcp_siliconlens_analyze_model'), 'the tools');
  const answer = await bench.inHost(async (api) => {
    const input = { model: 'tiny-conv.onnx', chips: ['nvidia-l4'] };
    const options = { input, toolInvocationToken: undefined };
    return JSON.stringify(await api.lm.invokeTool('mcp_siliconlens_analyze_model', options));
  });
  // 469 is what torch counts of the model.
  expect(answer).toContain('| Parameters | 469 |');
  expect(answer).toContain('| nvidia-l4 | tensorrt (default) | fp32 |');
});
