import { entryOf } from '../../../../outside/table';
import type { ValueType } from '../../graph/model';
import type { Fact } from '../../operators/rule';
import { truth } from '../../operators/elements';
import { problem, type Problem } from '../../problem';
import type { FlatModel, FlatNode } from '../flatModel';
import type { BoundValue } from '../types';
import { Trait } from '../traits';
import { Deciders } from './deciders';
import { contentOf, isSetting, type KnownValues } from './inputValues';

/** What a pass found out so far. */
interface Findings {
  readonly flat: FlatModel;
  readonly facts: (Fact | undefined)[];
  readonly traits: Uint8Array;
}

/** Contents that are given or assumed of inputs, of other values, and of the conditions of branches. */
export class Contents {
  readonly deciders = new Deciders();
  /** By node: which of its branches counts although data decides. */
  readonly taken = new Map<number, boolean>();
  private readonly isGiven: boolean;

  constructor(
    private readonly known: KnownValues,
    private readonly report: (found: Problem) => void,
  ) {
    this.isGiven = Object.keys(known.given).length > 0;
  }

  /** Gives the graph's inputs their content. */
  seed({ flat, facts, traits }: Findings): void {
    for (const value of flat.values) {
      if (value.scope !== 0 || value.origin !== 'input' || value.tensor) continue;
      const { id, name } = value;
      const given = entryOf(this.known.given, name);
      const type = facts[id]?.type;
      if (!given && !isSetting(type)) continue;
      const elements = this.content(name, facts[id], given ?? entryOf(this.known.defaults, name));
      this.deciders.seed(id, name, elements !== undefined);
      if (!elements) continue;
      facts[id] = { ...facts[id], elements };
      // A runtime learns it with each run: nothing that depends on it is computed at load time.
      traits[id]! |= Trait.Dynamic | Trait.Given;
    }
  }

  /** The content that the user gave to what a node makes; undefined where none was given. */
  made(name: string, fact: Fact): Fact | undefined {
    if (!this.isGiven) return undefined;
    const elements = this.content(name, fact, entryOf(this.known.given, name));
    return elements && { ...fact, elements };
  }

  private content(
    name: string,
    fact: Fact | undefined,
    numbers: readonly number[] | undefined,
  ): readonly number[] | undefined {
    if (!numbers) return undefined;
    const elements = contentOf(fact?.type, numbers);
    if (!elements) this.report(problem('warning', 'value.count', { name, count: numbers.length }));
    return elements;
  }

  /** Which branch of a node the user chose by its name. */
  chosen(node: string): boolean | undefined {
    return node === '' ? undefined : truth(entryOf(this.known.given, node)?.[0]);
  }

  /** What is given, and what is assumed or unset and decides something. */
  list(flat: FlatModel, counts: (node: FlatNode) => boolean): BoundValue[] {
    const list = new Map<string, BoundValue>();
    const add = (one: BoundValue): void => void (list.has(one.name) || list.set(one.name, one));
    for (const { name, declared } of this.isGiven ? flat.values : []) {
      const numbers = entryOf(this.known.given, name);
      if (numbers) add({ name, numbers, isTruth: isTruth(declared), origin: 'value' });
    }
    for (const node of flat.nodes) {
      if (!node.bodies) continue;
      const chosen = this.chosen(node.node.name);
      const isThen = chosen ?? (counts(node) ? this.taken.get(node.index) : undefined);
      if (isThen === undefined) continue;
      const name = chosen === undefined ? branchName(node) : node.node.name;
      const origin = chosen === undefined ? 'default' : 'value';
      add({ name, numbers: [Number(isThen)], isTruth: true, origin });
    }
    for (const { name, scope, origin, declared } of flat.values) {
      if (scope !== 0 || origin !== 'input' || !this.deciders.names.has(name)) continue;
      const assumed = entryOf(this.known.defaults, name);
      add({
        name,
        numbers: assumed ?? null,
        isTruth: isTruth(declared),
        origin: assumed ? 'default' : 'unset',
      });
    }
    return [...list.values()];
  }
}

function isTruth(declared: ValueType | undefined): boolean {
  return declared?.kind === 'tensor' && declared.dtype === 'bool';
}

/** The name by which a branch of a node is chosen: its own, else that of its condition. */
export function branchName({ node }: FlatNode): string {
  return node.name || node.inputs[0] || '';
}
