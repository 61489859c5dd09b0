import type { Bindings } from '../graph/dim';
import type { Tensor, ValueType } from '../graph/model';
import { maximumElements } from '../operators/broadcast';
import type { Element, Fact } from '../operators/rule';
import type { Steps } from '../scheduler';
import { bindType, cleanType } from './bindings';
import type { FlatModel } from './flatModel';
import type { Findings } from './sharedCalls';
import { Trait } from './traits';

/** Gives formal inputs and initializers their facts and traits, before any node runs. */
export function* seedValues(
  { values, scopes }: FlatModel,
  bindings: Bindings,
  { facts, traits }: Pick<Findings, 'facts' | 'traits'>,
): Steps<void> {
  const formal = new Set(scopes.flatMap(({ inputs }) => inputs));
  for (const value of values) {
    yield;
    if (value.tensor) {
      facts[value.id] = factOfTensor(value.tensor);
      traits[value.id] = Trait.Constant | Trait.Weight;
    } else if (value.origin === 'initializer') {
      facts[value.id] = value.declared ? { type: value.declared } : undefined;
      traits[value.id] = Trait.Constant | Trait.Weight;
    } else if (value.origin === 'input') {
      const type = cleanType(value.declared, value.name);
      facts[value.id] = type && { type: bindType(type, bindings) };
      if (value.scope === 0 && type && hasSymbols(type)) traits[value.id] = Trait.Dynamic;
      // Nobody makes it, which was said.
      if (!formal.has(value.id)) traits[value.id] = Trait.Faulty;
    }
  }
}

function hasSymbols(type: ValueType): boolean {
  if (type.kind === 'tensor' || type.kind === 'sparse') {
    return type.shape === undefined || type.shape.some((dim) => typeof dim !== 'number');
  }
  return true;
}

/** Type and content of an initializer. */
function factOfTensor(tensor: Tensor): Fact {
  const type: ValueType = {
    kind: 'tensor',
    ...(tensor.dtype && { dtype: tensor.dtype }),
    shape: tensor.dims,
  };
  const elements: readonly Element[] | undefined = tensor.elements;
  return { type, ...(elements && elements.length <= maximumElements && { elements }) };
}
