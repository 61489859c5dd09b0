import { entryOf } from '../../../outside/table';
import { symbolsOf } from '../graph/dim';
import type { Model, ValueType } from '../graph/model';
import type { OperatorClass, Work } from '../operators/rule';
import { problem } from '../problem';
import type { Problem } from '../problem';
import { mapPolitely, runPolitely, uninterrupted, type Scheduler, type Steps } from '../scheduler';
import type { Workload } from '../workload';
import { cleanType, collectSymbols, givenInputs, type InputBindings } from './bindings';
import { checkNodes } from './checkNodes';
import type { FlatModel, FlatNode, FlatScope } from './flatModel';
import { flatten } from './flatten';
import { workOfNode } from './nodeWork';
import { scopeRepeats } from './repeat';
import { walkSized } from './sizes/choose';
import type { BoundSymbol, InferredNode, InferredValue, Inference, Scope } from './types';
import { Trait } from './traits';
import { Walk } from './walk';
import { bytesOfFact, bytesOfStrings, noWork } from './work';

export interface InferOptions {
  /** Drops value_info and declared output types, so that only rules speak. */
  readonly ignoreDeclared?: boolean;
  /** Leaves symbols without a binding symbolic instead of giving them sizes (sizes/). */
  readonly keepSymbols?: boolean;
}

/** More problems of one run help nobody; the last one says that others were left out. */
const maximumProblems = 1000;

/** Shapes, types, constants and work of every node of a model under a workload. */
export async function infer(
  model: Model,
  workload: Workload,
  options: InferOptions = {},
  scheduler: Scheduler = uninterrupted,
): Promise<Inference> {
  const remarks = new Remarks(model.isPartial === true);
  const report = (problem: Problem): void => remarks.add(problem);
  const flat = await flatten(model, options, scheduler, report);
  const faulty = await runPolitely(checkNodes(model, flat, report), scheduler);
  if (options.keepSymbols) {
    const input = givenInputs(model.graph, workload.bindings);
    const start = { flat, faulty, input, userBindings: workload.bindings };
    const walk = new Walk(start, scheduler, { report });
    await walk.run();
    return new InferenceBuilder(walk, options, remarks).gather(scheduler);
  }
  const { walk, problems } = await walkSized({ model, flat, faulty }, workload, scheduler);
  problems.forEach(report);
  return new InferenceBuilder(walk, options, remarks).gather(scheduler);
}

/** Names that nobody makes: a node or a line that made them is missing. */
const tellsOfMissing: ReadonlySet<string> = new Set([
  'inference.value-undefined',
  'inference.output-undefined',
]);

/** What was not written out: bodies with nodes of their own. */
const tellsOfCut: ReadonlySet<string> = new Set([
  'inference.expansion-too-large',
  'inference.nesting-too-deep',
]);

/** What is told of a run, up to a limit, and whether all of the model is there. */
class Remarks {
  readonly problems: Problem[] = [];
  isPartial: boolean;
  isFaulty = false;

  /** @param isModelPartial the file could not be read as a whole, and a problem of its own says why */
  constructor(private readonly isModelPartial: boolean) {
    this.isPartial = isModelPartial;
  }

  add(found: Problem): void {
    const isMissing = tellsOfMissing.has(found.code);
    if (isMissing || tellsOfCut.has(found.code)) this.isPartial = true;
    if (found.severity === 'error' && found.node !== null) this.isFaulty = true;
    // What made the name may stand in the part that was not read: blaming the model would mislead.
    if (isMissing && this.isModelPartial) return;
    const { problems } = this;
    if (problems.length < maximumProblems) problems.push(found);
    else if (problems.length === maximumProblems) {
      problems.push(problem('information', 'inference.more-problems', { limit: maximumProblems }));
    }
  }
}

/** Turns the facts of a finished walk into the result that later rooms read. */
class InferenceBuilder {
  private readonly flat: FlatModel;
  private readonly input: InputBindings;

  constructor(
    private readonly walk: Walk,
    private readonly options: InferOptions,
    private readonly remarks: Remarks,
  ) {
    this.flat = walk.flat;
    this.input = walk.input;
  }

  async gather(scheduler: Scheduler): Promise<Inference> {
    const works = await mapPolitely(this.flat.nodes, scheduler, (node) => this.workOfNode(node));
    // Of what is computed at load time nothing is left to decide between branches.
    const atRun = works.map((work, index) => (this.walk.folded[index] ? noWork : work));
    const { repeats, choices } = await runPolitely(scopeRepeats(this.flat, this.walk.uses, atRun), scheduler);
    for (const { node, taken } of choices) {
      const { name, outputs, operator } = this.flat.nodes[node]!.node;
      // Many exporters name no nodes: what it makes tells which one it is.
      const args = { node: name || outputs.find((output) => output !== '') || operator, taken };
      this.remarks.add(problem('information', 'inference.branch-dearest-counts', args, { node }));
    }
    const symbols = [...this.input.symbols, ...(await runPolitely(this.freshSymbols(), scheduler))];
    for (const { name, origin } of symbols) {
      if (origin !== 'unbound' || this.options.keepSymbols) continue;
      this.remarks.add(problem('warning', 'inference.dimension-unbound', { name }));
    }
    return {
      nodes: await mapPolitely(this.flat.nodes, scheduler, (node) =>
        this.node(node, works[node.index]!, repeats[node.scope]!),
      ),
      values: await mapPolitely(this.flat.values, scheduler, (value) => this.value(value.id)),
      scopes: this.flat.scopes.map((scope): Scope => ({
        index: scope.index,
        parent: scope.parent,
        holder: scope.holder,
        name: scope.name,
        inputs: scope.inputs,
        outputs: scope.outputs,
        arguments: this.argumentsOf(scope),
      })),
      problems: this.remarks.problems,
      isPartial: this.remarks.isPartial,
      isFaulty: this.remarks.isFaulty,
      symbols,
      names: await runPolitely(this.names(), scheduler),
    };
  }

  private *names(): Steps<ReadonlySet<string>> {
    const names = new Set([...this.input.names, ...this.walk.freshSymbols, ...this.walk.askedNames]);
    for (const value of this.flat.values) {
      yield;
      collectSymbols(cleanType(value.declared, value.name), names);
    }
    return names;
  }

  /** What a call passes to the body of its function: formal inputs that it leaves out are none of the scope's. */
  private argumentsOf({ index, holder, inputs }: FlatScope): readonly (number | null)[] | null {
    const call = holder === null ? undefined : this.flat.nodes[holder]!;
    if (call?.call !== index) return null;
    const passed = call.inputs.filter((id) => id !== null).slice(0, inputs.length);
    const cut = this.walk.cuts.get(call.index);
    return passed.map((id) => (cut?.has(id) ? null : id));
  }

  private workOfNode(node: FlatNode): Work | null {
    const { means } = this.walk.runs;
    return means.has(node.index) ? means.get(node.index)! : workOfNode(this.walk, node);
  }

  private node(flat: FlatNode, work: Work | null, repeat: number | null): InferredNode {
    const cut = this.walk.cuts.get(flat.index);
    const operatorClass: OperatorClass =
      flat.rule?.operatorClass ?? (flat.call !== undefined ? 'control' : 'other');
    return {
      index: flat.index,
      parent: flat.parent,
      repeat,
      scope: flat.scope,
      node: flat.node,
      version: flat.version,
      inputs: cut ? flat.inputs.map((id) => (id !== null && cut.has(id) ? null : id)) : flat.inputs,
      outputs: flat.outputs,
      rule: this.walk.states[flat.index]!,
      operatorClass: flat.call !== undefined ? 'control' : operatorClass,
      folded: this.walk.folded[flat.index] === 1,
      view: flat.rule?.view === true && flat.call === undefined,
      work,
    };
  }

  private value(id: number): InferredValue {
    const value = this.flat.values[id]!;
    const fact = this.walk.facts[id];
    const { cuts } = this.walk;
    return {
      id,
      name: value.name,
      scope: value.scope,
      type: fact?.type,
      elements: fact?.elements,
      origin: value.origin,
      producer: value.producer,
      consumers:
        cuts.size === 0 ? value.consumers : value.consumers.filter((index) => !cuts.get(index)?.has(id)),
      isConstant: (this.walk.traits[id]! & Trait.Constant) !== 0,
      bytes: bytesOfFact(fact) ?? bytesOfStrings(value.tensor),
      tensor: value.tensor,
    };
  }

  /**
   * Dimensions beside those of the inputs that a shape still shows: data decides them, or only a declaration names
   * them; and those that the user gave a number. Not those that an error made up: a number would not mend it.
   */
  private *freshSymbols(): Steps<readonly BoundSymbol[]> {
    const { freshSymbols, facts, excusedSymbols } = this.walk;
    const shown = new Set<string>();
    for (const fact of facts) {
      yield;
      collect(fact?.type, shown);
    }
    const bindings = this.walk.userBindings;
    const bound = [...freshSymbols].filter((name) => Object.hasOwn(bindings, name));
    return [...new Set([...bound, ...shown])]
      .filter((name) => !this.input.names.has(name))
      .filter((name) => !excusedSymbols.has(name) || Object.hasOwn(bindings, name))
      .map((name) => {
        const value = entryOf(bindings, name) ?? null;
        return { name, value, origin: value === null ? 'unbound' : 'binding' };
      });
  }
}

function collect(type: ValueType | undefined, names: Set<string>): void {
  if (type?.kind !== 'tensor' && type?.kind !== 'sparse') return;
  for (const dim of type.shape ?? []) {
    if (typeof dim !== 'number') for (const name of symbolsOf(dim)) names.add(name);
  }
}
