import { entryOf } from '../../../outside/table';
import type { Bindings, Dim } from '../graph/dim';
import type { Fact, RuleState, SubgraphRequest } from '../operators/rule';
import { checksOf } from '../operators/checks/table';
import { checkTypes, schemaOfNode } from '../operators/nodeChecks';
import { problem } from '../problem';
import type { Problem } from '../problem';
import { runPolitely, type Scheduler } from '../scheduler';
import { cleanType, type InputBindings } from './bindings';
import { Branches, type Branch } from './branches';
import type { FlatModel, FlatNode, FlatScope } from './flatModel';
import { mergeTypes, receivedType, type Merged, type Unifier } from './merge';
import { executionOrder } from './order';
import type { BodyUse } from './repeat';
import { RuleContext, type DataLimit, type RuleHooks } from './ruleContext';
import { Runs } from './runs';
import { seedValues } from './seed';
import { SharedCalls } from './sharedCalls';
import { Trait, traitsMade } from './traits';
import { branchOfTruth } from '../operators/control';
import { scopeCost } from './branchCost';
import { Unread, type Lacked } from './unread';
import { Contents } from './values/contents';
import type { KnownValues } from './values/inputValues';

/** Loops ask for their bodies again to find fixed points; nested ones multiply. Beyond this, facts stay as they are. */
const maximumExecutionsPerNode = 8;

/** A number by this name is that of all dimensions that the data decide and that have none of their own. */
export const sizeOfData = 'detections';

const unknownFact: Fact = {};

/** What a walk begins with. */
export interface WalkStart {
  readonly flat: FlatModel;
  /** By node: 1 where something is wrong with the node itself. */
  readonly faulty: Uint8Array;
  readonly input: InputBindings;
  /** All that the user gave, also for names that no input has. */
  readonly userBindings: Bindings;
  /** Contents of inputs and conditions; none where left out. */
  readonly values?: KnownValues;
}

/** Hears what is found on the way. */
export interface WalkListener {
  report(problem: Problem): void;
  /** Dimensions that are equal wherever the model runs. */
  readonly tie?: (a: Dim, b: Dim, isCertain: boolean) => void;
}

/** Without content or a length that is a dimension. */
function withoutSizes({ length, ...fact }: Fact): Fact {
  if (typeof length === 'number') return { ...fact, length };
  const isNumber =
    fact.elements?.every((element) => element !== undefined && typeof element !== 'object') ?? true;
  return isNumber ? fact : { type: fact.type };
}

/** Infers facts by running the rules in order of use; scopes of subgraphs and functions when their node asks. */
export class Walk {
  readonly facts: (Fact | undefined)[];
  readonly traits: Uint8Array;
  readonly states: RuleState[];
  readonly folded: Uint8Array;
  readonly uses: (BodyUse | undefined)[];
  readonly freshSymbols = new Set<string>();
  /** Those of them that an error made up: a number for them would not mend it. */
  readonly excusedSymbols = new Set<string>();
  /** Those that the data decide, with the node that makes each. */
  readonly dataSymbols = new Map<string, number>();
  /** The graph says of one of them how large it is at the most. */
  hasLimits = false;
  /** Gives these the largest size that they can have. */
  takesMost = false;
  /** Free names of numbers that rules asked for, such as the trips of a loop. */
  readonly askedNames = new Set<string>();
  /** Values by node that would close a cycle: later rooms follow values and must come to an end. */
  readonly cuts = new Map<number, Set<number>>();
  /**
   * Whether dimensions without a number are followed through what a graph computes from them. Runtimes do not: to them the
   * result of a Reshape to such a shape has any size.
   */
  followsSizes = true;
  /** Whether of two branches of which data decides the one that costs more is taken, with its shapes. */
  choosesBranches = false;
  private readonly orders: (readonly number[] | undefined)[] = [];
  /** By scope: names that declarations use mean something of their own in each body and in each run of it. */
  private readonly unifiers: (Unifier | undefined)[] = [];
  private readonly reported = new Set<string>();
  private readonly hooks: (RuleHooks | undefined)[] = [];
  private readonly shared: SharedCalls;
  /** Bodies whose runs were walked one by one. */
  readonly runs: Runs;
  private readonly unread: Unread;
  readonly contents: Contents;
  private executions = 0;
  /** Runs of nodes beyond those that the model's size allows. */
  private granted = 0;
  private isStopped = false;
  private readonly branches: Branches;
  /** What was said of nodes and named after them, repetitions included. */
  private remarks = 0;

  readonly flat: FlatModel;
  readonly input: InputBindings;
  readonly userBindings: Bindings;
  /** By node: 1 where an error was found. Of what follows from it nothing is told. */
  readonly faulty: Uint8Array;

  constructor(
    { flat, faulty, input, userBindings, values }: WalkStart,
    private readonly scheduler: Scheduler,
    private readonly listener: WalkListener,
  ) {
    this.flat = flat;
    this.faulty = faulty;
    this.input = input;
    this.userBindings = userBindings;
    this.facts = new Array<Fact | undefined>(flat.values.length);
    this.traits = new Uint8Array(flat.values.length);
    this.states = new Array<RuleState>(flat.nodes.length).fill('unknown');
    this.folded = new Uint8Array(flat.nodes.length);
    this.uses = new Array<BodyUse | undefined>(flat.scopes.length);
    this.shared = new SharedCalls(flat, this);
    this.runs = new Runs(this);
    this.unread = new Unread(flat.values);
    this.contents = new Contents(values ?? { given: {}, defaults: {} }, (found) => this.report(found));
    this.branches = new Branches((found) => listener.report(found));
  }

  async run(): Promise<void> {
    const { bindings, names } = this.input;
    await runPolitely(seedValues(this.flat, bindings, this), this.scheduler);
    this.contents.seed(this);
    const known = new Map(Object.entries({ ...this.userBindings, ...bindings }));
    const { tie } = this.listener;
    this.unifiers[0] = { inputSymbols: names, freshSymbols: this.freshSymbols, known, ...(tie && { tie }) };
    await this.runScope(this.flat.scopes[0]!);
    if (this.isStopped) return;
    await this.checkOtherDeclarations();
    // Bodies that no rule asked for are broken all the same.
    for (const scope of this.flat.scopes) if (scope.outOfOrder) await this.orderOf(scope);
  }

  /** Nodes run, repetitions included. */
  get visits(): number {
    return this.executions;
  }

  /** Leaves the rest as it is: what was found is enough. */
  stop(): void {
    this.isStopped = true;
  }

  /** The names of a body about to run: a subgraph begins with those around it, a function with none. */
  private beginNames(body: FlatScope, outer: number, isCall: boolean): void {
    const around = this.unifiers[outer]!;
    const own = Object.entries(this.userBindings).filter(([name]) => !this.input.names.has(name));
    this.unifiers[body.index] = isCall
      ? { inputSymbols: new Set(), freshSymbols: this.freshSymbols, known: new Map(own) }
      : { ...around, known: new Map(), outer: around };
  }

  /** A value may be declared more than once: as input and by its initializer, as output and in value_info. */
  private async checkOtherDeclarations(): Promise<void> {
    for (const value of this.flat.values) {
      const wait = this.scheduler.tick();
      if (wait) await wait;
      const others = [
        ...(value.declaredAgain ?? []),
        ...(value.tensor && value.declared ? [value.declared] : []),
      ];
      const unifier = this.unifiers[value.scope];
      for (const other of unifier ? others : []) {
        const { contradiction } = mergeTypes(
          cleanType(other, value.name),
          this.facts[value.id]?.type,
          unifier!,
        );
        if (contradiction && (this.traits[value.id]! & Trait.Faulty) === 0)
          this.contradicted(value.producer, value.name, contradiction);
      }
    }
  }

  private contradicted(
    node: number | null,
    value: string,
    contradiction: NonNullable<Merged['contradiction']>,
  ): void {
    const args = { value, ...contradiction };
    this.report(problem('warning', 'inference.shape-contradiction', args, { node, value }));
  }

  private async orderOf(scope: FlatScope): Promise<readonly number[]> {
    const known = this.orders[scope.index];
    if (known) return known;
    const cut = (node: number, value: number): void => {
      this.remarks++;
      const values = this.cuts.get(node);
      if (values) values.add(value);
      else this.cuts.set(node, new Set([value]));
    };
    const steps = executionOrder(this.flat, scope, (p) => this.report(p), cut);
    return (this.orders[scope.index] = await runPolitely(steps, this.scheduler));
  }

  private async runScope(scope: FlatScope): Promise<void> {
    for (const index of await this.orderOf(scope)) {
      const wait = this.scheduler.tick();
      if (wait) await wait;
      if (this.isStopped) return;
      const most = maximumExecutionsPerNode * this.flat.nodes.length + 1000 + this.granted;
      if (++this.executions > most) return;
      const node = this.flat.nodes[index]!;
      if (node.call !== undefined) await this.runCall(node, this.flat.scopes[node.call]!);
      else {
        const steps = this.runRule(node);
        if (steps) await steps;
      }
    }
  }

  /** A call of a model-local function: facts flow in, the body runs, facts flow out. */
  private async runCall(node: FlatNode, body: FlatScope): Promise<void> {
    this.uses[body.index] = { repeat: 1, exclusive: false };
    this.beginNames(body, node.scope, true);
    let formal = 0;
    for (const input of node.inputs) {
      if (input === null) continue;
      const value = body.inputs[formal++];
      if (value === undefined) break;
      this.facts[value] = this.facts[input];
      this.traits[value] = this.traits[input]!;
      this.passContent(input, value);
    }
    await this.runBody(node, body);
    let known = true;
    node.outputs.forEach((output, position) => {
      if (output === null) return;
      const inner = body.outputs[position] ?? null;
      if (inner !== null) this.passContent(inner, output);
      this.settle(
        node,
        output,
        inner === null ? {} : (this.facts[inner] ?? {}),
        inner === null ? 0 : this.traits[inner]!,
      );
      known &&= this.facts[output]?.type !== undefined;
    });
    this.states[node.index] = known ? 'function' : 'unknown';
  }

  private passContent(from: number, to: number): void {
    this.unread.pass(from, to);
    this.contents.deciders.pass(from, to);
  }

  /** Infers the body of a function, or copies what an equal call came to. */
  private async runBody(call: FlatNode, body: FlatScope): Promise<void> {
    const key = this.shared.keyOf(call, body);
    if (this.shared.copied(key, body)) return;
    this.shared.forget(body);
    // What is said of a node or named after it is its own: such a body is no model for others.
    const before = this.remarks;
    await this.runScope(body);
    if (this.remarks === before) this.shared.keep(key, body);
  }

  /** The number of a dimension that the data decide, where the user gave one for all or the most is asked for. */
  private sizeOfData(name: string, node: number, { most }: DataLimit): number | undefined {
    if (!this.dataSymbols.has(name)) this.dataSymbols.set(name, node);
    const limit = typeof most === 'number' ? most : Infinity;
    this.hasLimits ||= most !== undefined;
    const wanted = this.input.names.has(sizeOfData) ? undefined : entryOf(this.userBindings, sizeOfData);
    if (wanted !== undefined) return Math.min(wanted, limit);
    return this.takesMost && limit < Infinity ? limit : undefined;
  }

  private hooksOf(scope: number): RuleHooks {
    return {
      symbolSuffix: scope === 0 ? '' : `:${scope}`,
      binding: (name) => {
        this.remarks++;
        this.askedNames.add(name);
        return entryOf(this.userBindings, name);
      },
      fresh: (name, node, limit) => {
        this.remarks++;
        this.freshSymbols.add(name);
        const maker = this.flat.nodes[node]!;
        if (this.isExcused(maker) || this.unread.reaches(maker)) this.excusedSymbols.add(name);
        return entryOf(this.userBindings, name) ?? (limit && this.sizeOfData(name, node, limit));
      },
      report: (found) => this.reportAt(this.flat.nodes[found.node!]!, found),
      variesByRun: (node, attribute, runs, isCertain) => {
        const body = this.flat.scopes[this.flat.nodes[node]!.bodies?.get(attribute) ?? -1];
        if (!body || this.runs.room(body, runs) === undefined) return false;
        return isCertain || this.runs.hasOpenSizes(body);
      },
      ...(this.listener.tie && { tie: this.listener.tie }),
    };
  }

  /** Runs the node's rule; a promise only when the rule asks for subgraphs. */
  private runRule(node: FlatNode): Promise<void> | undefined {
    const { rule } = node;
    if (!rule) {
      this.finish(node, undefined);
      return undefined;
    }
    if (!this.isExcused(node)) this.checkTypesOf(node);
    const context = new RuleContext(node.node, {
      index: node.index,
      version: node.version,
      environment: this.flat.scopes[node.scope]!.environment,
      inputs: node.inputs.map((id) => (id === null ? undefined : (this.facts[id] ?? unknownFact))),
      hooks: (this.hooks[node.scope] ??= this.hooksOf(node.scope)),
    });
    try {
      if (!this.isExcused(node)) for (const check of checksOf(node.node)) check(context);
      const steps = rule.infer(context);
      if (steps) return this.runSteps(node, context, steps);
    } catch (error) {
      this.ruleFailed(node, error);
    }
    this.finish(node, context);
    return undefined;
  }

  /** Something is wrong with the node or with what it is made of, and was said. */
  private isExcused({ index, inputs }: FlatNode): boolean {
    if (this.faulty[index] === 1) return true;
    return inputs.some((id) => id !== null && (this.traits[id]! & Trait.Faulty) !== 0);
  }

  /** Of a node only the first error is told, and none where it follows from another's. */
  private reportAt(node: FlatNode, found: Problem): void {
    if (found.severity === 'error') {
      if (this.isExcused(node)) return;
      this.faulty[node.index] = 1;
    }
    this.report(found);
  }

  private checkTypesOf(flat: FlatNode): void {
    const { node, index, inputs } = flat;
    const schema = schemaOfNode(node, this.flat.scopes[flat.scope]!.versions, undefined);
    if (!schema) return;
    const types = inputs.map((id) => (id === null ? undefined : this.facts[id]?.type));
    checkTypes(node, schema, types, (severity, code, args, part) =>
      this.reportAt(flat, problem(severity, code, args as never, { node: index, ...(part && { part }) })),
    );
  }

  private async runSteps(
    node: FlatNode,
    context: RuleContext,
    steps: Generator<SubgraphRequest, void, readonly Fact[]>,
  ): Promise<void> {
    const branches: Branch[] = [];
    context.chosen = this.contents.chosen(node.node.name);
    let answer: readonly Fact[] = [];
    let traits = 0;
    for (const input of node.inputs) if (input !== null) traits |= this.traits[input]! & Trait.Dynamic;
    for (;;) {
      let step: IteratorResult<SubgraphRequest, void>;
      try {
        step = steps.next(answer);
      } catch (error) {
        this.ruleFailed(node, error);
        break;
      }
      if (step.done) break;
      if (step.value.exclusive) {
        const { attribute } = step.value;
        const run = () => this.answer(node, step.value, traits);
        const isOut = step.value.repeat === 0;
        const branch = await this.branches.run(node.bodies?.get(attribute), isOut, run);
        answer = branch.facts;
        branches.push(branch);
        if (branch.cannotRun) context.noteFailure(attribute);
        else if (this.choosesBranches && branch.scope !== undefined && !isOut)
          context.noteCost(attribute, await runPolitely(scopeCost(this, branch.scope), this.scheduler));
      } else answer = await this.answer(node, step.value, traits);
    }
    for (const scope of this.branches.tell(branches)) this.uses[scope] = { repeat: 0, exclusive: true };
    this.noteTaken(node, context, branches);
    this.finish(node, context);
  }

  /** Of branches of which data decides the one that the rule took counts, and the others do not run. */
  private noteTaken({ index, bodies }: FlatNode, { taken }: RuleContext, branches: readonly Branch[]): void {
    this.contents.taken.delete(index);
    if (taken === undefined) return;
    this.remarks++;
    this.contents.taken.set(index, taken === branchOfTruth);
    for (const { scope } of branches)
      if (scope !== undefined && scope !== bodies?.get(taken))
        this.uses[scope] = { repeat: 0, exclusive: true };
  }

  /** Runs a subgraph with the facts that the rule gives its formal inputs. */
  private async answer(node: FlatNode, request: SubgraphRequest, traits: number): Promise<readonly Fact[]> {
    const index = node.bodies?.get(request.attribute);
    if (index === undefined) return [];
    const body = this.flat.scopes[index]!;
    this.uses[index] = { repeat: request.repeat, exclusive: request.exclusive === true };
    const walk = (inputs: SubgraphRequest['inputs']) => this.enter(node, body, inputs, traits);
    if (!request.next) return walk(request.inputs);
    this.granted += this.runs.room(body, request.repeat!) ?? 0;
    return this.runs.follow(body, request, walk, (count) => {
      const args = { operator: node.node.operator, count };
      this.report(problem('information', 'inference.loop-runs-differ', args, { node: node.index }));
    });
  }

  /** Walks a subgraph with facts for its formal inputs. */
  private async enter(
    node: FlatNode,
    body: FlatScope,
    inputs: SubgraphRequest['inputs'],
    traits: number,
  ): Promise<readonly Fact[]> {
    this.beginNames(body, node.scope, false);
    body.inputs.forEach((id, position) => {
      const declared = cleanType(this.flat.values[id]!.declared, this.flat.values[id]!.name);
      const given = inputs[position];
      this.facts[id] = { ...given, type: receivedType(declared, given?.type, this.unifiers[body.index]!) };
      this.traits[id] = traits;
    });
    await this.runScope(body);
    return body.outputs.map((id) => (id === null ? {} : (this.facts[id] ?? {})));
  }

  private ruleFailed(node: FlatNode, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const args = { operator: node.node.operator, reason };
    this.report(problem('warning', 'inference.rule-failed', args, { node: node.index }));
  }

  /** Joins what the rule said with the declarations and notes what is constant. */
  private finish(node: FlatNode, context: RuleContext | undefined): void {
    const traits = traitsMade(this.traits, node, context) | (this.faulty[node.index] ? Trait.Faulty : 0);
    const isUnknown = !node.rule && node.outputs.some((id) => id !== null && !this.flat.values[id]!.declared);
    let known = true;
    for (let position = 0; position < node.outputs.length; position++) {
      const output = node.outputs[position]!;
      if (output === null) continue;
      const said = context?.output(position) ?? unknownFact;
      this.settle(
        node,
        output,
        this.followsSizes ? said : withoutSizes(said),
        traits | (isUnknown ? Trait.Faulty : 0),
      );
      known &&= this.facts[output]?.type !== undefined;
    }
    this.contents.deciders.follow(node, context, this.facts);
    this.tellUnread(node, this.unread.follow(node, context, this.facts, traits));
    this.folded[node.index] = traits & Trait.Constant ? 1 : 0;
    this.states[node.index] = node.rule ? 'exact' : known && node.outputs.length > 0 ? 'default' : 'unknown';
  }

  private tellUnread({ node, index }: FlatNode, lacked: Lacked | undefined): void {
    if (!lacked) return;
    const args = { operator: node.operator, ...lacked };
    this.report(problem('warning', 'inference.constant-unread', args, { node: index }));
  }

  private settle(node: FlatNode, output: number, said: Fact, traits: number): void {
    const value = this.flat.values[output]!;
    this.traits[output] = traits;
    if (!value.declared) {
      this.facts[output] = said;
      this.giveContent(output, value.name);
      return;
    }
    const declared = cleanType(value.declared, value.name);
    const { type, contradiction } = mergeTypes(declared, said.type, this.unifiers[value.scope]!);
    if (contradiction && (traits & Trait.Faulty) === 0)
      this.contradicted(node.index, value.name, contradiction);
    this.facts[output] = type === said.type ? said : { ...said, type };
    this.giveContent(output, value.name);
  }

  /** What the user says of a value holds whatever its node says. */
  private giveContent(output: number, name: string): void {
    const given = this.contents.made(name, this.facts[output]!);
    if (!given) return;
    this.remarks++;
    this.facts[output] = given;
    this.traits[output]! |= Trait.Dynamic | Trait.Given;
  }

  private report(problem: Problem): void {
    this.remarks++;
    const key = `${problem.code}|${problem.node}|${problem.value ?? ''}`;
    if (this.reported.has(key)) return;
    this.reported.add(key);
    this.branches.deliver(problem);
  }
}
