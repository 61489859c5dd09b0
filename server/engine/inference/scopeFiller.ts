import type { Graph, Node, Tensor, ValueInfo } from '../graph/model';
import { newestVersion } from '../operators/schema';
import { heldNumbers } from '../operators/attributeNumbers';
import { canonicalDomain } from '../operators/domain';
import { ruleOf } from '../operators/table';
import { problem } from '../problem';
import type { Problem } from '../problem';
import { runPolitely, type Scheduler, type Steps } from '../scheduler';
import { NodeAttributes } from './attributes';
import type { FlatLists, NewValue } from './flatLists';
import type { FlatNode, FlatScope } from './flatModel';

/** What stands in a scope: a graph, or the body of a function. */
export type Body = Pick<
  Graph,
  'name' | 'inputs' | 'outputs' | 'valueInfo' | 'initializers' | 'sparseInitializers' | 'nodes'
>;

/** An input whose name nothing before its node makes. */
interface Pending {
  readonly flat: number;
  readonly inputs: (number | null)[];
  readonly position: number;
  readonly name: string;
}

interface Surroundings {
  /** Drop value_info and declared outputs. */
  readonly ignoreDeclared: boolean;
  /** Imports of operator sets may stand in the part that was not read. */
  readonly isPartial: boolean;
  readonly scheduler: Scheduler;
  readonly report: (problem: Problem) => void;
}

/** Lists the values and nodes of one scope. */
export class ScopeFiller {
  private readonly pending: Pending[] = [];

  /** @param call set for function bodies, which see no outer names */
  constructor(
    private readonly lists: FlatLists,
    private readonly scope: FlatScope,
    private readonly body: Body,
    private readonly call: FlatNode | undefined,
    private readonly surroundings: Surroundings,
  ) {}

  async fill(): Promise<void> {
    const { scheduler } = this.surroundings;
    await runPolitely(this.addInputs(), scheduler);
    await runPolitely(this.addNodes(), scheduler);
    await runPolitely(this.settlePending(), scheduler);
    await runPolitely(this.finish(), scheduler);
  }

  /** Formal inputs and initializers; one may be both. */
  private *addInputs(): Steps<void> {
    const { lists, scope, body, call } = this;
    const tensors = new Map<string, Tensor>();
    for (const tensor of body.initializers) {
      yield;
      tensors.set(tensor.name, tensor);
    }
    body.inputs.forEach(({ name, type }, position) => {
      if (call && (call.inputs[position] ?? null) === null) {
        scope.names.set(name, null);
        return;
      }
      const tensor = tensors.get(name);
      const value = lists.define(scope, { name, origin: tensor ? 'initializer' : 'input', tensor });
      value.declared = type;
      scope.inputs.push(value.id);
    });
    for (const tensor of body.initializers) {
      yield;
      const { name } = tensor;
      if (!scope.names.has(name)) lists.define(scope, { name, origin: 'initializer', tensor });
    }
    for (const { name, values, dims } of body.sparseInitializers) {
      if (scope.names.has(name)) continue;
      const value = lists.define(scope, { name, origin: 'initializer' });
      value.declared = { kind: 'sparse', dtype: values.dtype, shape: dims };
    }
  }

  private *addNodes(): Steps<void> {
    for (const node of this.body.nodes) {
      yield;
      this.addNode(node);
    }
  }

  private addNode(node: Node): void {
    const { scope } = this;
    const { nodes } = this.lists;
    const index = nodes.length;
    const domain = canonicalDomain(node.domain);
    nodes.push({
      index,
      scope: scope.index,
      parent: scope.holder,
      node,
      version: scope.versions.get(domain) ?? (this.surroundings.isPartial ? newestVersion(domain) : 1) ?? 1,
      rule: ruleOf(domain, node.operator),
      inputs: this.inputsOf(node, index),
      outputs: node.outputs.map((name) => (name === '' ? null : this.addOutput(name, index))),
      held: this.heldBy(node, index),
      bodies: undefined,
      call: undefined,
    });
    scope.nodes.push(index);
  }

  /** A value for the numbers in a node's attributes, where it has any. */
  private heldBy(node: Node, index: number): number | null {
    const { lists, scope } = this;
    const held = heldNumbers(node, new NodeAttributes(node, scope.environment));
    if (!held) return null;
    const value = lists.addValue(scope, { name: '', origin: 'initializer', held });
    value.consumers.push(index);
    return value.id;
  }

  private inputsOf(node: Node, index: number): (number | null)[] {
    const { lists, scope } = this;
    const inputs: (number | null)[] = [];
    for (let position = 0; position < node.inputs.length; position++) {
      const name = node.inputs[position]!;
      let id = name === '' ? null : scope.names.get(name);
      if (id === undefined) {
        id = lists.lookUpOutside(scope, name);
        if (id === undefined) this.pending.push({ flat: index, inputs, position, name });
      }
      inputs.push(id ?? null);
      if (id !== null && id !== undefined) lists.values[id]!.consumers.push(index);
    }
    return inputs;
  }

  private addOutput(name: string, producer: number): number {
    const { lists, scope } = this;
    const made: NewValue = { name, origin: 'node', producer };
    if (!scope.names.has(name)) return lists.define(scope, made).id;
    this.blame(producer, 'inference.value-redefined', name);
    return lists.addValue(scope, made).id;
  }

  /** Inputs that no earlier node makes: made later in the same scope, or not at all. */
  private *settlePending(): Steps<void> {
    const { lists, scope } = this;
    for (const { flat, inputs, position, name } of this.pending) {
      yield;
      let id = scope.names.get(name);
      if (id === undefined) {
        this.blame(flat, 'inference.value-undefined', name);
        id = lists.define(scope, { name, origin: 'input' }).id;
      } else if (id !== null && lists.values[id]!.producer !== null) scope.outOfOrder = true;
      inputs[position] = id;
      if (id !== null) lists.values[id]!.consumers.push(flat);
    }
  }

  /** Outputs, and what is declared of values. */
  private *finish(): Steps<void> {
    const { lists, scope, body, call } = this;
    for (const info of body.outputs) {
      yield;
      const own = scope.names.get(info.name);
      const id = own === undefined && !call ? lists.lookUpOutside(scope, info.name) : own;
      scope.outputs.push(id ?? null);
      if (id === undefined) this.blame(scope.holder, 'inference.output-undefined', info.name);
      else if (own !== undefined && own !== null) this.declare(own, info);
    }
    for (const info of body.valueInfo) {
      yield;
      const id = scope.names.get(info.name);
      if (id !== undefined && id !== null) this.declare(id, info);
    }
  }

  private declare(id: number, { type }: ValueInfo): void {
    if (this.surroundings.ignoreDeclared || !type) return;
    const value = this.lists.values[id]!;
    if (value.origin === 'node' && !value.declared) value.declared = type;
    else (value.declaredAgain ??= []).push(type);
  }

  private blame(
    node: number | null,
    code: `inference.value-${'redefined' | 'undefined'}` | 'inference.output-undefined',
    value: string,
  ): void {
    this.surroundings.report(problem('error', code, { value }, { node, value }));
  }
}
