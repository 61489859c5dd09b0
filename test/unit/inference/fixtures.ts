import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { memorySource } from '../../../server/engine/graph/byteSource';
import type { Model } from '../../../server/engine/graph/model';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { uninterrupted } from '../../../server/engine/scheduler';

const models = 'test/fixtures/models';
const expectedFolder = 'test/fixtures/expected';

/** Names of all fixtures. */
export const fixtureNames: readonly string[] = readdirSync(models)
  .map((file) => /^(.*)\.onnx(?:\.gz)?$/.exec(file)?.[1])
  .filter((name): name is string => name !== undefined);

function readMaybeZipped(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    return gunzipSync(readFileSync(`${path}.gz`));
  }
}

export async function readFixture(name: string): Promise<Model> {
  const { value } = await readOnnx(
    memorySource(readMaybeZipped(join(models, `${name}.onnx`))),
    uninterrupted,
  );
  if (!value) throw new Error(`${name} cannot be read`);
  return value;
}

export interface ExpectedRun {
  readonly label: string;
  readonly bindings: Readonly<Record<string, number>>;
  readonly matrixFlops: number;
  readonly inputs: Readonly<Record<string, ExpectedValue>>;
  /** Every node output as ONNX Runtime measured it; null dimensions depend on data. */
  readonly outputs: Readonly<Record<string, ExpectedValue>>;
}

interface ExpectedValue {
  readonly dtype: string;
  readonly shape: readonly (number | null)[];
}

export function expectedRuns(name: string): readonly ExpectedRun[] {
  const text = new TextDecoder().decode(readMaybeZipped(join(expectedFolder, `${name}.json`)));
  return (JSON.parse(text) as { runs: ExpectedRun[] }).runs;
}
