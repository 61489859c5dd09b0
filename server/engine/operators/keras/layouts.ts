import { kerasDomain, kerasOperationDomain } from '../../graph/domains';
import type { Mapping } from '../foreign/mapping';
import { translated, type Format } from '../foreign/translate';
import type { OperatorRule } from '../rule';

/** Layers over images, sounds and volumes, whose channels stand where `data_format` says. */
interface Layouted {
  readonly name: string;
  /** The rule of ai.onnx. */
  readonly as: string;
  readonly rank: number;
  readonly domain?: string;
  /** Inputs behind the first one. */
  readonly weights?: Mapping['inputs'];
  readonly attributes?: (channels: number) => Mapping['attributes'];
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** Axes with the channels last in the order in which ONNX has them. */
const channelsLast = (rank: number): readonly number[] => [
  0,
  rank + 1,
  ...upTo(rank).map((axis) => axis + 1),
];

/** [window…, inputs, outputs] as [outputs, inputs, window…], and a transposed one's [window…, outputs, inputs] likewise. */
const kernelOrder = (rank: number): readonly number[] => [rank + 1, rank, ...upTo(rank)];

const window = { kernel_shape: 'kernel_size', strides: 'strides', dilations: 'dilation_rate' };

function convolutions(rank: number): readonly Layouted[] {
  const kernel = { at: 1, order: kernelOrder(rank) };
  return [
    {
      name: `Conv${rank}D`,
      as: 'Conv',
      rank,
      weights: [kernel, 2],
      attributes: () => ({ ...window, group: { copy: 'groups', otherwise: 1 } }),
    },
    {
      name: `Conv${rank}DTranspose`,
      as: 'ConvTranspose',
      rank,
      weights: [kernel, 2],
      attributes: () => window,
    },
    {
      name: `DepthwiseConv${rank}D`,
      as: 'Conv',
      rank,
      weights: [1, 2],
      attributes: (channels) => ({ ...window, group: { dim: [0, channels] } }),
    },
  ];
}

function poolings(rank: number): readonly Layouted[] {
  const size = () => ({ kernel_shape: 'pool_size', strides: 'strides' });
  return [
    { name: `MaxPooling${rank}D`, as: 'MaxPool', rank, attributes: size },
    { name: `AveragePooling${rank}D`, as: 'AveragePool', rank, attributes: size },
    { name: `GlobalMaxPooling${rank}D`, as: 'GlobalMaxPool', rank },
    { name: `GlobalAveragePooling${rank}D`, as: 'GlobalAveragePool', rank },
    { name: `AdaptiveMaxPooling${rank}D`, as: 'GlobalMaxPool', rank },
    { name: `AdaptiveAveragePooling${rank}D`, as: 'GlobalAveragePool', rank },
  ];
}

/**
 * A rule for both layouts. Fusions take such a layer for that of ONNX: what they ask of it does not depend on where the
 * channels stand.
 */
function layouted(
  format: Format,
  rule: OperatorRule,
  { name, rank, weights = [], attributes }: Layouted,
): OperatorRule {
  const [last, first] = [true, false].map((isLast) => {
    const order = isLast ? channelsLast(rank) : upTo(rank + 2);
    const mapping: Mapping = {
      as: rule.name,
      inputs: [{ at: 0, order }, ...weights],
      outputs: [order],
      attributes: attributes?.(isLast ? rank + 1 : 1) ?? {},
    };
    return translated(format, name, rule, mapping);
  }) as [OperatorRule, OperatorRule];
  return {
    ...last,
    counterpart: { ...last.counterpart!, isSameForm: true },
    work: (context) => (context.string('data_format') === 'channels_first' ? first : last).work!(context),
  };
}

/** Rules of layers over images of one to three axes. */
export function layoutRules(ruleOf: (name: string) => OperatorRule | undefined): readonly OperatorRule[] {
  const format = (domain: string): Format => ({ domain, activations: {}, isFused: true });
  return upTo(3)
    .map((i) => i + 1)
    .flatMap((rank) => [...convolutions(rank), ...poolings(rank)])
    .flatMap((one) => {
      const rule = ruleOf(one.as);
      return rule ? [layouted(format(kerasDomain), rule, one)] : [];
    });
}

/** Windows that an operation of keras.ops takes the mean or the largest of. */
export function poolOperations(): readonly OperatorRule[] {
  return ['MaxPool', 'AveragePool'].map((name): OperatorRule => ({
    domain: kerasOperationDomain,
    name,
    operatorClass: 'pooling',
    formula: 'vector |Y|·window',
    infer: () => {},
    work: (context) => {
      const axes = context.outputShape(0).length - 2;
      const size = context.ints('pool_size');
      const window = size ? size.reduce((a, b) => a * b, 1) : context.int('pool_size', 1) ** axes;
      return { vector: context.outputCountOf(0) * window };
    },
  }));
}
