import type { Model } from '../graph/model';
import { branchNames } from '../operators/control';
import type { OperatorClass, Work } from '../operators/rule';
import { problem } from '../problem';
import type { Problem } from '../problem';
import { mapPolitely, runPolitely, uninterrupted, type Scheduler, type Steps } from '../scheduler';
import { cacheTypes, type Workload } from '../workload';
import { withCacheType } from './cacheType';
import { cleanType, collectSymbols, givenInputs, type InputBindings } from './bindings';
import { checkNodes } from './checkNodes';
import type { FlatModel, FlatNode, FlatScope } from './flatModel';
import { flatten } from './flatten';
import { sizeOfData } from './freshSymbols';
import { InferencePass } from './inferencePass';
import { workOfNode } from './nodeWork';
import { Remarks } from './remarks';
import { scopeRepeats } from './repeat';
import { withScores } from './scores';
import { inferSized } from './sizes/choose';
import type { BoundSymbol, CountedBranch, InferredNode, InferredValue, Inference, Scope } from './types';
import { Trait } from './traits';
import { knownValues } from './values/inputValues';
import { causesOf, operatorProblems, unknownOperators } from './causes';
import { bytesOfFact, bytesOfStrings } from './work';

export interface InferOptions {
  /** Drops value_info and declared output types, so that only rules speak. */
  readonly ignoreDeclared?: boolean;
  /** Leaves symbols without a binding symbolic instead of giving them sizes (sizes/). */
  readonly keepSymbols?: boolean;
  /** Gives what the data decide the largest size that the graph allows. */
  readonly takesMost?: boolean;
}

/** Shapes, types, constants and work of every node of a model under a workload. */
export async function infer(
  given: Model,
  workload: Workload,
  options: InferOptions = {},
  scheduler: Scheduler = uninterrupted,
): Promise<Inference> {
  const remarks = new Remarks(given.isPartial === true);
  const report = (problem: Problem): void => remarks.add(problem);
  const model = typed(given, workload, report);
  const flat = await flatten(model, options, scheduler, report);
  const faulty = await runPolitely(checkNodes(model, flat, report), scheduler);
  if (options.keepSymbols || options.takesMost) {
    const input = givenInputs(model.graph, workload.bindings);
    const values = knownValues(model.graph, workload);
    const start = { flat, faulty, input, userBindings: workload.bindings, values };
    const takesMost = options.takesMost === true;
    const mode = { takesMost, choosesBranches: takesMost };
    const pass = new InferencePass(start, scheduler, { report }, mode);
    await pass.run();
    return new InferenceBuilder(pass, model.functions, options, remarks).gather(scheduler);
  }
  const { pass, problems } = await inferSized({ model, flat, faulty }, workload, scheduler);
  problems.forEach(report);
  const inference = await new InferenceBuilder(pass, model.functions, options, remarks).gather(scheduler);
  const most =
    pass.fresh.hasLimits && !isOpen(inference)
      ? await inferMost(model, workload, inference, scheduler)
      : undefined;
  const scored = async (one: Inference): Promise<Inference> =>
    workload.flashAttention === false ? runPolitely(withScores(one), scheduler) : one;
  return { ...(await scored(inference)), ...(most && { most: await scored(most) }) };
}

/** The model with its caches in the type that the workload asks for; as it is, and a remark, where it has none of another type. */
function typed(model: Model, { cacheType = null }: Workload, report: (problem: Problem) => void): Model {
  if (cacheType === null || model.graph.nodes.length === 0) return model;
  const retyped = withCacheType(model, cacheTypes[cacheType]);
  if (!retyped) report(problem('warning', 'inference.cache-type', { type: cacheType }));
  return retyped ?? model;
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

/** Turns the facts of a finished pass into the result that later rooms read. */
class InferenceBuilder {
  private readonly flat: FlatModel;
  private readonly input: InputBindings;

  constructor(
    private readonly pass: InferencePass,
    private readonly functions: Model['functions'],
    private readonly options: InferOptions,
    private readonly remarks: Remarks,
  ) {
    this.flat = pass.flat;
    this.input = pass.input;
  }

  async gather(scheduler: Scheduler): Promise<Inference> {
    const works = await mapPolitely(this.flat.nodes, scheduler, (node) => this.workOfNode(node));
    const repeats = scopeRepeats(this.flat, this.pass.uses);
    const counts = ({ scope }: FlatNode): boolean => repeats[scope] !== 0;
    const branches = this.pass.contents.branches(this.pass, counts);
    this.tellBranches(branches);
    const symbols = [
      ...this.input.symbols,
      ...(await runPolitely(this.pass.fresh.list(this.pass.facts), scheduler)),
    ];
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
      contents: this.pass.contents.list(this.pass, branches),
      branches,
      names: await runPolitely(this.names(), scheduler),
    };
  }

  /** Says which branches count although data decides. */
  private tellBranches(branches: readonly CountedBranch[]): void {
    for (const { node, isThen, name, origin } of branches) {
      if (origin !== 'default') continue;
      const { name: own, outputs, operator } = this.flat.nodes[node]!.node;
      // Many exporters name no nodes: what it makes tells which one it is.
      const shown = own || outputs.find((output) => output !== '') || operator;
      const args = { node: shown, taken: branchNames(isThen).counts, name };
      this.remarks.add(problem('information', 'inference.costlier-branch-counts', args, { node }));
    }
  }

  /** What is to blame for unknown works; operators of which nothing is known are told. */
  private async causes(
    works: readonly (Work | null)[],
    symbols: readonly BoundSymbol[],
    scheduler: Scheduler,
  ): Promise<Int32Array> {
    const { flat, pass } = this;
    const unknown = await runPolitely(unknownOperators(flat, this.functions), scheduler);
    const wrong = flat.nodes.flatMap(({ index }) => (pass.faulty[index] === 1 ? [index] : []));
    const ofData = symbols.flatMap(({ name, origin }) => {
      const node = origin === 'unbound' ? pass.fresh.ofData.get(name) : undefined;
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
    const first = this.pass.fresh.ofData.get(ofData[0]!.name)!;
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
    const names = new Set([...this.input.names, ...this.pass.fresh.names, ...this.pass.askedNames]);
    if (this.pass.fresh.ofData.size > 0) names.add(sizeOfData);
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
    const cut = this.pass.orders.cuts.get(call.index);
    return passed.map((id) => (cut?.has(id) ? null : id));
  }

  private workOfNode(node: FlatNode): Work | null {
    const { means } = this.pass.runs;
    return means.has(node.index) ? means.get(node.index)! : workOfNode(this.pass, node);
  }

  private node(flat: FlatNode, work: Work | null, repeat: number | null, cause: number): InferredNode {
    const cut = this.pass.orders.cuts.get(flat.index);
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
      rule: this.pass.states[flat.index]!,
      operatorClass: flat.call !== undefined ? 'control' : operatorClass,
      folded: this.pass.folded[flat.index] === 1,
      view: flat.rule?.view === true && flat.call === undefined,
      work,
      ...(work === null && cause >= 0 && { cause }),
    };
  }

  private value(id: number): InferredValue {
    const value = this.flat.values[id]!;
    const fact = this.pass.facts[id];
    const { cuts } = this.pass.orders;
    return {
      id,
      name: value.name,
      scope: value.scope,
      type: fact?.type,
      elements: fact?.elements,
      ...((this.pass.traits[id]! & Trait.Given) !== 0 && { isGiven: true }),
      origin: value.origin,
      producer: value.producer,
      consumers:
        cuts.size === 0 ? value.consumers : value.consumers.filter((index) => !cuts.get(index)?.has(id)),
      isConstant: (this.pass.traits[id]! & Trait.Constant) !== 0,
      bytes: value.held?.bytes ?? bytesOfFact(fact) ?? bytesOfStrings(value.tensor),
      tensor: value.tensor,
      held: value.held,
    };
  }
}
