import { symbolsOf } from '../graph/dim';
import type { ValueType } from '../graph/model';
import type { Fact, MatrixShape, SubgraphRequest, Work } from '../operators/rule';
import type { FlatScope } from './flatModel';
import { workOfNode, type Counted } from './nodeWork';
import type { BodyUse } from './repeat';

/** Runs of nodes in bodies that are walked one run after another, in one pass over a model: some 100 ms. */
const mostNodeRuns = 20_000;

export interface RunFindings extends Counted {
  readonly uses: (BodyUse | undefined)[];
  /** Dimensions that rules made up. */
  readonly freshSymbols: ReadonlySet<string>;
}

/** Walks a body with what its formal inputs are given; gives what its outputs are then. */
type WalkBody = (inputs: SubgraphRequest['inputs']) => Promise<readonly Fact[]>;

/**
 * Bodies whose runs differ in size, such as those that take another slice in each run. They are walked one run after
 * another; what stays are the shapes of one run, and as work of a run the mean.
 */
export class Runs {
  /** By node. */
  readonly means = new Map<number, Work | null>();
  private left = mostNodeRuns;

  constructor(private readonly findings: RunFindings) {}

  /** Nodes that `runs` runs of a body would walk, when there is time for them; else undefined. */
  room(body: FlatScope, runs: number): number | undefined {
    // One is walked again at the end.
    const count = (runs + 1) * this.inside(body).reduce((sum, { nodes }) => sum + nodes.length, 0);
    return count <= this.left ? count : undefined;
  }

  /** A shape in the body has a size that no input has. */
  hasOpenSizes(body: FlatScope): boolean {
    const { flat, facts, freshSymbols } = this.findings;
    const isOpen = (type: ValueType | undefined): boolean =>
      type?.kind === 'tensor' &&
      type.shape?.some(
        (dim) => typeof dim !== 'number' && symbolsOf(dim).some((name) => freshSymbols.has(name)),
      ) === true;
    return this.inside(body).some(({ nodes }) =>
      nodes.some((node) => flat.nodes[node]!.outputs.some((id) => id !== null && isOpen(facts[id]?.type))),
    );
  }

  /**
   * Walks all runs that a rule asks for; gives what the last one gave.
   * @param tell hears how many runs there are where they differ in size
   */
  async follow(
    body: FlatScope,
    { inputs, repeat, next, shown }: SubgraphRequest,
    walk: WalkBody,
    tell: (runs: number) => void,
  ): Promise<readonly Fact[]> {
    const inside = this.inside(body);
    const sums = new RunSums(this.findings, inside);
    this.left -= this.room(body, repeat!) ?? 0;
    let results: readonly Fact[] = [];
    let kept = { size: -1, inputs };
    const sizes = new Set<number>();
    let runs = 0;
    for (let given: SubgraphRequest['inputs'] | undefined = inputs; given && runs < repeat!; runs++) {
      this.forget(inside);
      results = await walk(given);
      const size = sums.add(this.means);
      sizes.add(size);
      if (runs === shown || (shown === undefined && size > kept.size)) kept = { size, inputs: given };
      given = next!(runs + 1, results);
    }
    this.forget(inside);
    await walk(kept.inputs);
    this.forget(inside);
    sums.settle(this.means);
    this.findings.uses[body.index] = { repeat: runs, exclusive: false };
    if (sizes.size > 1) tell(runs);
    return results;
  }

  private forget(scopes: readonly FlatScope[]): void {
    for (const { nodes } of scopes) for (const node of nodes) this.means.delete(node);
  }

  /** The body and all scopes in it, which come after it. */
  private inside(body: FlatScope): FlatScope[] {
    const found = new Set<number>([body.index]);
    const { scopes } = this.findings.flat;
    for (let index = body.index + 1; index < scopes.length; index++) {
      const { parent } = scopes[index]!;
      if (parent !== null && found.has(parent)) found.add(index);
    }
    return [...found].map((index) => scopes[index]!);
  }
}

/** Numbers of a work in a row, so that they can be summed. */
function countsOf({ operations, bytes, touched }: Work): number[] {
  const { matrix, vector, special } = operations;
  const { weights, inputs, outputs } = bytes;
  const held = touched.held ?? 0;
  return [matrix, vector, special, weights, inputs, outputs, held, ...touched.inputs, ...touched.outputs];
}

function workFrom(counts: readonly number[], inputs: number, matrixShape: MatrixShape | undefined): Work {
  const [matrix = 0, vector = 0, special = 0, weights = 0, read = 0, written = 0, held = 0] = counts;
  const operands = counts.slice(7);
  return {
    operations: { matrix, vector, special },
    bytes: { weights, inputs: read, outputs: written },
    touched: {
      inputs: operands.slice(0, inputs),
      outputs: operands.slice(inputs),
      ...(held > 0 && { held }),
    },
    ...(matrixShape && { matrixShape }),
  };
}

/** Sum of the works of a node over runs; null once one is unknown. */
interface NodeSum {
  counts: number[] | null;
  readonly works: Work[];
}

/** Works of the nodes in a body, and runs of the scopes in it, over the runs of the body. */
class RunSums {
  private readonly nodes = new Map<number, NodeSum>();
  /** By scope, runs in each run of the body; null where unknown. */
  private readonly runs = new Map<number, (number | null)[]>();

  constructor(
    private readonly findings: RunFindings,
    private readonly scopes: readonly FlatScope[],
  ) {}

  /** Adds the run that was just walked; gives its operations and bytes together, unknown ones left out. */
  add(means: ReadonlyMap<number, Work | null>): number {
    let size = 0;
    const { flat, uses } = this.findings;
    this.scopes.forEach(({ index, parent, nodes }, place) => {
      const outer = place === 0 ? 1 : this.runs.get(parent!)!.at(-1)!;
      const own = place === 0 || !uses[index] ? 1 : uses[index].repeat;
      const runs = outer === 0 || own === 0 ? 0 : outer === null || own === null ? null : outer * own;
      const before = this.runs.get(index);
      if (before) before.push(runs);
      else this.runs.set(index, [runs]);
      for (const node of nodes) {
        const work = means.has(node) ? means.get(node)! : workOfNode(this.findings, flat.nodes[node]!);
        size += this.addNode(node, work, runs);
      }
    });
    return size;
  }

  private addNode(node: number, work: Work | null, runs: number | null): number {
    if (runs === 0) return 0;
    let sum = this.nodes.get(node);
    if (!sum) this.nodes.set(node, (sum = { counts: [], works: [] }));
    if (work === null || runs === null) sum.counts = null;
    if (work === null) return 0;
    const counts = countsOf(work);
    sum.works.push(work);
    if (sum.counts) counts.forEach((count, i) => (sum.counts![i] = (sum.counts![i] ?? 0) + count * runs!));
    return counts.slice(0, 6).reduce((all, count) => all + count, 0);
  }

  /** Means over all runs in the place of what the last walk left: works of one run, and runs of scopes per run around them. */
  settle(means: Map<number, Work | null>): void {
    this.scopes.forEach(({ index, parent, nodes }, place) => {
      const runs = totalOf(this.runs.get(index)!);
      for (const node of nodes) {
        const sum = this.nodes.get(node);
        if (sum) means.set(node, meanOf(sum, runs));
      }
      if (place === 0 || !this.findings.uses[index]) return;
      const outer = totalOf(this.runs.get(parent!)!);
      const all = this.runs.get(index)!;
      if (all.every((one) => one === all[0])) return;
      const repeat = runs === null || outer === null ? null : outer === 0 ? 0 : runs / outer;
      this.findings.uses[index] = { repeat, exclusive: false };
    });
  }
}

function totalOf(runs: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const one of runs) {
    if (one === null) return null;
    sum += one;
  }
  return sum;
}

/** The loop nest is that of the run whose products are nearest to the mean. */
function meanOf({ counts, works }: NodeSum, runs: number | null): Work | null {
  if (!counts || runs === null) return null;
  const mean = counts.map((count) => count / runs);
  const far = (work: Work): number => Math.abs(work.operations.matrix - mean[0]!);
  const nearest = works.reduce((best, work) => (far(work) < far(best) ? work : best));
  return workFrom(mean, nearest.touched.inputs.length, nearest.matrixShape);
}
