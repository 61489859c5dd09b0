// Which tests judge a mutant: the nearest files of tests that get to it.
import { ImportGraph } from './imports';
import type { Judge } from './judges';
import type { Numbered } from './weave';
import type { ObservedFile, TestFile } from './messages';

export type Outcome = 'caught' | 'survived' | 'not covered';

/** How many files of tests one mutant is held against, and for how many seconds of a processor's time. */
const limits = { files: 12, seconds: 10 };
/** A file of tests that is done sooner runs whole: what one of its tests leaves in a cache, the next may meet. */
const shortFile = 1;

export interface Trial extends TestFile {
  /** What it takes without a mutant. */
  readonly seconds: number;
}

/** Holds mutants against tests. A file of tests is observed when the first mutant is near it, and once. */
export class Trials {
  private readonly distances: ReadonlyMap<string, ReadonlyMap<string, number>>;
  private readonly observed = new Map<string, Promise<ObservedFile>>();

  constructor(root: string, testFiles: readonly string[]) {
    const graph = new ImportGraph(root);
    this.distances = new Map(testFiles.map((path) => [path, graph.distancesFrom(path)]));
  }

  async run(judge: Judge, { id, file }: Numbered): Promise<{ outcome: Outcome; isCut: boolean }> {
    let files = 0;
    let seconds = 0;
    for await (const trial of this.trialsOf(judge, id, file)) {
      if (files === limits.files || seconds > limits.seconds) return { outcome: 'survived', isCut: true };
      const tried = await judge.catches(id, trial);
      if (tried.isCaught) return { outcome: 'caught', isCut: false };
      files++;
      seconds += tried.seconds;
    }
    return { outcome: files > 0 ? 'survived' : 'not covered', isCut: false };
  }

  /** The tests of the room come first, what is soonest done before what takes long; then others, nearest first. */
  private async *trialsOf(judge: Judge, mutant: number, source: string): AsyncGenerator<Trial> {
    const { own, others } = nearestTests(source, this.distances);
    const near: Trial[] = [];
    for (const path of own) {
      const trial = trialOf(mutant, await this.observe(judge, path));
      if (trial) near.push(trial);
    }
    yield* near.sort((a, b) => a.seconds - b.seconds);
    for (const path of others) {
      const trial = trialOf(mutant, await this.observe(judge, path));
      if (trial) yield trial;
    }
  }

  private observe(judge: Judge, path: string): Promise<ObservedFile> {
    let observed = this.observed.get(path);
    if (!observed) this.observed.set(path, (observed = observeAloud(judge, path)));
    return observed;
  }
}

async function observeAloud(judge: Judge, path: string): Promise<ObservedFile> {
  const file = await judge.observe(path);
  const left = file.broken === null ? file.failed : [`all of it: ${file.broken}`];
  for (const what of left) console.log(`${path} fails without a mutant and is left out: ${what}`);
  return file;
}

/** Those of a file's tests that get to a mutant; null where none does. */
export function trialOf(mutant: number, file: ObservedFile): Trial | null {
  if (file.broken !== null || file.tests.length === 0) return null;
  const { path, seconds } = file;
  const tests = file.tests.filter(({ reached }) => reached.includes(mutant));
  const isOutside = file.outside.includes(mutant);
  if (tests.length === 0 && !isOutside) return null;
  if (isOutside || seconds < shortFile)
    return { path, tests: file.failed.length > 0 ? idsOf(file.tests) : null, seconds };
  const share = sum(tests) / Math.max(sum(file.tests), Number.MIN_VALUE);
  return { path, tests: idsOf(tests), seconds: seconds * share };
}

function idsOf(tests: ObservedFile['tests']): string[] {
  return tests.map(({ id }) => id);
}

function sum(tests: readonly { readonly seconds: number }[]): number {
  return tests.reduce((all, { seconds }) => all + seconds, 0);
}

/**
 * Files of tests that lead to a source file: those of its own room, and the others by the imports between them, those that start
 * a server last.
 */
export function nearestTests(
  source: string,
  distances: ReadonlyMap<string, ReadonlyMap<string, number>>,
): { readonly own: readonly string[]; readonly others: readonly string[] } {
  const folders = source.split('/').slice(0, -1);
  const files = [...distances]
    .flatMap(([path, found]) => {
      const distance = found.get(source);
      if (distance === undefined) return [];
      const [, kind, room] = path.split('/');
      return [{ path, order: [kind === 'unit' ? 0 : 1, folders.includes(room!) ? 0 : 1, distance] }];
    })
    .sort((a, b) => compare(a.order, b.order) || (a.path < b.path ? -1 : 1));
  const isOwn = ({ order: [server, room] }: (typeof files)[number]): boolean => server === 0 && room === 0;
  return {
    own: files.filter(isOwn).map(({ path }) => path),
    others: files.filter((one) => !isOwn(one)).map(({ path }) => path),
  };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
