/** What profiles say of nodes against what the runtimes themselves said (answers.py). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { readModel } from '../../../server/engine/formats/index';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { infer } from '../../../server/engine/inference/infer';
import type { Inference } from '../../../server/engine/inference/types';
import { planKernels } from '../../../server/engine/kernels/plan';
import type { RuntimeProfile } from '../../../server/engine/kernels/profile';
import { profileById } from '../../../server/engine/kernels/profile';
import { nodeSupport } from '../../../server/engine/kernels/support/support';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { uninterrupted } from '../../../server/engine/scheduler';
import reasons from './reasons.json';

/** The profile of each Ethos-U that Vela was asked about. */
const velaProfiles: Readonly<Record<string, string>> = {
  'arm-ethos-u55-256': 'tflite-ethos-u',
  'arm-ethos-u85': 'tflite-ethos-u85',
};
const plain = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
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

/** Of 1; of nothing to compare all agree. */
export function shareOf({ same, all }: Agreement): number {
  return all === 0 ? 1 : same / all;
}

/** The least share of a comparison, and why it is less than what all others reach. */
export function expectedOf(name: string): { readonly least: number; readonly reason?: string } {
  const known: Readonly<Record<string, { readonly least: number; readonly reason: string }>> = reasons;
  return known[name] ?? { least: 0.98 };
}

export function answeredRuntimes(): string[] {
  const files = readdirSync(join(folder, 'answers')).map((file) => file.replace(/\.json\.gz$/, ''));
  return files.filter((name) => profileById(name));
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
  return infer(value!, { ...plain, bindings }, {}, uninterrupted);
}

/** Bindings for sizes by name; a sum is left to its parts. */
function bindingsOf(sizes: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(sizes).filter(([name]) => /^\w+$/.test(name)));
}

/** Results of operators of TFLite networks that Vela leaves to the CPU, by network and chip, with its reasons; as vela.py writes it. */
interface VelaAnswers {
  readonly made: Readonly<Record<string, string>>;
  readonly networks: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
}

export function velaAnswers(): VelaAnswers {
  return unpacked('answers/vela') as VelaAnswers;
}

/** Operators of a TFLite network on a chip, judged by the profile for Ethos-U and by Vela. */
export async function compareNetwork(name: string, chipId: string): Promise<Agreement> {
  const packed = (unpacked('networks') as Readonly<Record<string, string>>)[name]!;
  const source = memorySource(Buffer.from(packed, 'base64'));
  const { value } = await readModel(source, `${name}.tflite`, uninterrupted);
  const workload = { ...plain, runtime: velaProfiles[chipId]! };
  const prepared = await prepare(value!, workload, uninterrupted);
  const analysis = await costsOn(prepared, chipById(chipId)!, uninterrupted);
  const { plan, cost } = analysis;
  const refused = velaAnswers().networks[name]![chipId]!;
  const count = new Count();
  for (const { node, index } of prepared.inference.nodes) {
    const kernel = cost.kernels[plan.kernelOfNode[index]!];
    if (kernel)
      count.add(`${node.operator} ${node.outputs[0]}`, kernel.unit === 0, !(node.outputs[0]! in refused));
  }
  return count;
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
