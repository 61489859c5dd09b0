import { entryOf } from '../../../outside/table';
import { evaluate, printDim, symbol, symbolsOf, type Bindings, type Dim } from '../graph/dim';
import type { Graph, Shape, ValueInfo, ValueType } from '../graph/model';
import type { Values } from '../workload';
import type { BoundSymbol } from './types';

/** The inputs that a run is given: those without an initializer, impossible dimensions named after value and axis. */
export function dataInputs(graph: Graph): ValueInfo[] {
  const fixed = new Set(graph.initializers.map((tensor) => tensor.name));
  return graph.inputs
    .filter(({ name }) => !fixed.has(name))
    .map((input) => {
      const type = cleanType(input.type, input.name);
      return type === input.type ? input : { ...input, ...(type && { type }) };
    });
}

/** The free symbols of the graph's inputs, in order of appearance. */
export function inputNames(graph: Graph): Set<string> {
  const names = new Set<string>();
  for (const { type } of dataInputs(graph)) collectSymbols(type, names);
  return names;
}

/** The input symbols of a graph and the numbers in force. */
export interface InputBindings {
  readonly symbols: readonly BoundSymbol[];
  readonly bindings: Bindings;
  readonly names: ReadonlySet<string>;
}

/** The free symbols of the graph's inputs with the numbers that the user gave them and no others. */
export function givenInputs(graph: Graph, given: Bindings): InputBindings {
  const names = inputNames(graph);
  const symbols = [...names].map((name): BoundSymbol => {
    const value = entryOf(given, name) ?? null;
    return { name, value, origin: value === null ? 'unbound' : 'binding' };
  });
  const bound = symbols.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]));
  return { symbols, bindings: Object.fromEntries(bound), names };
}

/** Bindings, or values, as a key: the same whatever order they are given in. */
export function bindingsKey(bindings: Bindings | Values): string {
  return JSON.stringify(Object.entries(bindings).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Adds the symbols of a type's dimensions. */
export function collectSymbols(type: ValueType | undefined, names: Set<string>): void {
  forEachShape(type, (shape) => shape.forEach((dim) => symbolsOf(dim).forEach((name) => names.add(name))));
}

function forEachShape(type: ValueType | undefined, visit: (shape: Shape) => void): void {
  if (!type) return;
  if (type.kind === 'tensor' || type.kind === 'sparse') {
    if (type.shape) visit(type.shape);
  } else if (type.kind === 'sequence' || type.kind === 'optional') forEachShape(type.element, visit);
  else if (type.kind === 'map') forEachShape(type.value, visit);
}

/** A type with every dimension replaced. */
function mapDims(type: ValueType, change: (dim: Dim, axis: number) => Dim): ValueType {
  switch (type.kind) {
    case 'tensor':
    case 'sparse': {
      if (!type.shape) return type;
      const shape = type.shape.map(change);
      return shape.every((dim, i) => dim === type.shape![i]) ? type : { ...type, shape };
    }
    case 'sequence':
    case 'optional':
      return type.element ? { ...type, element: mapDims(type.element, change) } : type;
    case 'map':
      return type.value ? { ...type, value: mapDims(type.value, change) } : type;
    case 'opaque':
      return type;
  }
}

/** A declared type whose impossible (negative) dimensions became symbols named after value and axis. */
export function cleanType(type: ValueType | undefined, name: string): ValueType | undefined {
  return (
    type &&
    mapDims(type, (dim, axis) =>
      (typeof dim === 'number' && !(dim >= 0)) || printDim(dim) === '?' ? symbol(`${name}.dim${axis}`) : dim,
    )
  );
}

/** A type under bindings. */
export function bindType(type: ValueType, bindings: Bindings): ValueType {
  return mapDims(type, (dim) => evaluate(dim, bindings));
}
