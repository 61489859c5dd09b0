import type { ValueType } from '../graph/model';

/** Types that a constraint allows, the first few of many. */
export function typeList(types: ReadonlySet<string>, limit = 12): string {
  const shown = [...types].slice(0, limit);
  return shown.join(', ') + (types.size > limit ? ', …' : '');
}

/** A type without its shape, in the words of type constraints. */
export function typeWord(type: ValueType): string {
  switch (type.kind) {
    case 'tensor':
      return type.dtype ?? '';
    case 'sparse':
      return `sparse_tensor(${type.dtype ?? ''})`;
    case 'sequence':
      return `seq(${type.element ? typeWord(type.element) : ''})`;
    case 'optional':
      return `optional(${type.element ? typeWord(type.element) : ''})`;
    case 'map':
      return `map(${type.key ?? ''}, ${type.value ? typeWord(type.value) : ''})`;
    case 'opaque':
      return 'opaque';
  }
}

/** The element type is known down to the last. */
export function isWhole(type: ValueType): boolean {
  switch (type.kind) {
    case 'tensor':
    case 'sparse':
      return type.dtype !== undefined;
    case 'sequence':
    case 'optional':
      return type.element !== undefined && isWhole(type.element);
    case 'map':
      return type.key !== undefined && type.value !== undefined && isWhole(type.value);
    case 'opaque':
      return false;
  }
}
