import { parseDim, symbol } from '../graph/dim';
import type { Dim } from '../graph/dim';

/**
 * A dimension that the file leaves open: `?`. It is no common symbol of all open dimensions; inference gives each a name
 * of its own, after its value and axis.
 */
export const openDimension = symbol('?');

/** True for {@link openDimension}. */
export function isOpen(dim: Dim): boolean {
  return typeof dim !== 'number' && dim.key === openDimension.key;
}

/** Reads `dim_param` texts; models repeat the same few at every value. */
export class DimReader {
  private readonly known = new Map<string, Dim>();

  read(text: string): Dim {
    let dim = this.known.get(text);
    if (dim === undefined) {
      dim = parseDim(text) ?? openDimension;
      this.known.set(text, dim);
    }
    return dim;
  }
}
