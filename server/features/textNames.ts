import type { Named, Range, Scope } from '../engine/formats/onnxText/places';
import type { NodePosition } from '../engine/formats/onnxText/positions';
import { nameText } from '../engine/formats/onnxText/words';
import type { Node } from '../engine/graph/model';
import type { Scheduler } from '../engine/scheduler';
import type { TextModel } from '../workspace/textModels';
import { meant } from './textFixes';
import type { TextProblems } from './textProblem';

/** Undefined names for which the one that was meant is sought: each is held against all that are visible. */
const soughtNames = 20;

/** Steps from node to node that are taken to see whether uses before their definition close a circle. */
const followedSteps = 100_000;

interface Definition {
  readonly range: Range;
  /** Place of the node in the order of the text; -1 for inputs and initializers. */
  readonly order: number;
}

/** Checks that every name is made once, before it is used, and not out of itself. */
export async function checkNames(
  model: TextModel,
  problems: TextProblems,
  scheduler: Scheduler,
): Promise<void> {
  const names = new NameCheck(model, problems);
  names.collectHeads();
  const { positions } = model.listing;
  // Definitions first: what is made later is out of order, not missing.
  for (const [order, node] of positions.nodes.entries()) {
    const turn = scheduler.tick();
    if (turn) await turn;
    names.define(node, order);
  }
  for (const [order, node] of positions.nodes.entries()) {
    const turn = scheduler.tick();
    if (turn) await turn;
    names.use(node, order);
  }
  names.useOutputs();
}

class NameCheck {
  private readonly defined = new Map<Scope, Map<string, Definition>>();
  /** Names that lines with syntax errors would have made: saying that they are missing would say it twice. */
  private readonly excused: ReadonlySet<string>;
  /** Scopes of the nodes, in the order of the text. */
  private readonly scopes: Scope[] = [];
  private followed = 0;
  private sought = 0;

  constructor(
    private readonly model: TextModel,
    private readonly problems: TextProblems,
  ) {
    this.excused = namesOfBrokenLines(model);
  }

  private get positions(): TextModel['listing']['positions'] {
    return this.model.listing.positions;
  }

  collectHeads(): void {
    for (const scope of this.positions.scopes) {
      const names = new Map<string, Definition>();
      this.defined.set(scope, names);
      this.addOnce(scope.inputs, names, new Set());
      // An initializer of an input's name is its default; two of one name are a mistake.
      this.addOnce(scope.initializers, names, new Set(names.keys()));
    }
  }

  private addOnce(list: readonly Named[], names: Map<string, Definition>, allowed: Set<string>): void {
    for (const { name, range } of list) {
      if (names.has(name) && !allowed.delete(name)) this.redefined(name, range);
      else if (!names.has(name)) names.set(name, { range, order: -1 });
    }
  }

  private redefined(value: string, range: Range): void {
    this.problems.add(range, 'error', 'text.redefined', { value });
  }

  define(node: Node, order: number): void {
    const position = this.positions.position(node);
    const names = position && this.defined.get(position.scope);
    if (!position || !names) return;
    this.scopes[order] = position.scope;
    position.outputs.forEach((range, i) => {
      const name = node.outputs[i];
      if (!name) return;
      if (names.has(name)) this.redefined(name, range);
      else names.set(name, { range, order });
    });
  }

  use(node: Node, order: number): void {
    const position = this.positions.position(node);
    if (!position) return;
    position.inputs.forEach((range, i) => {
      const name = node.inputs[i];
      if (name) this.check(name, range, position, order);
    });
  }

  private check(name: string, range: Range, position: NodePosition, order: number): void {
    const found = this.find(position.scope, name);
    if (!found) this.undefinedAt(name, range, position.scope, order);
    else if (found.order >= order) this.tooEarly(name, range, order, found);
  }

  private find(scope: Scope, name: string): Definition | undefined {
    for (let at: Scope | null = scope; at; at = at.parent) {
      const definition = this.defined.get(at)?.get(name);
      if (definition) return definition;
    }
    return undefined;
  }

  private undefinedAt(name: string, range: Range, scope: Scope, order: number): void {
    if (this.excused.has(name)) return;
    const intended = this.intended(name, scope, order);
    const fix =
      intended === undefined ? undefined : ({ kind: 'replace', range, newText: nameText(intended) } as const);
    this.problems.add(range, 'error', 'text.undefined', { value: name }, fix);
  }

  /** The visible name that was meant. Names of one or two letters are all alike. */
  private intended(name: string, scope: Scope, order: number): string | undefined {
    if (name.length <= 2 || ++this.sought > soughtNames) return undefined;
    const visible: string[] = [];
    for (let at: Scope | null = scope; at; at = at.parent) {
      for (const [other, definition] of this.defined.get(at) ?? []) {
        if (definition.order < order) visible.push(other);
      }
    }
    return meant(name, visible);
  }

  private tooEarly(value: string, range: Range, order: number, found: Definition): void {
    const isCircle = found.order === order || this.leadsTo(found.order, order);
    const code = isCircle ? 'text.cycle' : 'text.out-of-order';
    this.problems.add(range, 'error', code, { value, line: found.range.start.line + 1 });
  }

  /** True if the node at `from` needs, through others, what the node at `to` makes. */
  private leadsTo(from: number, to: number): boolean {
    const seen = new Set<number>();
    const open = [from];
    for (let order = open.pop(); order !== undefined; order = open.pop()) {
      if (order === to) return true;
      if (order < 0 || seen.has(order)) continue;
      if (++this.followed > followedSteps) return false;
      seen.add(order);
      const node = this.positions.nodes[order]!;
      const scope = this.scopes[order];
      if (!scope) continue;
      for (const name of node.inputs) open.push(this.find(scope, name)?.order ?? -1);
    }
    return false;
  }

  /** Outputs of graphs and functions that nobody makes. */
  useOutputs(): void {
    for (const scope of this.positions.scopes) {
      for (const { name, range } of scope.outputs) {
        const isMade =
          scope.kind === 'subgraph' ? this.find(scope, name) : this.defined.get(scope)?.get(name);
        if (!isMade && name !== '' && !this.excused.has(name)) {
          this.problems.add(range, 'error', 'text.output-undefined', { value: name });
        }
      }
    }
  }
}

/** Words before the `=` on lines with syntax errors. */
function namesOfBrokenLines({ listing, tokens }: TextModel): ReadonlySet<string> {
  const lines = new Set(
    listing.problems.flatMap(({ code, range }) =>
      range && code.startsWith('format.') ? [range.start.line, range.end.line] : [],
    ),
  );
  const names = new Set<string>();
  if (lines.size === 0) return names;
  for (const { kind, text, line } of tokens) {
    if (lines.has(line) && (kind === 'identifier' || kind === 'string' || kind === 'unknown'))
      names.add(text);
  }
  return names;
}
