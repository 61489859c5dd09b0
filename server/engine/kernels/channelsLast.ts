import { attributeNamed } from '../graph/attributes';
import { addTo } from '../lists';
import { isStepDue, type Steps } from '../scheduler';
import type { ChannelsLast } from './blocking';
import { permutationOf, shapeOf } from './conditions';
import type { WorkGraph, WorkNode } from './workGraph';

/**
 * Turns what integer convolutions read and write to channels last and lets the changes of layout meet: a Transpose goes
 * behind a node where that leaves fewer (nhwc_transformer.cc and onnx_transpose_optimization.cc of ONNX Runtime).
 */
export function* channelsLast(graph: WorkGraph, along: ChannelsLast): Steps<void> {
  if (!graph.hasOneOf(new Set(along.convolutions))) return;
  const layout = new Layout(graph, along);
  const order = yield* graph.inOrder();
  yield* layout.begin(order);
  for (const [count, at] of order.entries()) {
    if (isStepDue(count)) yield;
    layout.visit(at, graph.nodes[at]!);
  }
  layout.finish();
}

const quantizers: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear']);
const lastInMiddle = (rank: number): string =>
  [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 1)].join();
const secondAtEnd = (rank: number): string =>
  [0, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 2), 1].join();

class Layout {
  private readonly convolutions: ReadonlySet<string>;
  private readonly always: ReadonlySet<string>;
  private readonly through: ReadonlySet<string>;
  private readonly reducing: ReadonlySet<string>;
  private readonly transposes: ReadonlySet<string>;
  /** Positions of the nodes that read a value, those that have it within themselves left out. */
  private readonly readers = new Map<number, number[]>();
  /** Values from which nodes that can go along lead to a change of layout. */
  private readonly leading = new Set<number>();
  /** Values that are made with their channels last, each with the node that makes it and whether others see it. */
  private readonly turned = new Map<number, { readonly at: number; readonly leaves: boolean }>();
  /** Nodes that read their inputs so. */
  private readonly taking = new Set<number>();
  private readonly turnedBefore = new Set<number>();

  constructor(
    private readonly graph: WorkGraph,
    along: ChannelsLast,
  ) {
    this.convolutions = new Set(along.convolutions);
    this.always = new Set(along.always);
    this.through = new Set(along.through);
    this.reducing = new Set(along.reducing);
    this.transposes = new Set(along.transposes);
  }

  /** Finds who reads what, and what leads to a change of layout. */
  *begin(order: readonly number[]): Steps<void> {
    for (let index = order.length - 1; index >= 0; index--) {
      if (isStepDue(index)) yield;
      const at = order[index]!;
      const node = this.graph.nodes[at]!;
      if (this.isWithinReaders(node)) continue;
      const inputs = this.dataOf(node);
      for (const input of inputs) addTo(this.readers, input, at);
      const operator = this.operatorOf(node);
      const [first] = inputs;
      if (this.convolutions.has(operator) || this.transposes.has(operator)) {
        if (first !== undefined) this.leading.add(first);
      } else if (this.canGoAlong(operator) && this.leads(node)) {
        for (const input of inputs) this.leading.add(input);
      }
    }
  }

  visit(at: number, node: WorkNode): void {
    const operator = this.operatorOf(node);
    if (this.isWithinReaders(node)) return;
    if (this.convolutions.has(operator)) return this.convolve(at, node);
    if (this.transposes.has(operator)) return this.transpose(at, node);
    if (this.canGoAlong(operator) && this.gains(node, operator)) this.goAlong(at, node, operator);
  }

  /** Who needs the channels where they were finds a Transpose. */
  finish(): void {
    for (const [value, { at, leaves }] of this.turned) {
      const readers = this.readers.get(value) ?? [];
      const isNeeded = leaves || readers.some((reader) => !this.taking.has(reader));
      const { operator, root } = this.graph.nodes[at]!;
      if (this.transposes.has(operator)) {
        if (!isNeeded) this.graph.drop(at);
      } else if (isNeeded)
        this.graph.insert({ operator: 'Transpose', value, root: root.index, side: 'after', copies: true });
    }
  }

  private convolve(at: number, node: WorkNode): void {
    const [image] = this.dataOf(node);
    if (image === undefined || this.rankOf(image) < 3) return;
    this.turn(image, node);
    this.taking.add(at);
    this.make(at, node);
  }

  /** One that brings the channels to their place is what it reads, turned; one that takes them back undoes it. */
  private transpose(at: number, node: WorkNode): void {
    const [source, output] = [node.inputs[0], node.outputs[0]];
    if (typeof source !== 'number' || typeof output !== 'number') return;
    const permutation = permutationOf(node, this.graph)?.join();
    const rank = this.rankOf(output);
    if (this.turned.has(this.graph.resolve(source))) {
      this.taking.add(at);
      if (permutation === secondAtEnd(rank)) this.graph.eliminate(at, source);
    } else if (permutation === lastInMiddle(rank)) this.mark(output, at);
  }

  private goAlong(at: number, node: WorkNode, operator: string): void {
    for (const input of this.dataOf(node)) this.turn(input, node);
    this.taking.add(at);
    const isOrderless = this.reducing.has(operator) && this.rankOf(node.outputs[0]) <= 2;
    if (!isOrderless) this.make(at, node);
  }

  private make(at: number, { outputs }: WorkNode): void {
    for (const output of outputs) if (output !== null) this.mark(output, at);
  }

  private mark(value: number, at: number): void {
    this.turned.set(value, { at, leaves: this.graph.leavesScope(value) });
  }

  private turn(value: number, { root }: WorkNode): void {
    if (this.turned.has(value) || this.turnedBefore.has(value)) return;
    this.turnedBefore.add(value);
    this.graph.insert({ operator: 'Transpose', value, root: root.index, side: 'before', copies: true });
  }

  /** Transposes cost their rank: those before the node have to become fewer, and those around it too. */
  private gains(node: WorkNode, operator: string): boolean {
    const inputs = this.dataOf(node);
    if (!inputs.some((input) => this.turned.has(input))) return false;
    if (this.always.has(operator) && this.goesAlways(node, operator)) return true;
    const before = inputs.reduce(
      (sum, input) => sum + (this.turned.has(input) ? -1 : 1) * this.rankOf(input),
      0,
    );
    const behind = this.leads(node) ? 0 : this.rankOf(node.outputs[0]);
    return before < 0 && before + behind < 0;
  }

  private goesAlways({ root, members }: WorkNode, operator: string): boolean {
    const { nodes } = this.graph.inference;
    const main =
      members.map((member) => nodes[member]!).find(({ node }) => node.operator === operator) ?? root;
    const mode = attributeNamed(main.node, 'mode')?.value;
    return mode === undefined || mode === 'linear';
  }

  private leads({ outputs }: WorkNode): boolean {
    return outputs.some((output) => output !== null && this.leading.has(output));
  }

  private canGoAlong(operator: string): boolean {
    return this.through.has(operator) || this.reducing.has(operator) || this.always.has(operator);
  }

  /** The operator, or that which one between a DequantizeLinear and a QuantizeLinear has become. */
  private operatorOf({ operator, fusion, members }: WorkNode): string {
    if (fusion === null || operator !== 'QuantizeLinear') return operator;
    const { nodes } = this.graph.inference;
    const inner = members.map((member) => nodes[member]!.node.operator).find((one) => !quantizers.has(one));
    if (inner === undefined) return operator;
    const ofIntegers = `QLinear${inner}`;
    return this.canGoAlong(ofIntegers) ? ofIntegers : inner;
  }

  /** All that read it compute it for themselves. */
  private isWithinReaders({ operator, outputs }: WorkNode): boolean {
    const [output] = outputs;
    if (operator !== 'DequantizeLinear' || typeof output !== 'number' || this.graph.leavesScope(output))
      return false;
    const value = this.graph.resolve(output);
    return !this.graph.someConsumer(output, (at) => !this.graph.nodes[at]!.recomputed.has(value));
  }

  /** What varies of the inputs: the rest is turned when the model is loaded. */
  private dataOf({ inputs }: WorkNode): number[] {
    return inputs
      .filter((input) => input !== null)
      .map((input) => this.graph.resolve(input))
      .filter((value) => {
        const { isConstant, origin } = this.graph.value(value);
        return !isConstant && (origin !== 'node' || this.graph.producer(value) !== -1);
      });
  }

  private rankOf(value: number | null | undefined): number {
    return shapeOf(value, this.graph)?.length ?? 0;
  }
}
