import { elementCount } from '../../../graph/dataTypes';
import { attributeNamed } from '../../../graph/attributes';
import { appendAll } from '../../../lists';
import { numericShape } from '../../../inference/work';
import type { Inference, InferredNode } from '../../../inference/types';
import type { Family } from './family';
import { betweenSums, type Between } from './positions';
import { expertsEntry, isProduct, passesSums } from './shardRules';
import type { Collective, ShardSplit } from './types';

/** A model before its tensors are divided, and how they are. */
export interface Exchanged {
  readonly inference: Inference;
  readonly families: readonly Family[];
  readonly split: ShardSplit;
  /** Logits are compared with labels where they are, and not given back. */
  readonly isTraining: boolean;
}

/** What devices exchange, and what they share out by positions meanwhile. */
export interface Exchanges {
  readonly forward: readonly Collective[];
  readonly backward: readonly Collective[];
  /** Flat indices of nodes of which each device does its part of the positions. */
  readonly byPosition: readonly number[];
}

/**
 * Forward: sums of which each has a part, where something reads them that needs them whole; sums that are only added up are
 * exchanged together. Logits of the vocabulary are gathered. With experts of their own devices send tokens to the experts and back (Lepikhin
 * et al. 2020, GShard), and then have all results again. By positions, sums are scattered and gathered where a divided
 * product reads what became of them (Korthikanti et al. 2022, section 4.2.2).
 */
export function exchangesOf(exchanged: Exchanged): Exchanges {
  const { inference, families, split } = exchanged;
  const { apart, summed, mixtures } = sumsOf(exchanged);
  const found: Collective[] = [];
  const between = split.sequence === true ? positionsOf(exchanged, summed) : nothingBetween;
  const scattered = new Set(between.scattered);
  for (const value of summed)
    found.push(exchange(inference, scattered.has(value) ? 'reduce_scatter' : 'all_reduce', value));
  for (const value of between.gathered) found.push(exchange(inference, 'all_gather', value));
  for (const value of apart)
    if (!between.values.has(value)) found.push(exchange(inference, 'all_gather', value));
  for (const family of families)
    for (const value of family.given) appendAll(found, logits(exchanged, family, value));
  for (const node of mixtures) appendAll(found, alltoalls(exchanged, node));
  return {
    forward: ordered(found),
    backward: exchanged.isTraining
      ? ordered(backward(exchanged, between)).map((one) => ({ ...one, pass: 'backward' }))
      : [],
    byPosition: between.nodes,
  };
}

const nothingBetween: Between = { scattered: [], gathered: [], nodes: [], values: new Set() };

/** Values of which each device has a part of the sum, those of which it has its own tokens, and the nodes with experts apart. */
function sumsOf({ inference, families, split: { tp, ep } }: Exchanged): {
  readonly apart: readonly number[];
  readonly summed: readonly number[];
  readonly mixtures: readonly InferredNode[];
} {
  const sums = new PartialSums(inference);
  for (const { partial } of families)
    for (const index of partial) sums.add(inference.nodes[index]!.outputs[0] ?? null);
  const mixtures = ep > 1 ? inference.nodes.filter((node) => expertsEntry(node) !== undefined) : [];
  // Each has the results of its own tokens and nothing for the others.
  for (const { outputs } of mixtures) sums.add(outputs[0] ?? null);
  const own = new Set(ep === tp ? mixtures.map(({ outputs }) => outputs[0]) : []);
  const all = [...sums.values];
  return {
    apart: all.filter((value) => own.has(value)),
    summed: all.filter((value) => !own.has(value)),
    mixtures,
  };
}

function positionsOf(
  { inference, families, split: { tp, ep } }: Exchanged,
  summed: readonly number[],
): Between {
  const divided = dividedValues(families);
  const isDivided = (node: InferredNode): boolean =>
    hasWeights(node) && node.inputs.some((id) => id !== null && divided.has(id));
  return betweenSums({ inference, ways: tp, isDivided, hasTokensApart: ep > 1 && ep === tp }, summed);
}

function dividedValues(families: readonly Family[]): ReadonlySet<number> {
  return new Set(families.flatMap(({ axes }) => [...axes.keys()]));
}

function hasWeights(node: InferredNode): boolean {
  return isProduct(node) || expertsEntry(node) !== undefined;
}

/**
 * Logits of all words on every device; in training of each token the largest, the sum of the exponentials and that of the label instead, in
 * 32 bits (Megatron-LM, vocab_parallel_cross_entropy).
 */
function logits({ inference, isTraining }: Exchanged, { axes }: Family, value: number): Collective[] {
  if (!isTraining) return [exchange(inference, 'all_gather', value)];
  const shape = numericShape(inference.values[value]!.type);
  const words = shape?.[axes.get(value)!.axis];
  const bytes = shape && words ? (4 * elementCount(shape)) / words : null;
  const one = { ...exchange(inference, 'all_reduce', value), bytes };
  return [one, one, one];
}

/** To the experts behind what makes the tokens, and back behind the experts. */
function alltoalls(
  { inference, split: { ep, imbalance = 1 } }: Exchanged,
  { index, node, inputs }: InferredNode,
): Collective[] {
  const tokens = inference.values[inputs[0]!]!;
  const chosen = attributeNamed(node, 'k');
  const times = chosen?.kind === 'int' ? chosen.value : 1;
  const bytes = tokens.bytes === null ? null : (tokens.bytes * times * imbalance) / ep;
  const one = { collective: 'alltoall', bytes, group: 'ep', pass: 'forward' } as const;
  return [
    { ...one, node: tokens.producer ?? index },
    { ...one, node: index },
  ];
}

/**
 * Gradients of what products divided by columns read are summed, of each value once (Shoeybi et al. 2019, figure 3); what was gathered
 * is scattered and the other way round, and gathered again for the gradients of weights, since it is not kept. Tokens of
 * experts go the same ways back.
 */
function backward(exchanged: Exchanged, { scattered, gathered }: Between): Collective[] {
  const { inference, families, split } = exchanged;
  const found: Collective[] = [];
  const read = new Map<number, number>();
  const divided = dividedValues(families);
  const isDivided = (id: number | null | undefined): boolean => typeof id === 'number' && divided.has(id);
  const whole = new Set(gathered);
  for (const node of inference.nodes) {
    const [data] = node.inputs;
    const isApart = expertsEntry(node) !== undefined && split.ep > 1;
    if (isApart) appendAll(found, alltoalls(exchanged, node));
    if (typeof data !== 'number' || read.has(data) || isDivided(data) || whole.has(data)) continue;
    if (hasWeights(node) && node.inputs.slice(1).some(isDivided)) read.set(data, node.index);
    else if (isApart && split.sequence !== true) found.push(exchange(inference, 'all_gather', data));
  }
  for (const [value, node] of read) found.push({ ...exchange(inference, 'all_reduce', value), node });
  for (const value of scattered) found.push(exchange(inference, 'all_gather', value));
  for (const value of gathered)
    found.push(exchange(inference, 'reduce_scatter', value), exchange(inference, 'all_gather', value));
  return found;
}

function exchange(inference: Inference, collective: Collective['collective'], value: number): Collective {
  const { producer, bytes } = inference.values[value]!;
  return { node: producer ?? 0, collective, bytes, group: 'tp', pass: 'forward' };
}

function ordered(found: readonly Collective[]): Collective[] {
  return [...found].sort((a, b) => a.node - b.node);
}

/** Values that are sums of which each rank has a part, as far forward as they stay so. */
class PartialSums {
  readonly values = new Set<number>();
  private readonly results: ReadonlySet<number | null>;

  constructor(private readonly inference: Inference) {
    this.results = new Set(inference.scopes[0]?.outputs);
  }

  add(value: number | null): void {
    for (let at = value; at !== null; at = this.step(at)) this.values.add(at);
  }

  /** The result that takes the place of a value; null where it has to be summed itself. */
  private step(value: number): number | null {
    const { consumers } = this.inference.values[value]!;
    const reader = consumers.length === 1 ? this.inference.nodes[consumers[0]!]! : undefined;
    if (!reader || this.results.has(value)) return null;
    const how = passesSums(reader);
    const read = reader.inputs.filter((id) => id !== null);
    const result = reader.outputs[0];
    if (how === null || typeof result !== 'number' || this.isWider(result, value)) return null;
    const partial = read.filter((id) => this.values.has(id));
    if (how === 'sum' ? partial.length < read.length : partial.length > 1) return null;
    const alone = partial.every((id) => this.inference.values[id]!.consumers.length === 1);
    if (!alone) return null;
    for (const id of partial) this.values.delete(id);
    return result;
  }

  /** What comes out would take longer to exchange. */
  private isWider(result: number, value: number): boolean {
    const [after, before] = [this.inference.values[result]!.bytes, this.inference.values[value]!.bytes];
    return after === null || before === null || after > before;
  }
}
