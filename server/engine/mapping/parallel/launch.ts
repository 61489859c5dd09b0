import type { Phase } from '../../workload';
import json from './launch.json';
import type { Split } from './splits';

/** What a command is told of a split; what is null has no option. */
export interface LaunchFacts extends Split {
  readonly phase: Phase;
  /** As the framework is given it: a folder, or a file. */
  readonly model: string;
  /** Sequences of all copies, and of one micro-batch. */
  readonly batch: number | null;
  readonly microBatch: number;
  readonly accumulation: number;
  readonly chunks: number;
  /** Tokens of the longest sequence. */
  readonly tokens: number | null;
  /** Layers of each stage, where they are not as many in all. */
  readonly layers: readonly number[] | null;
  /** Devices of a node, and nodes. */
  readonly perNode: number;
  readonly nodes: number;
  readonly zero: number;
  readonly recompute: 'none' | 'selective' | 'full';
  readonly lora: number | null;
}

interface Launcher {
  readonly id: string;
  readonly phases: readonly string[];
  readonly isLora?: boolean;
  readonly words: readonly string[];
  /** Stands before the words where stages have different numbers of layers. */
  readonly uneven?: readonly string[];
  readonly options: readonly { readonly of: string; readonly words: readonly string[] }[];
  /** Commands that follow. */
  readonly then?: readonly (readonly string[])[];
}

const launchers: readonly Launcher[] = json.launchers;

/** The commands of one framework, each as words that no shell has seen yet. */
export interface Launch {
  readonly id: string;
  readonly commands: readonly (readonly string[])[];
}

/** Commands that start a model in a split. */
export function launchesOf(facts: LaunchFacts): Launch[] {
  const values = valuesOf(facts);
  const filled = (words: readonly string[]): string[] =>
    words.map((word) => word.replace(/\{(\w+)\}/g, (_, name: string) => values.get(name) ?? ''));
  return launchers
    .filter(({ phases, isLora = facts.lora !== null }) => {
      return phases.includes(facts.phase) && isLora === (facts.lora !== null);
    })
    .map(({ id, words, uneven = [], options, then = [] }) => {
      const own = options.filter(({ of }) => isAsked(of, facts)).flatMap((option) => option.words);
      const before = facts.layers ? uneven : [];
      return { id, commands: [filled([...before, ...words, ...own]), ...then.map(filled)] };
    });
}

/** Whether an option says something that is not so without it. */
function isAsked(option: string, facts: LaunchFacts): boolean {
  if (option === facts.recompute) return true;
  const value = Object.entries(facts).find(([name]) => name === option)?.[1] as unknown;
  if (option === 'batch' || option === 'tokens') return value !== null;
  return typeof value === 'number' && value > (option === 'zero' ? 0 : 1);
}

function valuesOf(facts: LaunchFacts): ReadonlyMap<string, string> {
  const own = Object.entries(facts).map(([name, value]): [string, string] => [name, String(value ?? '')]);
  return new Map([...own, ['layers', facts.layers?.join(',') ?? ''], ['batch', String(facts.batch ?? 1)]]);
}
