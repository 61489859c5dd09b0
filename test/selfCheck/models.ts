import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { onnx } from 'onnx-proto';
import { publishedConfiguration } from '../unit/lower/published';

const fixtures = 'test/fixtures/models';

/** Models of the self-check, written into a folder: by name, where they lie. */
export function writeModels(folder: string): (name: string) => string {
  mkdirSync(folder, { recursive: true });
  for (const name of ['resnet50.onnx', 'mobilenetv2.onnx'])
    writeFileSync(join(folder, name), gunzipSync(readFileSync(join(fixtures, `${name}.gz`))));
  writeFileSync(join(folder, 'speech-lstm-gru.onnx'), readFileSync(join(fixtures, 'speech-lstm-gru.onnx')));
  writeMlp(folder);
  const configurations = { bert: 'bert-base-uncased', distilbert: 'distilbert-base', llama: 'Llama-2-70b' };
  for (const [name, title] of Object.entries(configurations)) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'config.json'), JSON.stringify(publishedConfiguration(title)));
  }
  return (name) => join(folder, name);
}

/**
 * The network MLP0 of the paper on TPU v1 (Jouppi et al. 2017, table 1): five layers with 20 million weights and ReLU, as 2,000 x
 * 2,000 each. Its weights are a file without content.
 */
function writeMlp(folder: string): void {
  const width = 2000;
  const layers = [0, 1, 2, 3, 4];
  const bytes = width * width * 4;
  const external = (at: number): { key: string; value: string }[] => [
    { key: 'location', value: 'mlp0.weights' },
    { key: 'offset', value: String(at * bytes) },
    { key: 'length', value: String(bytes) },
  ];
  const type = {
    tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'batch' }, { dimValue: width }] } },
  };
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'mlp0',
      input: [{ name: 'x0', type }],
      output: [{ name: 'x5', type }],
      initializer: layers.map((at) => ({
        name: `w${at}`,
        dims: [width, width],
        dataType: 1,
        dataLocation: 1,
        externalData: external(at),
      })),
      node: layers.flatMap((at) => [
        { opType: 'MatMul', input: [`x${at}`, `w${at}`], output: [`y${at}`] },
        { opType: 'Relu', input: [`y${at}`], output: [`x${at + 1}`] },
      ]),
    },
  };
  writeFileSync(
    join(folder, 'mlp0.onnx'),
    onnx.ModelProto.encode(onnx.ModelProto.fromObject(model)).finish(),
  );
  writeFileSync(join(folder, 'mlp0.weights'), '');
  truncateSync(join(folder, 'mlp0.weights'), layers.length * bytes);
}
