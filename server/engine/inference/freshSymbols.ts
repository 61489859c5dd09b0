import { entryOf } from '../../../outside/table';
import { symbolsOf, type Bindings } from '../graph/dim';
import type { ValueType } from '../graph/model';
import type { Fact } from '../operators/rule';
import type { Steps } from '../scheduler';
import type { InputBindings } from './bindings';
import type { DataLimit } from './ruleContext';
import type { BoundSymbol } from './types';

/** A number by this name is that of all dimensions that the data decide and that have none of their own. */
export const sizeOfData = 'detections';

/** The dimensions that rules make up during a pass, and the numbers that they have. */
export class FreshSymbols {
  readonly names = new Set<string>();
  /** Those that an error made up: a number for them would not mend it. */
  private readonly excused = new Set<string>();
  /** Those that the data decide, with the node that makes each. */
  readonly ofData = new Map<string, number>();
  /** The graph says of one of them how large it is at the most. */
  hasLimits = false;

  /** @param takesMost gives what the data decide the largest size that it can have */
  constructor(
    private readonly input: InputBindings,
    private readonly bindings: Bindings,
    private readonly takesMost: boolean,
  ) {}

  /**
   * Takes up a dimension that a node makes.
   * @param limit given where the data decide it
   * @returns its number; undefined where it has none
   */
  add(name: string, node: number, limit: DataLimit | undefined): number | undefined {
    this.names.add(name);
    return entryOf(this.bindings, name) ?? (limit && this.sizeOfData(name, node, limit));
  }

  /** Notes that an error made it up. */
  excuse(name: string): void {
    this.excused.add(name);
  }

  /** The number of a dimension that the data decide, where the user gave one for all or the most is asked for. */
  private sizeOfData(name: string, node: number, { most }: DataLimit): number | undefined {
    if (!this.ofData.has(name)) this.ofData.set(name, node);
    const limit = typeof most === 'number' ? most : Infinity;
    this.hasLimits ||= most !== undefined;
    const wanted = this.input.names.has(sizeOfData) ? undefined : entryOf(this.bindings, sizeOfData);
    if (wanted !== undefined) return Math.min(wanted, limit);
    return this.takesMost && limit < Infinity ? limit : undefined;
  }

  /**
   * Dimensions beside those of the inputs that a shape still shows: data decides them, or only a declaration names
   * them; and those that the user gave a number. Not those that an error made up: a number would not mend it.
   */
  *list(facts: readonly (Fact | undefined)[]): Steps<readonly BoundSymbol[]> {
    const shown = new Set<string>();
    for (const fact of facts) {
      yield;
      collect(fact?.type, shown);
    }
    const hasNumber = (name: string): boolean => Object.hasOwn(this.bindings, name);
    const bound = [...this.names].filter(hasNumber);
    const found = [...new Set([...bound, ...shown])]
      .filter((name) => !this.input.names.has(name))
      .filter((name) => !this.excused.has(name) || hasNumber(name))
      .map((name) => this.boundOrNot(name, this.ofData.has(name)));
    // One name for all of them comes first, where it has a number or would give several one.
    const isAsked = found.filter(({ isOfData, origin }) => isOfData && origin === 'unbound').length > 1;
    const isGiven = this.ofData.size > 0 && hasNumber(sizeOfData);
    const isFree = !this.input.names.has(sizeOfData);
    return isFree && (isAsked || isGiven) ? [this.boundOrNot(sizeOfData, true), ...found] : found;
  }

  private boundOrNot(name: string, isOfData: boolean): BoundSymbol {
    const value = entryOf(this.bindings, name) ?? null;
    return { name, value, origin: value === null ? 'unbound' : 'binding', ...(isOfData && { isOfData }) };
  }
}

function collect(type: ValueType | undefined, names: Set<string>): void {
  if (type?.kind !== 'tensor' && type?.kind !== 'sparse') return;
  for (const dim of type.shape ?? []) {
    if (typeof dim !== 'number') for (const name of symbolsOf(dim)) names.add(name);
  }
}
