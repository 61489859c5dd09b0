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
import { branchName } from './values/contents';
import { knownValues } from './values/inputValues';
import { causesOf, operatorProblems, unknownOperators } from './causes';
import { sizeOfData, Walk } from './walk';
import { bytesOfFact, bytesOfStrings } from './work';

export interface InferOptions {
  /** Drops value_info and declared output types, so that only rules speak. */
  readonly ignoreDeclared?: boolean;
  /** Leaves symbols without a binding symbolic instead of giving them sizes (sizes/). */
  readonly keepSymbols?: boolean;
  /** Gives what the data decide the largest size that the graph allows. */
  readonly takesMost?: boolean;
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
  if (options.keepSymbols || options.takesMost) {
    const input = givenInputs(model.graph, workload.bindings);
    const values = knownValues(model.graph, workload);
    const start = { flat, faulty, input, userBindings: workload.bindings, values };
    const walk = new Walk(start, scheduler, { report });
    walk.takesMost = options.takesMost === true;
    walk.choosesBranches = walk.takesMost;
    await walk.run();
    return new InferenceBuilder(walk, model.functions, options, remarks).gather(scheduler);
  }
  const { walk, problems } = await walkSized({ model, flat, faulty }, workload, scheduler);
  problems.forEach(report);
  const inference = await new InferenceBuilder(walk, model.functions, options, remarks).gather(scheduler);
  if (!walk.hasLimits || isOpen(inference)) return inference;
  const most = await inferMost(model, workload, inference, scheduler);
  return most ? { ...inference, most } : inference;
}

/** As {@link infer}, where what the data decide is as large as it can be; undefined where that leaves something unknown. */
async function inferMost(
  model: Model,
  workload: Workload,
  { symbols }: Inference,
  scheduler: Scheduler,
): Promise<Inference | undefined> {
  const sizes = symbols.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]));
  const bindings = { ...workload.bindings, ...Object.fromEntries(sizes) };
  const most = await infer(model, { ...workload, bindings }, { takesMost: true }, scheduler);
  const isWhole = most.nodes.every(({ work, repeat }) => work !== null && repeat !== null);
  return isWhole && !isOpen(most) ? most : undefined;
}

/** Parts of the model are missing or wrong, so that the whole is more than the sum of what is there. */
export function isOpen({ isPartial, isFaulty }: Pick<Inference, 'isPartial' | 'isFaulty'>): boolean {
  return isPartial || isFaulty;
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
    private readonly functions: Model['functions'],
    private readonly options: InferOptions,
    private readonly remarks: Remarks,
  ) {
    this.flat = walk.flat;
    this.input = walk.input;
  }

  async gather(scheduler: Scheduler): Promise<Inference> {
    const works = await mapPolitely(this.flat.nodes, scheduler, (node) => this.workOfNode(node));
    const repeats = scopeRepeats(this.flat, this.walk.uses);
    const counts = ({ scope }: FlatNode): boolean => repeats[scope] !== 0;
    this.tellBranches(counts);
    const symbols = [...this.input.symbols, ...(await runPolitely(this.freshSymbols(), scheduler))];
    const causes = await this.causes(works, symbols, scheduler);
    if (!this.options.keepSymbols) this.tellOfUnbound(symbols);
    return {
      nodes: await mapPolitely(this.flat.nodes, scheduler, (node) =>
        this.node(node, works[node.index]!, repeats[node.scope]!, causes[node.index]!),
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
      contents: this.walk.contents.list(this.flat, counts),
      names: await runPolitely(this.names(), scheduler),
    };
  }

  /** Says which branches count although data decides. */
  private tellBranches(counts: (node: FlatNode) => boolean): void {
    for (const [index, isThen] of this.walk.contents.taken) {
      const node = this.flat.nodes[index]!;
      if (!counts(node)) continue;
      const { name, outputs, operator } = node.node;
      // Many exporters name no nodes: what it makes tells which one it is.
      const shown = name || outputs.find((output) => output !== '') || operator;
      const taken = isThen ? 'then_branch' : 'else_branch';
      const args = { node: shown, taken, name: branchName(node) };
      this.remarks.add(problem('information', 'inference.branch-dearest-counts', args, { node: index }));
    }
  }

  /** What is to blame for unknown works; operators of which nothing is known are told. */
  private async causes(
    works: readonly (Work | null)[],
    symbols: readonly BoundSymbol[],
    scheduler: Scheduler,
  ): Promise<Int32Array> {
    const { flat, walk } = this;
    const unknown = await runPolitely(unknownOperators(flat, this.functions), scheduler);
    const wrong = flat.nodes.flatMap(({ index }) => (walk.faulty[index] === 1 ? [index] : []));
    const ofData = symbols.flatMap(({ name, origin }) => {
      const node = origin === 'unbound' ? walk.dataSymbols.get(name) : undefined;
      return node === undefined ? [] : [node];
    });
    const causes = await runPolitely(causesOf({ flat, works }, [...unknown, ...wrong, ...ofData]), scheduler);
    for (const found of operatorProblems(flat, unknown, causes)) this.remarks.add(found);
    return causes;
  }

  /** Dimensions without a number: each, but those that the data decide together, by the first of them. */
  private tellOfUnbound(symbols: readonly BoundSymbol[]): void {
    const unbound = symbols.filter(({ origin, name }) => origin === 'unbound' && name !== sizeOfData);
    const ofData = unbound.filter(({ isOfData }) => isOfData);
    for (const { name, isOfData } of unbound) {
      if (!isOfData) this.remarks.add(problem('warning', 'inference.dimension-unbound', { name }));
    }
    if (ofData.length === 0) return;
    const first = this.walk.dataSymbols.get(ofData[0]!.name)!;
    const args = { name: ofData[0]!.name, operator: this.flat.nodes[first]!.node.operator };
    const more = ofData.length - 1;
    this.remarks.add(
      more === 0
        ? problem('warning', 'inference.data-decides', args, { node: first })
        : problem(
            'warning',
            'inference.data-decides-many',
            { ...args, more, all: sizeOfData },
            { node: first },
          ),
    );
  }

  private *names(): Steps<ReadonlySet<string>> {
    const names = new Set([...this.input.names, ...this.walk.freshSymbols, ...this.walk.askedNames]);
    if (this.walk.dataSymbols.size > 0) names.add(sizeOfData);
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

  private node(flat: FlatNode, work: Work | null, repeat: number | null, cause: number): InferredNode {
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
      held: flat.held,
      rule: this.walk.states[flat.index]!,
      operatorClass: flat.call !== undefined ? 'control' : operatorClass,
      folded: this.walk.folded[flat.index] === 1,
      view: flat.rule?.view === true && flat.call === undefined,
      work,
      ...(work === null && cause >= 0 && { cause }),
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
      ...((this.walk.traits[id]! & Trait.Given) !== 0 && { isGiven: true }),
      origin: value.origin,
      producer: value.producer,
      consumers:
        cuts.size === 0 ? value.consumers : value.consumers.filter((index) => !cuts.get(index)?.has(id)),
      isConstant: (this.walk.traits[id]! & Trait.Constant) !== 0,
      bytes: value.held?.bytes ?? bytesOfFact(fact) ?? bytesOfStrings(value.tensor),
      tensor: value.tensor,
      held: value.held,
    };
  }

  /**
   * Dimensions beside those of the inputs that a shape still shows: data decides them, or only a declaration names
   * them; and those that the user gave a number. Not those that an error made up: a number would not mend it.
   */
  private *freshSymbols(): Steps<readonly BoundSymbol[]> {
    const { freshSymbols, facts, excusedSymbols, dataSymbols } = this.walk;
    const shown = new Set<string>();
    for (const fact of facts) {
      yield;
      collect(fact?.type, shown);
    }
    const bindings = this.walk.userBindings;
    const bound = [...freshSymbols].filter((name) => Object.hasOwn(bindings, name));
    const found = [...new Set([...bound, ...shown])]
      .filter((name) => !this.input.names.has(name))
      .filter((name) => !excusedSymbols.has(name) || Object.hasOwn(bindings, name))
      .map((name) => this.boundOrNot(name, dataSymbols.has(name)));
    // One name for all of them comes first, where it has a number or would give several one.
    const isAsked = found.filter(({ isOfData, origin }) => isOfData && origin === 'unbound').length > 1;
    const isGiven = dataSymbols.size > 0 && Object.hasOwn(bindings, sizeOfData);
    const isFree = !this.input.names.has(sizeOfData);
    return isFree && (isAsked || isGiven) ? [this.boundOrNot(sizeOfData, true), ...found] : found;
  }

  private boundOrNot(name: string, isOfData: boolean): BoundSymbol {
    const value = entryOf(this.walk.userBindings, name) ?? null;
    return { name, value, origin: value === null ? 'unbound' : 'binding', ...(isOfData && { isOfData }) };
  }
}

function collect(type: ValueType | undefined, names: Set<string>): void {
  if (type?.kind !== 'tensor' && type?.kind !== 'sparse') return;
  for (const dim of type.shape ?? []) {
    if (typeof dim !== 'number') for (const name of symbolsOf(dim)) names.add(name);
  }
}
