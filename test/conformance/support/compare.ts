/** What profiles say of nodes against what the runtimes themselves said (answers.py). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { infer } from '../../../server/engine/inference/infer';
import type { Inference } from '../../../server/engine/inference/types';
import { planKernels } from '../../../server/engine/kernels/plan';
import type { RuntimeProfile } from '../../../server/engine/kernels/profile';
import { profileById } from '../../../server/engine/kernels/profile';
import { nodeSupport } from '../../../server/engine/kernels/support/support';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { uninterrupted } from '../../../server/engine/scheduler';

const folder = 'test/conformance/support';
const modelFolder = 'test/fixtures/models';

/** As answers.py writes it. */
interface Answers {
  readonly made: Readonly<Record<string, string>>;
  /** Probes that are not taken. */
  readonly refused: readonly string[];
  /** Probes that could not be judged, with the reason. */
  readonly apart: Readonly<Record<string, string>>;
  readonly models: Readonly<
    Record<
      string,
      {
        readonly sizes: Readonly<Record<string, number>>;
        readonly chip: readonly number[];
        readonly host: readonly number[];
      }
    >
  >;
}

/** How many nodes agree, and which do not. */
export interface Agreement {
  readonly same: number;
  readonly all: number;
  /** Taken by the runtime and not by the profile, and the other way round. */
  readonly onlyTheirs: readonly string[];
  readonly onlyOurs: readonly string[];
}

export function answeredRuntimes(): string[] {
  return readdirSync(join(folder, 'answers')).map((file) => file.replace(/\.json\.gz$/, ''));
}

export function readAnswers(runtime: string): Answers {
  return unpacked(`answers/${runtime}`) as Answers;
}

function unpacked(name: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(join(folder, `${name}.json.gz`))).toString());
}

/** The models of one node, judged by the profile and by the runtime. */
export async function compareProbes(runtime: string): Promise<Agreement> {
  const profile = profileById(runtime)!;
  const { refused, apart } = readAnswers(runtime);
  const isRefused = new Set(refused);
  const count = new Count();
  for (const [name, packed] of Object.entries(unpacked('probes') as Readonly<Record<string, string>>)) {
    if (name in apart) continue;
    const inference = await inferenceOf(Buffer.from(packed, 'base64'), {});
    const refusal = nodeSupport(profile, inference)(inference.nodes[0]!);
    count.add(name, refusal === null, !isRefused.has(name));
  }
  return count;
}

/** Nodes of a fixture that the runtime was asked about, judged by the kernel that has each. */
export async function compareModel(runtime: string, name: string): Promise<Agreement> {
  const profile = profileById(runtime)!;
  const answer = readAnswers(runtime).models[name]!;
  const file = readdirSync(modelFolder).find((one) => one === `${name}.onnx` || one === `${name}.onnx.gz`)!;
  const bytes = readFileSync(join(modelFolder, file));
  const model = file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  const inference = await inferenceOf(model, bindingsOf(answer.sizes));
  const runs = await runsIn(inference, profile);
  const count = new Count();
  for (const [nodes, isTheirs] of [
    [answer.chip, true],
    [answer.host, false],
  ] as const)
    for (const index of nodes) {
      const isOurs = runs(index);
      const { operator, name: label } = inference.nodes[index]!.node;
      if (isOurs !== null) count.add(`${operator} ${label}`, isOurs, isTheirs);
    }
  return count;
}

/** Whether a node runs on the chip; null where nothing of it runs. */
async function runsIn(
  inference: Inference,
  profile: RuntimeProfile,
): Promise<(index: number) => boolean | null> {
  const plan = await planKernels(inference, profile, uninterrupted);
  const refusal = nodeSupport(profile, inference);
  return (index) => {
    if (plan.kernelOfNode[index]! < 0) return null;
    return plan.covered?.[index] === 1 || refusal(inference.nodes[index]!) === null;
  };
}

async function inferenceOf(
  bytes: Uint8Array,
  bindings: Readonly<Record<string, number>>,
): Promise<Inference> {
  const { value } = await readOnnx(memorySource(bytes), uninterrupted);
  const workload = { bindings, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  return infer(value!, workload, {}, uninterrupted);
}

/** Bindings for sizes by name; a sum is left to its parts. */
function bindingsOf(sizes: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(sizes).filter(([name]) => /^\w+$/.test(name)));
}

class Count implements Agreement {
  same = 0;
  all = 0;
  readonly onlyTheirs: string[] = [];
  readonly onlyOurs: string[] = [];

  add(name: string, isOurs: boolean, isTheirs: boolean): void {
    this.all++;
    if (isOurs === isTheirs) this.same++;
    else (isOurs ? this.onlyOurs : this.onlyTheirs).push(name);
  }
}
