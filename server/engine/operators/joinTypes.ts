import { equalDims, type Dim } from '../graph/dim';
import type { Shape, ValueType } from '../graph/model';
import { tensor } from './shared';

/** Facts that hold whichever of two branches ran. */
export function joinTypes(
  a: ValueType | undefined,
  b: ValueType | undefined,
  fresh: (axis: number, a: Dim, b: Dim) => Dim,
): ValueType | undefined {
  if (!a || !b) return undefined;
  if (isTensor(a) && isTensor(b)) {
    const dtype = a.dtype === b.dtype ? a.dtype : (a.dtype ?? b.dtype);
    return tensor(dtype, joinShapes(a.shape, b.shape, fresh));
  }
  if (a.kind === 'sequence' && b.kind === 'sequence') {
    // An empty sequence says nothing of its elements.
    const element =
      a.element && b.element ? joinTypes(a.element, b.element, fresh) : (a.element ?? b.element);
    return { kind: 'sequence', ...(element && { element }) };
  }
  if (a.kind === 'optional' || b.kind === 'optional') {
    const [left, right] = [a, b].map((type) => (type.kind === 'optional' ? type.element : type));
    const element = left && right ? joinTypes(left, right, fresh) : (left ?? right);
    return { kind: 'optional', ...(element && { element }) };
  }
  return a.kind === b.kind ? a : undefined;
}

export function isTensor(type: ValueType): type is ValueType & { kind: 'tensor' | 'sparse' } {
  return type.kind === 'tensor' || type.kind === 'sparse';
}

function joinShapes(
  a: Shape | undefined,
  b: Shape | undefined,
  fresh: (axis: number, a: Dim, b: Dim) => Dim,
): Shape | undefined {
  if (!a || !b || a.length !== b.length) return undefined;
  return a.map((dim, axis) => (equalDims(dim, b[axis]!) ? dim : fresh(axis, dim, b[axis]!)));
}

/** Whether both are known and the same, dimension by dimension. */
export function areEqualTypes(a: ValueType | undefined, b: ValueType | undefined): boolean {
  if (!a || !b || a.kind !== b.kind) return false;
  if (isTensor(a) && isTensor(b)) {
    const { shape } = b;
    if (!a.shape || !shape || a.dtype !== b.dtype || a.shape.length !== shape.length) return false;
    return a.shape.every((dim, axis) => equalDims(dim, shape[axis]!));
  }
  if ((a.kind === 'sequence' || a.kind === 'optional') && a.kind === b.kind)
    return areEqualTypes(a.element, b.element);
  return false;
}
