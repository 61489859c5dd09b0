import type { Fit } from '../../memory/fit';
import type { Total, TotalEstimate } from '../../cost/types';
import type { Report, ReportChip, ReportNode, ReportValue } from '../types';
import type { Words } from './words';

/** A sum over the model with how much of it is known. */
export function totalText(
  total: Total | TotalEstimate | null,
  write: (value: number) => string,
  words: Words,
): string {
  return words.total(total, write) ?? words.text('print.unknown');
}

/** Bytes of the weights; where some have a type that nobody knows here, those of the others. */
export function weightsText({ weightBytes, leastWeightBytes }: Report['model'], words: Words): string {
  return boundsText(weightBytes, leastWeightBytes ?? null, null, words);
}

/** The high-water mark; where only bounds of the need are known, these, called so. */
export function memoryText(
  { highWaterBytes, leastBytes, mostBytes }: Pick<Fit, 'highWaterBytes' | 'leastBytes' | 'mostBytes'>,
  words: Words,
): string {
  return boundsText(highWaterBytes, leastBytes, mostBytes, words);
}

/** Bytes, or the bounds between which they are. */
function boundsText(bytes: number | null, least: number | null, most: number | null, words: Words): string {
  if (bytes !== null) return words.bytes(bytes);
  return words.bounds(least, most, words.bytes) ?? words.text('print.unknown');
}

/** Whether a model fits; weights that are streamed need no room. */
export function fitsText(fits: boolean, streamedBytes: number, words: Words): string {
  if (fits && streamedBytes > 0) return words.text('print.streams', { bytes: words.bytes(streamedBytes) });
  return words.text(fits ? 'print.yes' : 'print.no');
}

export function shapeOf(node: ReportNode): string {
  return node.outputs.length === 0 ? '' : shapeText(node.outputs[0]!);
}

/** `float[1,128,768]`. */
export function shapeText(value: ReportValue): string {
  return `${value.dtype ?? '?'}${value.shape ? `[${value.shape.join(',')}]` : '[?]'}`;
}

/** Decoders have a pair of caches per layer: a handful shows what they are. */
const mostValues = 5;

export function valuesText(values: readonly ReportValue[], words: Words): string {
  const shown = values.slice(0, mostValues).map(valueText);
  const more = values.length - shown.length;
  if (more > 0) shown.push(words.text('print.more', { count: words.count(more) }));
  return shown.join(', ');
}

/** With the samples in flight where they are more than one: it is not one ÷ the latency then. */
export function throughputText(
  { samplesPerSecond, concurrency }: NonNullable<ReportChip['total']['throughput']>,
  words: Words,
): string {
  const rate = words.decimal(samplesPerSecond);
  return concurrency > 1 ? words.text('print.inFlight', { rate, count: words.count(concurrency) }) : rate;
}

function valueText(value: ReportValue): string {
  return `${value.name} ${shapeText(value)}`;
}
