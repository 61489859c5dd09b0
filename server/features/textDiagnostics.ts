import type { Range, Scope } from '../engine/formats/onnxText/places';
import type { NodePosition } from '../engine/formats/onnxText/positions';
import type { ModelFunction } from '../engine/graph/model';
import { checkNode } from '../engine/operators/nodeChecks';
import { canonicalDomain } from '../engine/operators/domain';
import { problem } from '../engine/problem';
import type { Problem } from '../engine/problem';
import { Query } from '../engine/query';
import type { Scheduler } from '../engine/scheduler';
import type { Analysis, PlacedProblem } from '../workspace/analysis';
import { flatIndices, positionOf } from '../workspace/nodeIndex';
import { importedVersion, importsOf } from '../workspace/textModels';
import type { TextModel } from '../workspace/textModels';
import { politely } from '../workspace/turns';
import { partRange } from './diagnostics';
import { operatorFix, rootOf } from './operatorFixes';
import { checkNames } from './textNames';
import { TextProblems } from './textProblem';
import type { TextProblem } from './textProblem';

const limit = 1000;

/** What the checks of names say better, because they know the places. */
const replacedCodes: ReadonlySet<string> = new Set([
  'inference.value-undefined',
  'inference.value-redefined',
  'inference.output-undefined',
  'inference.graph-cycle',
  'inference.nodes-out-of-order',
]);

const results = new Query<Analysis, Promise<readonly TextProblem[]>>();

/** What is wrong with a hand-written text beyond its syntax; found once per analysis. */
export function textProblems(model: TextModel, analysis: Analysis): Promise<readonly TextProblem[]> {
  return results.at(analysis, () => check(model, analysis, politely()));
}

/** The problems of an analysis with those of its text in place of vaguer ones. */
export function withTextProblems(
  problems: readonly PlacedProblem[],
  own: readonly TextProblem[],
): readonly PlacedProblem[] {
  const kept = problems.filter((one) => !replacedCodes.has(one.code) && !isOfOperators(one));
  // What is only begun is no damaged file.
  const begun = kept.map((one): PlacedProblem =>
    one.code === 'format.no-graph' ? { ...one, code: 'text.no-graph' } : one,
  );
  return [...begun, ...own];
}

async function check(
  model: TextModel,
  analysis: Analysis,
  scheduler: Scheduler,
): Promise<readonly TextProblem[]> {
  const problems = new TextProblems(limit);
  const nodes = new NodeProblems(analysis, problems);
  const { positions } = model.listing;
  for (const found of analysis.inference.problems) if (isOfOperators(found)) nodes.add(found);
  for (const node of positions.nodes) {
    const turn = scheduler.tick();
    if (turn) await turn;
    // What no call leads to has no shapes, but may be mistaken all the same.
    if (flatIndices(analysis.inference, node).length > 0) continue;
    const position = positions.position(node);
    if (position) nodes.checkUnused(position);
  }
  await checkNames(model, problems, scheduler);
  return problems.list;
}

/** What the engine has against a node by the facts about its operator; here it gets its place and, if it can be, its fix. */
function isOfOperators({ code }: Problem): boolean {
  return code.startsWith('operator.');
}

/** The problems of nodes in their places. */
class NodeProblems {
  private readonly missingImports = new Set<string>();
  private readonly functions: ReadonlyMap<string, ModelFunction>;
  private readonly brokenLines: ReadonlySet<number>;

  constructor(
    private readonly analysis: Analysis,
    private readonly problems: TextProblems,
  ) {
    const { listing } = analysis;
    this.functions = new Map(
      listing.model.functions.map((one) => [functionKey(one.domain, one.name, one.overload), one]),
    );
    this.brokenLines = new Set(
      listing.problems.flatMap(({ code, range }) =>
        range && code.startsWith('format.') ? [range.start.line] : [],
      ),
    );
  }

  /** A problem that inference found. */
  add(found: Problem): void {
    const position = found.node === null ? undefined : positionOf(this.analysis, found.node);
    if (position) this.place(found, position);
  }

  checkUnused(position: NodePosition): void {
    const { node, scope } = position;
    const imports = importsOf(this.analysis.listing, scope);
    const versions = new Map(
      imports.map(({ domain }) => [canonicalDomain(domain), importedVersion(imports, domain) ?? 1]),
    );
    const called = this.functions.get(functionKey(node.domain, node.operator, node.overload));
    checkNode(node, versions, called, (severity, code, args, part) =>
      this.place(problem(severity, code, args as never, { ...(part && { part }) }), position),
    );
  }

  private place(found: Problem, position: NodePosition): void {
    // What a broken statement lacks was said already.
    if (!tellsOfName.has(found.code) && this.isBroken(position.range)) return;
    const range = partRange(position, found.part);
    if (found.code === 'operator.opset-missing') {
      const key = `${rootName(position.scope)}\n${found.args.domain}`;
      // Once is enough: one line mends all nodes.
      if (this.missingImports.has(key)) return;
      this.missingImports.add(key);
    }
    const fix = operatorFix(found, position, range, this.analysis);
    this.problems.put({ ...found, range, ...(fix && { fix }) });
  }

  private isBroken({ start, end }: Range): boolean {
    if (this.brokenLines.size === 0) return false;
    for (let line = start.line; line <= end.line; line++) if (this.brokenLines.has(line)) return true;
    return false;
  }
}

/** Wrong whatever else the statement lacks. */
const tellsOfName: ReadonlySet<string> = new Set([
  'operator.opset-missing',
  'operator.later',
  'operator.unknown',
  'operator.deprecated',
]);

function functionKey(domain: string, name: string, overload: string): string {
  return `${canonicalDomain(domain)}\n${name}\n${overload}`;
}

/** Functions bring imports of their own; the name and place tell them apart. */
function rootName(scope: Scope): string {
  const root = rootOf(scope);
  return root.kind === 'function' ? `${root.name.start.line}:${root.name.start.character}` : '';
}
