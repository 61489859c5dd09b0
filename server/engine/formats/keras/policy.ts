import type { DataType } from '../../graph/dataTypes';
import { objectOf, type JsonObject } from '../../lower/fields';
import { member, textOf } from '../json';
import { typeOf } from './given';

/** In which types a layer computes, and holds its weights. */
export interface Policy {
  readonly compute: DataType;
  readonly weights: DataType;
  /** `int8`, `int4`, `float8` and the like: how the weights of products are stored. */
  readonly mode?: string;
  /** Elements that share a scale; none: those of an output. */
  readonly block?: number;
}

const plain: Policy = { compute: 'float', weights: 'float' };

/** Rows of Keras's policies by name: `mixed_float16` computes in 16 bits what is held in 32. */
function named(name: string): Policy {
  const mixed = /^mixed_(.+)$/.exec(name)?.[1];
  const type = typeOf(mixed ?? name);
  if (!type) return plain;
  return { compute: type, weights: mixed === undefined ? type : 'float' };
}

/** The policy that stands in a layer's configuration: a name, or an object of it. */
export function policyOf(config: JsonObject): Policy {
  const stated = config['dtype'];
  if (typeof stated === 'string') return named(stated);
  const own = member(objectOf(stated), 'config');
  const mode = textOf(own, 'mode');
  if (mode === '') return named(textOf(own, 'name'));
  const source = named(textOf(own, 'source_name'));
  const [kind = '', size] = mode.split('/');
  const block = Number(size ?? member(member(config, 'quantization_config'), 'config')?.['block_size']);
  return { ...source, mode: kind, ...(Number.isSafeInteger(block) && block > 0 && { block }) };
}
