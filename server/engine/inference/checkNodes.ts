import type { Model, Node } from '../graph/model';
import { checkNode, type NodeReport } from '../operators/nodeChecks';
import { canonicalDomain } from '../operators/domain';
import { problem } from '../problem';
import type { Problem } from '../problem';
import type { Steps } from '../scheduler';
import { expansionSteps } from './expansion';
import type { FlatModel } from './flatModel';

/**
 * Holds every node against the facts about its operator. What is wrong with a node of a function is said once, however often
 * the function is called; an import that is missing once for all nodes that need it.
 * @returns by node: 1 where an error was found
 */
export function* checkNodes(
  model: Model,
  flat: FlatModel,
  tell: (problem: Problem) => void,
): Steps<Uint8Array> {
  const { functions } = yield* expansionSteps(model);
  const faulty = new Uint8Array(flat.nodes.length);
  const broken = new Map<Node, boolean>();
  const missing = new Map<ReadonlyMap<string, number>, Set<string | number>>();
  for (const { index, node, scope } of flat.nodes) {
    yield;
    const known = broken.get(node);
    if (known !== undefined) {
      faulty[index] = known ? 1 : 0;
      continue;
    }
    const { versions } = flat.scopes[scope]!;
    if (node.isUnfinished) faulty[index] = 1;
    const isOpen = model.isPartial === true && !versions.has(canonicalDomain(node.domain));
    const report: NodeReport = (severity, code, args, part) => {
      // The import may stand in the part that was not read: which version is meant is not known then.
      if ((isOpen || node.isUnfinished) && code !== 'operator.unknown') return;
      if (severity === 'error') faulty[index] = 1;
      const found = problem(severity, code, args as never, { node: index, ...(part && { part }) });
      if (found.code === 'operator.opset-missing') {
        const said = missing.get(versions) ?? new Set();
        if (said.has(found.args.domain)) return;
        missing.set(versions, said.add(found.args.domain));
      }
      // Told once for all nodes of the operator, when it is known what follows from them.
      if (found.code !== 'operator.unknown') tell(found);
    };
    checkNode(node, versions, functions.called(node), report);
    if (flat.scopes[scope]!.function) broken.set(node, faulty[index] === 1);
  }
  return faulty;
}
