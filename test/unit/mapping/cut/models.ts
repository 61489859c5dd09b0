import { prepare, type Prepared } from '../../../../server/engine/analyse';
import { parseOnnxText } from '../../../../server/engine/formats/onnxText/parse';
import { planKernels } from '../../../../server/engine/kernels/plan';
import { profileById } from '../../../../server/engine/kernels/profile';
import { chainOf, type Chain } from '../../../../server/engine/mapping/cut/chain';
import { uninterrupted } from '../../../../server/engine/scheduler';
import type { Workload } from '../../../../server/engine/workload';

export const workload: Workload = {
  bindings: {},
  phase: 'inference',
  precision: 'as-stored',
  runtime: null,
};

const head = '<ir_version: 10, opset_import: ["" : 21, "local" : 1]>';

/** A model from the textual syntax, without its first line. */
export async function preparedText(text: string): Promise<Prepared> {
  const { value, problems } = await parseOnnxText(`${head} ${text}`, uninterrupted);
  if (!value) throw new Error(JSON.stringify(problems));
  return prepare(value, workload, uninterrupted);
}

/** Its chain for runtimes that fuse as the named profiles do. */
export async function chainIn(prepared: Prepared, ...profiles: readonly string[]): Promise<Chain> {
  const plans = [];
  for (const id of profiles)
    plans.push(await planKernels(prepared.inference, profileById(id)!, uninterrupted));
  return chainOf(prepared.inference, plans);
}

/** Names of the values that cross each cut, the raw ones with a star. */
export function crossingNames({ inference }: Prepared, { cuts, spans }: Chain): string[][] {
  return cuts.map((cut) =>
    spans
      .filter(({ from, to }) => from <= cut && cut <= to)
      .map(({ value, isRaw }) => `${inference.values[value]!.name}${isRaw ? '*' : ''}`)
      .sort(),
  );
}
