import type { Model, ValueType } from '../graph/model';
import type { Element, Fact } from '../operators/rule';
import type { Bindings } from '../graph/dim';
import { mapPolitely, type Scheduler } from '../scheduler';
import { bindingsKey, givenInputs } from './bindings';
import { flatten } from './flatten';
import { InferencePass } from './inferencePass';

/** What is known of a value as long as no dimension has a number. */
interface SymbolicFact {
  readonly type: ValueType;
  /** Content of a small tensor, such as a shape; entries may be dimensions. */
  readonly elements?: readonly Element[];
}

/** Facts by value id, the same ids as in `Inference.values`; undefined where nothing depends on a symbol. */
export type SymbolicFacts = readonly (SymbolicFact | undefined)[];

/** Bindings that decide how often a loop runs: they belong to the graph, not to its dimensions. */
const tripPrefix = 'loop:';

/**
 * Types in terms of the names of the graph's dimensions: what a shape means, beside the numbers that it has under some
 * bindings. Shapes alone: no work is counted, no problems are reported.
 * @param bindings only those of loop trips count
 */
export async function inferSymbolic(
  model: Model,
  bindings: Bindings,
  scheduler: Scheduler,
): Promise<SymbolicFacts> {
  const { facts } = await inferWithoutNumbers(model, bindings, scheduler, true);
  return mapPolitely(facts, scheduler, (fact) => {
    if (!fact?.type) return undefined;
    const elements = fact.elements?.some(isSymbolic) ? fact.elements : undefined;
    if (!elements && !isOpen(fact.type)) return undefined;
    return { type: fact.type, ...(elements && { elements }) };
  });
}

/** What a file itself says of its values. */
export interface FileFacts {
  /** By value id, the same as in `Inference.values`; undefined and gaps where nothing is said. */
  readonly facts: readonly (Fact | undefined)[];
  /** Symbols in types for sizes that the file gives no name. */
  readonly unknown: ReadonlySet<string>;
}

/**
 * Types as a runtime knows them that loads the file: free sizes have no number, and what a graph computes from them is not
 * followed.
 * @param bindings only those of loop trips count
 */
export function inferFile(model: Model, bindings: Bindings, scheduler: Scheduler): Promise<FileFacts> {
  return inferWithoutNumbers(model, bindings, scheduler, false);
}

async function inferWithoutNumbers(
  model: Model,
  bindings: Bindings,
  scheduler: Scheduler,
  followsSizes: boolean,
): Promise<FileFacts> {
  const trips = tripBindings(bindings);
  const silent = (): void => {};
  const flat = await flatten(model, {}, scheduler, silent);
  const input = givenInputs(model.graph, trips);
  // What is wrong with nodes is told by the pass with numbers.
  const faulty = new Uint8Array(flat.nodes.length);
  const start = { flat, faulty, input, userBindings: trips };
  const pass = new InferencePass(start, scheduler, { report: silent }, { followsSizes });
  await pass.run();
  return { facts: pass.facts, unknown: pass.fresh.names };
}

function tripBindings(bindings: Bindings): Bindings {
  return Object.fromEntries(Object.entries(bindings).filter(([name]) => name.startsWith(tripPrefix)));
}

/** What {@link inferSymbolic} and {@link inferFile} depend on beside the model, as a key. */
export function tripsKey(bindings: Bindings): string {
  return bindingsKey(tripBindings(bindings));
}

function isSymbolic(element: Element): boolean {
  return typeof element === 'object' && element !== null;
}

/** True if a dimension of the type is an expression. */
function isOpen(type: ValueType): boolean {
  switch (type.kind) {
    case 'tensor':
    case 'sparse':
      return type.shape?.some((dim) => typeof dim !== 'number') ?? false;
    case 'sequence':
    case 'optional':
      return type.element !== undefined && isOpen(type.element);
    case 'map':
      return type.value !== undefined && isOpen(type.value);
    case 'opaque':
      return false;
  }
}
