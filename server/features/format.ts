import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { boundsText, totalText, type Summed } from '../../l10n/totals';
import type { ChipAnalysis } from '../engine/analyse';
import type { Bound, ChipCost, Estimate, NodeCost } from '../engine/cost/types';
import type { Kernel } from '../engine/kernels/types';
import type { Dim } from '../engine/graph/dim';
import type { Shape, ValueType } from '../engine/graph/model';
import { largest } from '../engine/lists';
import { cut, visible } from '../../outside/hidden';
import type { ModuleCost } from './moduleCosts';

/**
 * The blank of hint labels. Editors show hints in the editor's font, and every monospaced font has a no-break space
 * as wide as a digit; the figure space is missing from many and would come from another font, at another width.
 */
export const blank = '\u00a0';
const numberWidth = 4;
const unitWidth = 2;

/** Letters of an operator in a hint: all but the longest names. */
const operatorLetters = 18;

/**
 * A cost hint of fixed width: number right-aligned, unit, bound as a short word, like `  41 µs mem `; `≤  41 µs` where
 * only that is known.
 * @param operator stands behind it where the line has its own out of sight
 */
export function costLabel(
  { seconds, secondsAtMost, bound }: Pick<NodeCost, 'seconds' | 'secondsAtMost' | 'bound'>,
  language: Language,
  operator = '',
): string {
  const known = costParts(seconds, bound, language);
  const [number = '', unit = ''] =
    secondsAtMost === undefined ? known : `≤${timeText(roundedUp(secondsAtMost), language)}`.split(' ');
  const word = seconds ? message(language, `hint.bound.${bound}`) : '';
  const width = largest(hintWords(language).map((one) => one.length));
  const label = `${number.padStart(numberWidth)} ${unit.padEnd(unitWidth)} ${word.padEnd(width)}`;
  const behind = operator === '' ? '' : ` ${cut(visible(operator), operatorLetters)}`;
  return (label + behind).replaceAll(' ', blank);
}

/** A limit in two digits, which the width of hints has room for, and never below what it is. */
function roundedUp(seconds: number): number {
  const value = Math.max(seconds, 1e-9);
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / step - 1e-9) * step;
}

/** The time of a kernel, all of its runs together; null where it is unknown. */
export function kernelTimeText(
  seconds: Estimate | null,
  { repeat }: Pick<Kernel, 'repeat'>,
  language: Language,
): string | null {
  return seconds && repeat !== null ? timeText(seconds.value * repeat, language) : null;
}

/** Letters of a module's name in a hint: with the cost behind it that is what editors show of a line's hints. */
const moduleNameLetters = 12;

/** A module with its time and share, and how many there are of it: `h.0 1.2 ms 8% ×12`. */
export function moduleLabel({ name, seconds, share, alike }: ModuleCost, language: Language): string {
  const short = cut(visible(name), moduleNameLetters);
  const times = alike > 1 ? [`×${alike}`] : [];
  const parts = [short, timeText(seconds, language), formatterOf(language).percent(share), ...times];
  return parts.join(blank).replaceAll(' ', blank);
}

function costParts(seconds: Estimate | null, bound: Bound, language: Language): string[] {
  if (!seconds) return ['?'];
  // Nothing is dispatched: a dash reads better than a column of zeros.
  if (bound === 'none' && seconds.value === 0) return ['–'];
  // Shares of fused nodes may be tiny.
  return timeText(seconds.value, language).split(' ');
}

function hintWords(language: Language): string[] {
  const bounds: Bound[] = ['compute', 'memory', 'overhead', 'link', 'none', 'unknown'];
  return bounds.map((bound) => message(language, `hint.bound.${bound}`));
}

export function boundWord(bound: Bound, language: Language): string {
  return message(language, `bound.${bound}`);
}

/** A time for sentences and tables; below a nanosecond digits would look like knowledge. */
export function timeText(value: number, language: Language): string {
  return value > 0 && value < 1e-9 ? '<1 ns' : formatterOf(language).seconds(value);
}

/** `41 µs (30 µs – 55 µs)`, or the word for unknown. */
export function timeRange(seconds: Estimate | null, language: Language): string {
  if (!seconds) return message(language, 'unknown');
  const text = timeText(seconds.value, language);
  if (seconds.low === seconds.high) return text;
  return `${text} (${timeText(seconds.low, language)} – ${timeText(seconds.high, language)})`;
}

/** The time of a node with its range; where it is unknown, what it is at the most. */
export function nodeTime(node: NodeCost | undefined, language: Language): string {
  const most = node?.secondsAtMost ?? null;
  const limit = boundsText(null, most, (value) => timeText(value, language), language);
  return limit ?? timeRange(node?.seconds ?? null, language);
}

/** The time of a whole run with its range; where a part of it is not known, what it is at the least. */
export function totalTime(
  { latencySeconds }: Pick<ChipCost['total'], 'latencySeconds'>,
  language: Language,
): string {
  if (!latencySeconds?.isLowerBound) return timeRange(latencySeconds, language);
  return summed(latencySeconds, (value) => timeText(value, language), language);
}

/** A total in words, or the word for unknown. */
export function summed(total: Summed | null, write: (value: number) => string, language: Language): string {
  return totalText(total, write, language) ?? message(language, 'unknown');
}

/** A quantity, or the word for unknown: never 0 for what is not known. */
export function known<T>(
  value: T | null | undefined,
  write: (value: T) => string,
  language: Language,
): string {
  return value === null || value === undefined ? message(language, 'unknown') : write(value);
}

function dimText(dim: Dim): string {
  return typeof dim === 'number' ? String(dim) : dim.key;
}

/** `1×128×768`; a scalar has no dimension at all. */
export function shapeText(shape: Shape | undefined): string {
  if (!shape) return '?';
  return shape.length === 0 ? '[]' : shape.map(dimText).join('×');
}

/** `float[1,128,768]` in the words of ONNX's textual syntax. */
export function typeText(type: ValueType | undefined): string {
  if (!type) return '?';
  switch (type.kind) {
    case 'tensor':
    case 'sparse': {
      const dims = type.shape ? `[${type.shape.map(dimText).join(',')}]` : '[?]';
      const text = `${type.dtype ?? '?'}${type.shape?.length === 0 ? '' : dims}`;
      return type.kind === 'sparse' ? `sparse_tensor(${text})` : text;
    }
    case 'sequence':
      return `seq(${typeText(type.element)})`;
    case 'optional':
      return `optional(${typeText(type.element)})`;
    case 'map':
      return `map(${type.key ?? '?'}, ${typeText(type.value)})`;
    case 'opaque':
      return `opaque(${type.domain}, ${type.name})`;
  }
}

/**
 * `[batch, 12, sequence, 64]`: a shape by the names of its dimensions, to stand beside its numbers; undefined where it
 * says no more than `bound` does.
 */
export function symbolicText(type: ValueType | undefined, bound: ValueType | undefined): string | undefined {
  if (!type || typeText(type) === typeText(bound)) return undefined;
  if (type.kind !== 'tensor' && type.kind !== 'sparse') return typeText(type);
  return type.shape && `[${type.shape.map(dimText).join(', ')}]`;
}

/** The high-water mark; where the need is unknown, between what it is. */
export function memoryText(
  { highWaterBytes, leastBytes, mostBytes }: ChipAnalysis['fit'],
  language: Language,
): string {
  const { bytes } = formatterOf(language);
  if (highWaterBytes !== null) return bytes(highWaterBytes);
  return boundsText(leastBytes, mostBytes, bytes, language) ?? message(language, 'unknown');
}
