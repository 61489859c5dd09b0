import { entryOf } from '../../../outside/table';
import type { Bindings } from '../graph/dim';
import type { Fact, RuleState } from '../operators/rule';
import { checksOf } from '../operators/checks/table';
import { checkTypes, schemaOfNode } from '../operators/nodeChecks';
import { problem } from '../problem';
import type { Problem } from '../problem';
import { runPolitely, type Scheduler } from '../scheduler';
import type { InputBindings } from './bindings';
import { Declarations } from './declarations';
import type { FlatModel, FlatNode, FlatScope } from './flatModel';
import { FreshSymbols } from './freshSymbols';
import { ExecutionOrders } from './order';
import { PassReport } from './passReport';
import type { PassListener, PassMode, PassStart } from './passStart';
import type { BodyUse } from './repeat';
import { RuleContext, type RuleHooks } from './ruleContext';
import { Runs } from './runs';
import { seedValues } from './seed';
import { SharedCalls } from './sharedCalls';
import { Subgraphs, type RuleSteps } from './subgraphs';
import { Trait, traitsMade } from './traits';
import { Unread } from './unread';
import { Contents } from './values/contents';

/** Loops ask for their bodies again to find fixed points; nested ones multiply. Beyond this, facts stay as they are. */
const maximumExecutionsPerNode = 8;

const unknownFact: Fact = {};

/** Without content or a length that is a dimension. */
function withoutSizes({ length, ...fact }: Fact): Fact {
  if (typeof length === 'number') return { ...fact, length };
  const isNumber =
    fact.elements?.every((element) => element !== undefined && typeof element !== 'object') ?? true;
  return isNumber ? fact : { type: fact.type };
}

/** Infers facts by running the rules in order of use; scopes of subgraphs and functions when their node asks. */
export class InferencePass {
  readonly facts: (Fact | undefined)[];
  readonly traits: Uint8Array;
  readonly states: RuleState[];
  readonly folded: Uint8Array;
  readonly uses: (BodyUse | undefined)[];
  readonly fresh: FreshSymbols;
  /** Free names of numbers that rules asked for, such as the trips of a loop. */
  readonly askedNames = new Set<string>();
  readonly orders: ExecutionOrders;
  readonly declarations: Declarations;
  readonly said: PassReport;
  /** Bodies whose runs were walked one by one. */
  readonly runs: Runs;
  readonly contents: Contents;
  private readonly subgraphs: Subgraphs;
  private readonly hooks: (RuleHooks | undefined)[] = [];
  private readonly shared: SharedCalls;
  private readonly unread: Unread;
  private executions = 0;
  private isStopped = false;

  readonly flat: FlatModel;
  readonly input: InputBindings;
  readonly userBindings: Bindings;
  /** By node: 1 where an error was found. Of what follows from it nothing is told. */
  readonly faulty: Uint8Array;

  constructor(
    { flat, faulty, input, userBindings, values }: PassStart,
    private readonly scheduler: Scheduler,
    private readonly listener: PassListener,
    private readonly mode: PassMode = {},
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
    this.fresh = new FreshSymbols(input, userBindings, mode.takesMost === true);
    const { tie } = listener;
    const freshSymbols = this.fresh.names;
    this.declarations = new Declarations(flat, { input, userBindings, freshSymbols, ...(tie && { tie }) });
    this.said = new PassReport(faulty, this.traits, (found) => listener.report(found));
    const report = (found: Problem): void => this.said.add(found);
    this.orders = new ExecutionOrders(flat, scheduler, report, () => this.said.note());
    this.shared = new SharedCalls(flat, this);
    this.runs = new Runs(this);
    this.subgraphs = new Subgraphs(this, scheduler);
    this.unread = new Unread(flat.values);
    this.contents = new Contents(values ?? { given: {}, defaults: {}, sizes: {} }, report);
  }

  async run(): Promise<void> {
    const { flat, said } = this;
    await runPolitely(seedValues(flat, this.input.bindings, this), this.scheduler);
    this.contents.seed(this);
    await this.runScope(flat.scopes[0]!);
    if (this.isStopped) return;
    const repeated = this.declarations.checkRepeated(this.facts, ({ id, producer, name }, contradiction) => {
      if ((this.traits[id]! & Trait.Faulty) === 0) said.contradicted(producer, name, contradiction);
    });
    await runPolitely(repeated, this.scheduler);
    // Bodies that no rule asked for are broken all the same.
    for (const scope of flat.scopes) if (scope.outOfOrder) await this.orders.of(scope);
  }

  get freshSymbols(): ReadonlySet<string> {
    return this.fresh.names;
  }

  get choosesBranches(): boolean {
    return this.mode.choosesBranches === true;
  }

  /** Nodes run, repetitions included. */
  get visits(): number {
    return this.executions;
  }

  /** Leaves the rest as it is: what was found is enough. */
  stop(): void {
    this.isStopped = true;
  }

  /** Infers the nodes of a scope in the order in which they run. */
  async runScope(scope: FlatScope): Promise<void> {
    for (const index of await this.orders.of(scope)) {
      const wait = this.scheduler.tick();
      if (wait) await wait;
      if (this.isStopped) return;
      const most = maximumExecutionsPerNode * this.flat.nodes.length + 1000 + this.subgraphs.granted;
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
    this.declarations.begin(body, node.scope, true);
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
    const before = this.said.count;
    await this.runScope(body);
    if (this.said.count === before) this.shared.keep(key, body);
  }

  private hooksOf(scope: number): RuleHooks {
    return {
      symbolSuffix: scope === 0 ? '' : `:${scope}`,
      binding: (name) => {
        this.said.note();
        this.askedNames.add(name);
        return entryOf(this.userBindings, name);
      },
      fresh: (name, node, limit) => {
        this.said.note();
        const maker = this.flat.nodes[node]!;
        if (this.said.isExcused(maker) || this.unread.reaches(maker)) this.fresh.excuse(name);
        return this.fresh.add(name, node, limit);
      },
      report: (found) => this.said.addAt(this.flat.nodes[found.node!]!, found),
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
    if (!this.said.isExcused(node)) this.checkTypesOf(node);
    const context = new RuleContext(node.node, {
      index: node.index,
      version: node.version,
      environment: this.flat.scopes[node.scope]!.environment,
      inputs: node.inputs.map((id) => (id === null ? undefined : (this.facts[id] ?? unknownFact))),
      hooks: (this.hooks[node.scope] ??= this.hooksOf(node.scope)),
    });
    try {
      if (!this.said.isExcused(node))
        for (const check of checksOf(node.node, this.flat.hasOnnxNodes)) check(context);
      const steps = rule.infer(context);
      if (steps) return this.runSteps(node, context, steps);
    } catch (error) {
      this.said.ruleFailed(node, error);
    }
    this.finish(node, context);
    return undefined;
  }

  private checkTypesOf(flat: FlatNode): void {
    const { node, index, inputs } = flat;
    const schema = schemaOfNode(node, this.flat.scopes[flat.scope]!.versions, undefined);
    if (!schema) return;
    const types = inputs.map((id) => (id === null ? undefined : this.facts[id]?.type));
    checkTypes(node, schema, types, (severity, code, args, part) =>
      this.said.addAt(flat, problem(severity, code, args as never, { node: index, ...(part && { part }) })),
    );
  }

  private async runSteps(node: FlatNode, context: RuleContext, steps: RuleSteps): Promise<void> {
    await this.subgraphs.follow(node, context, steps);
    this.finish(node, context);
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
        this.mode.followsSizes === false ? withoutSizes(said) : said,
        traits | (isUnknown ? Trait.Faulty : 0),
      );
      known &&= this.facts[output]?.type !== undefined;
    }
    this.contents.deciders.follow(node, context, this.facts);
    const lacked = this.unread.follow(node, context, this.facts, traits);
    if (lacked) this.said.unread(node, lacked);
    this.folded[node.index] = traits & Trait.Constant ? 1 : 0;
    this.states[node.index] = node.rule ? 'exact' : known && node.outputs.length > 0 ? 'default' : 'unknown';
  }

  private settle(node: FlatNode, output: number, said: Fact, traits: number): void {
    const value = this.flat.values[output]!;
    this.traits[output] = traits;
    if (!value.declared) {
      this.facts[output] = said;
      this.giveContent(output, value.name);
      return;
    }
    const { type, contradiction } = this.declarations.join(value, said.type);
    if (contradiction && (traits & Trait.Faulty) === 0)
      this.said.contradicted(node.index, value.name, contradiction);
    this.facts[output] = type === said.type ? said : { ...said, type };
    this.giveContent(output, value.name);
  }

  /** What the user says of a value holds whatever its node says. */
  private giveContent(output: number, name: string): void {
    const given = this.contents.made(name, this.facts[output]!);
    if (!given) return;
    this.said.note();
    this.facts[output] = given;
    this.traits[output]! |= Trait.Dynamic | Trait.Given;
  }
}
