import { entryOf, setEntry } from '../../../outside/table';
import { evaluate, printDim, symbol, symbolsOf, type Bindings, type Dim } from '../graph/dim';
import type { Graph, Shape, ValueType } from '../graph/model';
import type { Phase, Workload } from '../workload';
import type { BoundSymbol } from './types';

/** What a symbol measures, judged by its name. */
type Role = 'batch' | 'sequence' | 'encoder' | 'past' | 'total';

/**
 * Name patterns in the order in which they are tried: `past_sequence_length` is past-like although it also says
 * "sequence". The names are those that exporters of PyTorch, Hugging Face and ONNX Runtime GenAI write.
 */
const rolePatterns: readonly { readonly role: Role; readonly pattern: RegExp }[] = [
  { role: 'total', pattern: /total|^kv_?(len|length|seq)|(all|full|max)_?(seq|len)|attention_?mask/i },
  { role: 'past', pattern: /past|cache/i },
  { role: 'encoder', pattern: /^(enc|encoder|source|src|cross)(_|\.|$)|encoder.*(seq|len)/i },
  { role: 'batch', pattern: /batch|^(b|bs|n|bsz|bz)$|^num_?(images|samples|examples)$/i },
  {
    role: 'sequence',
    pattern: /seq|^(s|t|l|len|length|tokens|time|steps|frames)$|(^|_)(len|length|tokens|frames|time|steps)$/i,
  },
];

const inference: Readonly<Record<Role, number>> = {
  batch: 1,
  sequence: 128,
  encoder: 128,
  past: 0,
  total: 128,
};

/** Numbers of dimensions that nobody gave one, by phase. A total is the sum of past and sequence. */
const defaults: Readonly<Record<Phase, Readonly<Record<Role, number>>>> = {
  inference,
  prefill: inference,
  training: inference,
  decode: { batch: 1, sequence: 1, encoder: 128, past: 128, total: 129 },
};

/** Longer names say nothing to people, and expressions over them would take long. */
const longestName = 200;

/** Names made from a value and an axis say what the value is, not what the axis measures. */
const axisOfValue = /(?:\.dim|_dim_|_dynamic_axes_)\d+$/;

/** What a symbol measures, judged by its name; undefined where that says nothing. */
export function roleOf(name: string): Role | undefined {
  if (name.length > longestName || axisOfValue.test(name)) return undefined;
  return rolePatterns.find(({ pattern }) => pattern.test(name))?.role;
}

/** The default of a symbol in a phase; undefined where its name says nothing. */
export function defaultBinding(name: string, phase: Phase): number | undefined {
  const role = roleOf(name);
  return role && defaults[phase][role];
}

/** The free symbols of the graph's inputs, in order of appearance. */
export function inputNames(graph: Graph): Set<string> {
  const fixed = new Set(graph.initializers.map((tensor) => tensor.name));
  const names = new Set<string>();
  for (const input of graph.inputs) {
    if (!fixed.has(input.name)) collectSymbols(cleanType(input.type, input.name), names);
  }
  return names;
}

/** The input symbols of a graph and the numbers in force. */
export interface InputBindings {
  readonly symbols: readonly BoundSymbol[];
  readonly bindings: Bindings;
  readonly names: ReadonlySet<string>;
}

/** Collects the free symbols of the graph's inputs and gives them numbers: the user's, else defaults. */
export function bindInputs(graph: Graph, workload: Workload, useDefaults: boolean): InputBindings {
  const names = inputNames(graph);
  const bindings: Record<string, number> = {};
  const symbols: BoundSymbol[] = [];
  for (const name of names) {
    const given = entryOf(workload.bindings, name);
    const value = given ?? (useDefaults ? defaultBinding(name, workload.phase) : undefined);
    if (value !== undefined) setEntry(bindings, name, value);
    const origin = given !== undefined ? 'binding' : value !== undefined ? 'default' : 'unbound';
    symbols.push({ name, value: value ?? null, origin });
  }
  return { symbols, bindings, names };
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
