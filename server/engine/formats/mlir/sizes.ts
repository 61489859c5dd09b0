import { parseDim, type Dim } from '../../graph/dim';
import type { Shape, ValueInfo } from '../../graph/model';
import { isOpen } from '../dims';
import type { MlirFunction } from './functions';
import { valueOf } from './functions';

/** How JAX says in a check of sizes what the sizes of inputs are called: `args[0].shape = (b, 8),args[1].shape = (2*b, 3)`. */
const begin = 'shapes specifications: ';
const shapeSign = '.shape = (';
const longest = 16_384;

/**
 * Inputs of which sizes are open with the names that JAX gives these: its checks of sizes state them in the order of the inputs.
 * @returns the inputs as they are where none are stated, or others than there are
 */
export function withNamedSizes(inputs: readonly ValueInfo[], { body }: MlirFunction): readonly ValueInfo[] {
  const said = body.statements
    .map(({ items }) => valueOf(items, 'error_message'))
    .find((text) => text?.includes(begin) === true);
  const stated = said === undefined ? [] : shapesIn(said.slice(0, longest));
  const open = inputs.filter((input) => shapeOf(input)?.some(isOpen) === true);
  if (stated.length !== open.length) return inputs;
  const named = new Map<string, Shape>();
  for (const [i, input] of open.entries()) {
    const [own, other] = [shapeOf(input)!, stated[i]!];
    if (own.length !== other.length) return inputs;
    const isSame = own.every((dim, axis) => isOpen(dim) || dim === other[axis]);
    if (!isSame) return inputs;
    named.set(
      input.name,
      own.map((dim, axis) => (isOpen(dim) ? (other[axis] ?? dim) : dim)),
    );
  }
  return inputs.map((input) => {
    const shape = named.get(input.name);
    return shape && input.type?.kind === 'tensor' ? { ...input, type: { ...input.type, shape } } : input;
  });
}

function shapeOf({ type }: ValueInfo): Shape | undefined {
  return type?.kind === 'tensor' ? type.shape : undefined;
}

function shapesIn(text: string): readonly (readonly (Dim | undefined)[])[] {
  const found: (readonly (Dim | undefined)[])[] = [];
  let at = text.indexOf(shapeSign, text.indexOf(begin));
  for (; at >= 0; at = text.indexOf(shapeSign, at)) {
    const from = at + shapeSign.length;
    const parts = partsOf(text, from);
    found.push(parts.list.filter((part) => part !== '').map(parseDim));
    at = parts.end;
  }
  return found;
}

/** Parts between commas, up to the parenthesis that closes the list. */
function partsOf(text: string, from: number): { readonly list: readonly string[]; readonly end: number } {
  const list: string[] = [];
  let depth = 0;
  let start = from;
  let end = from;
  for (; end < text.length; end++) {
    const letter = text[end];
    if (letter === '(') depth++;
    else if (letter === ')' && depth-- === 0) break;
    else if (letter === ',' && depth === 0) {
      list.push(text.slice(start, end).trim());
      start = end + 1;
    }
  }
  return { list: [...list, text.slice(start, end).trim()], end };
}
