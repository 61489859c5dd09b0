import { infer } from '../../../server/engine/inference/infer';
import type { Graph, OperatorSet } from '../../../server/engine/graph/model';
import { problemMessage } from '../../../l10n/problems';
import { infos, modelOf, node } from '../inference/build';
import { tensorOf, type CheckAttribute } from './check';

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

/** Operators that are younger than those of the other tests. */
export const newest: readonly OperatorSet[] = [
  { domain: '', version: 24 },
  { domain: 'ai.onnx.ml', version: 5 },
  { domain: 'com.microsoft', version: 1 },
];

/** What is said of one node, in words. */
export async function said(
  operator: string,
  inputs: Readonly<Record<string, string>>,
  attributes: Readonly<Record<string, CheckAttribute>> = {},
  more: {
    readonly constants?: Readonly<Record<string, readonly number[]>>;
    readonly outputs?: string;
    readonly sets?: readonly OperatorSet[];
  } = {},
): Promise<readonly string[]> {
  const constants = Object.entries(more.constants ?? {});
  const graph: Partial<Graph> = {
    inputs: infos(inputs),
    initializers: constants.map(([name, list]) => tensorOf(name, 'int64', [list.length], list)),
    nodes: [
      node(
        operator,
        [...Object.keys(inputs), ...constants.map(([name]) => name)].join(', '),
        more.outputs ?? 'y',
        attributes,
      ),
    ],
  };
  const { problems } = await infer(modelOf(graph, [], more.sets), workload);
  const told = problems.filter(({ code }) => code !== 'inference.dimension-unbound');
  return told.map((one) => problemMessage('en', one));
}
