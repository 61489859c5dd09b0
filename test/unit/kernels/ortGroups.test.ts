import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { infer } from '../../../server/engine/inference/infer';
import type { Inference } from '../../../server/engine/inference/types';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';
import { fixtureNames, readFixture } from '../inference/fixtures';

const folder = join(__dirname, '../../fixtures/ort-groups');

/** How ONNX Runtime groups the nodes of a fixture; nodes by their first output (fixtures/README.md). */
interface Groups {
  readonly bindings: Readonly<Record<string, number>>;
  readonly levels: {
    readonly ORT_ENABLE_ALL: {
      readonly groups: readonly { readonly kernel: string; readonly nodes: readonly string[] }[];
      readonly folded: readonly string[];
      readonly eliminated: readonly string[];
    };
  };
}

function readGroups(name: string): Groups {
  return JSON.parse(gunzipSync(readFileSync(join(folder, `${name}.json.gz`))).toString()) as Groups;
}

/** For each node the nodes of its kernel as one text; '' where none runs it. */
async function ownGroups(inference: Inference): Promise<Map<string, string>> {
  const plan = await planKernels(inference, profileById('onnxruntime-cpu')!, uninterrupted);
  const nameOf = (index: number): string => inference.nodes[index]!.node.outputs[0]!;
  const found = new Map(inference.nodes.map((node) => [node.node.outputs[0]!, '']));
  for (const kernel of plan.kernels) {
    const names = kernel.nodes.map(nameOf);
    for (const name of names) found.set(name, [...names].sort().join('|'));
  }
  return found;
}

describe("kernels of onnxruntime-cpu against ONNX Runtime's own graph", () => {
  it('has a table for every fixture', () => {
    const tables = readdirSync(folder).map((file) => file.replace(/\.json\.gz$/, ''));
    expect(tables.sort()).toEqual([...fixtureNames].sort());
  });

  it.each(fixtureNames)('%s: at least 95 %% of nodes agree', async (name) => {
    const { bindings, levels } = readGroups(name);
    const workload = { bindings, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    const inference = await infer(await readFixture(name), workload, {}, uninterrupted);
    const own = await ownGroups(inference);
    const theirs = new Map<string, string>();
    const { groups, folded, eliminated } = levels.ORT_ENABLE_ALL;
    for (const group of groups) {
      for (const node of group.nodes) theirs.set(node, [...group.nodes].sort().join('|'));
    }
    for (const node of [...folded, ...eliminated]) theirs.set(node, '');
    expect([...theirs.keys()].sort()).toEqual([...own.keys()].sort());
    // Constants agree by definition and would flatter the share.
    const counted = inference.nodes
      .filter((node) => node.inputs.length > 0)
      .map((node) => node.node.outputs[0]!);
    const agreeing = counted.filter((node) => own.get(node) === theirs.get(node)).length;
    const share = agreeing / counted.length;
    console.log(`${name}: ${agreeing} of ${counted.length} nodes agree (${(100 * share).toFixed(1)} %)`);
    expect(share).toBeGreaterThanOrEqual(0.95);
  });
});
