import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { sparsityRequest } from '../../server/protocol';
import { fixture, TestClient } from './client';

let folder: string;
let client: TestClient;
const uriOf = (name: string): string => pathToFileURL(join(folder, name)).toString();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparsity-'));
  await writeFile(join(folder, 'tiny-mlp.onnx'), await fixture('tiny-mlp.onnx'));
  await writeFile(join(folder, 'resnet50.onnx'), await fixture('resnet50.onnx'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => client.stop());

it('reads weights of the file itself and answers with a page', async () => {
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
  const { uri } = await client.open(uriOf('tiny-mlp.onnx'));
  const { text } = await client.request(sparsityRequest, { uri });
  expect(text).toContain('| Tensors that are multiplied by | 3 |');
  expect(text).toContain('| 0% | 0% | no | Gemm | float\\[24,16\\] | 1 | fc1.weight |');
  // The chosen chip first, then those that know the pattern.
  expect(text).toMatch(/nvidia-t4 \|.*does not skip zeros/);
  expect(text).toMatch(/nvidia-a100-sxm-80gb \|.*no tensor is in the pattern/);
});

it('reads external data of the folder, all zeros here, and says what is missing', async () => {
  client = await TestClient.inProcess({
    settings: { chips: ['nvidia-h100-sxm'], precision: 'fp16' },
    locale: 'ko',
  });
  const { uri } = await client.open(uriOf('resnet50.onnx'));
  const missing = await client.request(sparsityRequest, { uri });
  expect(missing.text).toContain('개의 가중치가 든 “resnet50.data” 파일이 없거나');
  const data = join(folder, 'resnet50.data');
  await writeFile(data, '');
  // 102 MB of zeros, most of which no disk has to hold.
  await truncate(data, 110_000_000);
  const { text } = await client.request(sparsityRequest, { uri });
  expect(text).not.toContain('파일이 없거나');
  expect(text).toContain('| 2:4 패턴인 가중치 | 100% |');
  expect(text).toMatch(/nvidia-h100-sxm \| [\d.,]+ [µm]s \| [\d.,]+ [µm]s \| 런타임이 희소 커널을 쓰면 이득/);
});
