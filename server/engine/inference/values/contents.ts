import { entryOf } from '../../../../outside/table';
import type { Fact } from '../../operators/rule';
import { branchOfTruth } from '../../operators/control';
import { truth } from '../../operators/elements';
import { problem, type Problem } from '../../problem';
import type { FlatModel, FlatNode } from '../flatModel';
import type { BoundValue, CountedBranch } from '../types';
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
    for (const name of Object.keys(known.sizes)) this.deciders.names.add(name);
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

  /** Inputs that decide something and hold nobody knows what. */
  get unset(): ReadonlySet<string> {
    const { given, defaults } = this.known;
    const isUnset = (name: string): boolean => !entryOf(given, name) && !entryOf(defaults, name);
    return new Set([...this.deciders.names].filter(isUnset));
  }

  /** Which branch of a node the user chose by its name. */
  chosen(node: string): boolean | undefined {
    return node === '' ? undefined : truth(entryOf(this.known.given, node)?.[0]);
  }

  /**
   * The nodes of which one branch counts because the user or an assumption says so, where the graph alone does not.
   * @param counts whether a node runs at all
   */
  branches(found: Findings, counts: (node: FlatNode) => boolean): CountedBranch[] {
    return found.flat.nodes.flatMap((node) => {
      if (!node.bodies?.has(branchOfTruth)) return [];
      const { name } = node.node;
      const chosen = this.chosen(name);
      if (chosen !== undefined) return [{ node: node.index, isThen: chosen, name, origin: 'value' }];
      if (!counts(node)) return [];
      const taken = this.taken.get(node.index);
      if (taken === undefined) return this.branchByCondition(node, found);
      return [{ node: node.index, isThen: taken, name: branchName(node), origin: 'default' }];
    });
  }

  /** The branch that is known by what the user gave to its condition, or by assumed contents of inputs. */
  private branchByCondition(node: FlatNode, { flat, facts, traits }: Findings): CountedBranch[] {
    const [id] = node.inputs;
    if (typeof id !== 'number' || (traits[id]! & Trait.Given) === 0) return [];
    const isThen = truth(facts[id]?.elements?.[0]);
    if (isThen === undefined) return [];
    const { name, scope, origin } = flat.values[id]!;
    const branch = { node: node.index, isThen };
    if (entryOf(this.known.given, name)) return [{ ...branch, name, origin: 'value' }];
    const isAssumed = this.deciders.originsOf(id).some((input) => !entryOf(this.known.given, input));
    if (!isAssumed) return [];
    const isInput = scope === 0 && origin === 'input';
    return [{ ...branch, name: isInput ? name : branchName(node), origin: 'follows' }];
  }

  /** What is given, and what is assumed or unset and decides something. */
  list({ flat, facts }: Findings, branches: readonly CountedBranch[]): BoundValue[] {
    const list = new Map<string, BoundValue>();
    const add = (one: BoundValue): void => void (list.has(one.name) || list.set(one.name, one));
    for (const { id, name } of this.isGiven ? flat.values : []) {
      const numbers = entryOf(this.known.given, name);
      if (numbers) add({ name, numbers, isTruth: isTruth(facts[id]), origin: 'value' });
    }
    for (const { name, isThen, origin } of branches)
      if (origin !== 'follows') add({ name, numbers: [Number(isThen)], isTruth: true, origin });
    for (const { id, name, scope, origin } of flat.values) {
      if (scope !== 0 || origin !== 'input' || !this.deciders.names.has(name)) continue;
      const assumed = entryOf(this.known.defaults, name);
      add({
        name,
        numbers: assumed ?? null,
        isTruth: isTruth(facts[id]),
        origin: assumed ? 'default' : 'unset',
      });
    }
    return [...list.values()];
  }
}

function isTruth(fact: Fact | undefined): boolean {
  return fact?.type?.kind === 'tensor' && fact.type.dtype === 'bool';
}

/** The name by which a branch of a node is chosen: its own, else that of its condition. */
function branchName({ node }: FlatNode): string {
  return node.name || node.inputs[0] || '';
}
