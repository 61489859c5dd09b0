import { attributeNamed } from '../graph/attributes';
import type { OperatorClass } from '../operators/rule';
import type { Steps } from '../scheduler';
import { equalShapes, permutationOf, shapeOf } from './conditions';
import { externalInputs } from './fuse';
import type { Blocking } from './blocking';
import type { WorkGraph, WorkNode } from './workGraph';

/** A value in blocks. */
interface Blocked {
  /** Position of the node that makes it. */
  at: number;
  readonly value: number;
  readonly channels: number;
  /** It comes from a convolution that could still take something in. */
  readonly takesSum: boolean;
  readonly takesActivation: boolean;
  readonly uses: number;
  /** Readers that want it as whole images. */
  left: number;
}

const linearFrom: ReadonlySet<unknown> = new Set([undefined, 'half_pixel', 'asymmetric', 'align_corners']);
const toChannelsLast = [0, 2, 3, 1];
const fromChannelsLast = [0, 3, 1, 2];

/**
 * Keeps convolutions of images and what follows them in blocks of channels, and puts a change of layout in wherever
 * somebody else reads or writes (nchwc_transformer.cc of ONNX Runtime).
 */
export function* blockChannels(graph: WorkGraph, blocking: Blocking): Steps<void> {
  const layout = new Layout(graph, blocking);
  for (const at of yield* graph.inOrder()) {
    yield;
    if (graph.nodes[at]) layout.visit(at, graph.nodes[at]);
  }
  layout.finish();
}

/** What is done at a node. */
type Visit = (at: number, node: WorkNode) => void;

class Layout {
  private readonly visits: ReadonlyMap<string, Visit>;
  private readonly blocked = new Map<number, Blocked>();
  private readonly turned = new Set<number>();

  constructor(
    private readonly graph: WorkGraph,
    private readonly blocking: Blocking,
  ) {
    const all = (operators: readonly string[], visit: Visit) =>
      operators.map((operator) => [operator, visit] as const);
    this.visits = new Map([
      ...all(blocking.convolutions, (at, node) => this.convolve(at, node)),
      ...all(blocking.pools, (at, node) => this.pool(at, node, true)),
      ...all(blocking.poolsInPlace, (at, node) => this.pool(at, node, false)),
      ...all(blocking.sums, (at, node) => this.combine(at, node, true)),
      ...all(blocking.products, (at, node) => this.combine(at, node, false)),
      ...all(blocking.joins, (at, node) => this.join(at, node)),
      ...all(blocking.activations, (at, node) => this.activate(at, node)),
      ...all(blocking.through, (at, node) => this.pass(at, node)),
      ...all(blocking.normalizations, (at, node) => this.pass(at, node, true)),
      ...all(blocking.resizes, (at, node) => this.resize(at, node)),
      ...all(blocking.transposes, (_, node) => this.transpose(node)),
    ]);
  }

  visit(at: number, node: WorkNode): void {
    if (node.domain !== '' || shapeOf(node.outputs[0], this.graph)?.length !== 4) return;
    this.visits.get(node.operator)?.(at, node);
  }

  /** Nodes that read a value as whole images need it turned back. */
  finish(): void {
    for (const { at, value, left } of this.blocked.values()) {
      if (left <= 0) continue;
      const root = this.graph.nodes[at]!.root.index;
      this.graph.insert({ operator: 'ReorderOutput', value, root, side: 'after', copies: true });
    }
  }

  private convolve(at: number, node: WorkNode): void {
    const shape = shapeOf(node.inputs[1], this.graph);
    const [outputs, inputs] = shape ?? [];
    if (shape?.length !== 4 || typeof outputs !== 'number' || typeof inputs !== 'number') return;
    if (!this.hasConstantParameters(node) || !this.isFloat(node.inputs[1])) return;
    const reads = this.readsInBlocks(groupOf(node, this.graph), outputs, inputs);
    if (reads === null) return;
    const place = reads ? this.take(at, node) : at;
    const takes = this.blocking.taking.includes(node.operator);
    this.keep(place, outputs, takes, takes);
  }

  /** Whether a convolution reads blocks; it may also read few channels as they are. Null: it has no kernel in blocks. */
  private readsInBlocks(groups: number, outputs: number, inputs: number): boolean | null {
    const { block, inputStep } = this.blocking;
    if (groups === 1) return inputs < block ? false : inputs % inputStep === 0 ? true : null;
    if (inputs === 1 && outputs === groups) return outputs % inputStep === 0 ? true : null;
    return inputs % block === 0 && (outputs / groups) % block === 0 ? true : null;
  }

  private pool(at: number, node: WorkNode, turns: boolean): void {
    const channels = shapeOf(node.inputs[0], this.graph)?.[1];
    if (node.outputs.length > 1 || typeof channels !== 'number' || channels % this.blocking.block !== 0)
      return;
    if (!this.isFloat(node.inputs[0]) || (!turns && !this.sourceOf(node.inputs[0]))) return;
    this.keep(this.take(at, node), channels, false, false);
  }

  private combine(at: number, node: WorkNode, isSum: boolean): void {
    const sources = node.inputs.map((input) => this.sourceOf(input));
    const [first] = sources;
    if (!first || sources.some((source) => source?.channels !== first.channels)) return;
    const shapes = node.inputs.map((input) => shapeOf(input, this.graph));
    const isAlike = shapes.every((shape) => shape && shapes[0] && equalShapes(shape, shapes[0]));
    if (!isAlike && !isSum) return;
    for (const source of sources) source!.left--;
    if (!isAlike) this.reshape(node);
    const taker =
      isAlike && isSum && sources.length === 2
        ? sources.find((one) => one!.takesSum && one!.uses === 1)
        : undefined;
    if (!taker) return this.keep(at, first.channels, false, false);
    this.keep(this.fuse([taker.at, at], at, 'nchwc-conv-add'), first.channels, false, true);
  }

  /** Where sizes are not seen to be alike, channels are split off for the sum and put back. */
  private reshape({ inputs, outputs, root }: WorkNode): void {
    const put = (value: number | null | undefined, side: 'before' | 'after'): void => {
      if (typeof value === 'number')
        this.graph.insert({ operator: 'Reshape', value, root: root.index, side, copies: false });
    };
    for (const input of inputs) put(input, 'before');
    put(outputs[0], 'after');
  }

  private join(at: number, node: WorkNode): void {
    const axis = attributeNamed(node.root.node, 'axis')?.value;
    const sources = node.inputs.map((input) => this.sourceOf(input));
    if (axis !== 1 || sources.some((source) => !source || source.channels % this.blocking.block !== 0))
      return;
    for (const source of sources) source!.left--;
    this.keep(
      at,
      sources.reduce((sum, source) => sum + source!.channels, 0),
      false,
      false,
    );
  }

  private activate(at: number, node: WorkNode): void {
    const source = this.sourceOf(node.inputs[0]);
    if (!source || !this.hasConstantParameters(node)) return;
    source.left--;
    const fuses = source.takesActivation && source.uses === 1;
    this.keep(
      fuses ? this.fuse([source.at, at], at, 'nchwc-conv-activation') : at,
      source.channels,
      false,
      false,
    );
  }

  /** @param takes it becomes a convolution of its own */
  private pass(at: number, node: WorkNode, takes = false): void {
    const source = this.sourceOf(node.inputs[0]);
    if (!source) return;
    source.left--;
    this.keep(at, source.channels, takes, takes);
  }

  private resize(at: number, node: WorkNode): void {
    if (multiplies(node, this.graph)) this.pass(at, node);
  }

  /** What is turned to channels last is not turned back before: the change of layout does it at once. */
  private transpose(node: WorkNode): void {
    const source = this.sourceOf(node.inputs[0]);
    if (source && isPermutation(node, this.graph, toChannelsLast)) source.left--;
  }

  /** The first input is read in blocks: as it is, or turned before. Returns the position of the node from then on. */
  private take(at: number, node: WorkNode): number {
    const { graph } = this;
    const source = this.sourceOf(node.inputs[0]);
    if (source) {
      source.left--;
      return at;
    }
    const value = graph.resolve(node.inputs[0]!);
    const maker = graph.producer(value);
    const transpose = maker === -1 ? undefined : graph.nodes[maker]!;
    const isTurned =
      transpose !== undefined &&
      this.blocking.transposes.includes(transpose.operator) &&
      isPermutation(transpose, graph, fromChannelsLast) &&
      graph.isReadOnce(value) &&
      !graph.leavesScope(value);
    this.turn(isTurned ? graph.resolve(transpose.inputs[0]!) : value, node);
    return isTurned ? this.fuse([maker, at], at, 'nchwc-transpose') : at;
  }

  private turn(value: number, { root }: WorkNode): void {
    if (this.turned.has(value)) return;
    this.turned.add(value);
    this.graph.insert({ operator: 'ReorderInput', value, root: root.index, side: 'before', copies: true });
  }

  private keep(at: number, channels: number, takesSum: boolean, takesActivation: boolean): void {
    const value = this.graph.nodes[at]!.outputs[0]!;
    const uses = this.usesOf(value);
    this.blocked.set(value, { at, value, channels, takesSum, takesActivation, uses, left: uses });
  }

  private fuse(positions: readonly number[], last: number, fusion: string): number {
    const { graph } = this;
    const { outputs, root } = graph.nodes[last]!;
    const nodes = new Set(positions);
    const parts = positions.map((at) => graph.nodes[at]!);
    const main = mainClasses.map((name) => parts.find((part) => part.operatorClass === name)).find(Boolean);
    const { operator, operatorClass, fusion: given } = main ?? graph.nodes[last]!;
    const inputs = externalInputs(graph, { nodes, recomputed: noRecomputed });
    for (const at of positions) {
      const inner = graph.nodes[at]!.outputs[0];
      if (at !== last && typeof inner === 'number') this.blocked.delete(inner);
    }
    return graph.fuse(nodes, {
      operator: operatorClass === 'convolution' ? 'FusedConv' : operator,
      inputs,
      outputs,
      root,
      fusion: given ?? fusion,
      operatorClass,
      recomputed: noRecomputed,
    });
  }

  private sourceOf(value: number | null | undefined): Blocked | undefined {
    return typeof value === 'number' ? this.blocked.get(this.graph.resolve(value)) : undefined;
  }

  /** How often the value is named by nodes that are left, and once where the graph gives it out. */
  private usesOf(value: number): number {
    let uses = this.graph.leavesScope(value) ? 1 : 0;
    for (const reader of this.graph.consumers(value)) {
      const { inputs } = this.graph.nodes[reader]!;
      uses += inputs.filter((input) => input !== null && this.graph.resolve(input) === value).length;
    }
    return uses;
  }

  private hasConstantParameters({ inputs }: WorkNode): boolean {
    const { graph } = this;
    return inputs.slice(1).every((input) => input === null || graph.value(graph.resolve(input)).isConstant);
  }

  private isFloat(value: number | null | undefined): boolean {
    const type = typeof value === 'number' ? this.graph.seen.type(this.graph.resolve(value)) : undefined;
    return type?.kind === 'tensor' && type.dtype === 'float';
  }
}

/** What takes others in, in blocks: a normalisation is a convolution of each channel there, and a pool may be turned before. */
const mainClasses: readonly OperatorClass[] = ['convolution', 'normalization', 'pooling'];

const noRecomputed: ReadonlyMap<number, number> = new Map();

function groupOf({ members }: WorkNode, graph: WorkGraph): number {
  const convolution = members
    .map((member) => graph.inference.nodes[member]!)
    .find(({ operatorClass }) => operatorClass === 'convolution');
  const group = convolution && attributeNamed(convolution.node, 'group')?.value;
  return typeof group === 'number' ? group : 1;
}

function isPermutation(node: WorkNode, graph: WorkGraph, wanted: readonly number[]): boolean {
  return permutationOf(node, graph)?.join() === wanted.join();
}

/** A Resize to a multiple that is known, by the nearest pixel or linearly: others have no kernel in blocks. */
function multiplies({ root, inputs, outputs }: WorkNode, graph: WorkGraph): boolean {
  const [mode, from, rounding] = ['mode', 'coordinate_transformation_mode', 'nearest_mode'].map(
    (name): unknown => attributeNamed(root.node, name)?.value,
  );
  const isNearest = (mode ?? 'nearest') === 'nearest' && from === 'asymmetric' && rounding === 'floor';
  const isLinear = mode === 'linear' && linearFrom.has(from);
  if (!isNearest && !isLinear) return false;
  const scales = typeof inputs[2] === 'number' ? graph.value(graph.resolve(inputs[2])).elements : undefined;
  if (scales?.length === 4) return scales.every((scale) => Number.isInteger(scale));
  const [before, after] = [shapeOf(inputs[0], graph), shapeOf(outputs[0], graph)];
  return (
    after?.every((size, axis) => {
      const given = before?.[axis];
      return typeof size === 'number' && typeof given === 'number' ? size % given === 0 : axis === 0;
    }) ?? false
  );
}
