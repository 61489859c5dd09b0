// Which tests judge a mutant: the nearest files of tests that get to it.
import { addTo } from '../../server/engine/lists';
import { ImportGraph } from './imports';
import type { Judge } from './judges';
import type { Numbered } from './weave';
import type { ObservedFile, TestFile } from './messages';

export type Outcome = 'caught' | 'survived' | 'not covered';

/** How many files of tests one mutant is held against, for how many seconds of a processor's time, and how many are asked whether they get to it. */
const limits = { files: 12, seconds: 10, asked: 40 };
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

  /** @param isOwnOnly no tests but those of the mutant's room are asked */
  constructor(
    root: string,
    testFiles: readonly string[],
    private readonly isOwnOnly: boolean,
  ) {
    const graph = new ImportGraph(root);
    this.distances = new Map(testFiles.map((path) => [path, graph.distancesFrom(path)]));
  }

  async run(judge: Judge, { id, file }: Numbered): Promise<{ outcome: Outcome; isCut: boolean }> {
    let [files, seconds, asked] = [0, 0, 0];
    const outcome = (): Outcome => (files > 0 ? 'survived' : 'not covered');
    for (const { paths, isOwn } of nearestTests(file, this.distances)) {
      if (asked >= limits.asked || (this.isOwnOnly && !isOwn)) return { outcome: outcome(), isCut: true };
      asked += paths.length;
      for (const trial of await this.trialsOf(judge, id, paths)) {
        if (files === limits.files || seconds > limits.seconds) return { outcome: outcome(), isCut: true };
        const tried = await judge.catches(id, trial);
        if (tried.isCaught) return { outcome: 'caught', isCut: false };
        files++;
        seconds += tried.seconds;
      }
    }
    return { outcome: outcome(), isCut: false };
  }

  /** Those of some files of tests that get to a mutant, what is soonest done before what takes long. */
  private async trialsOf(judge: Judge, mutant: number, paths: readonly string[]): Promise<Trial[]> {
    const found: { trial: Trial; inTests: number }[] = [];
    for (const path of paths) {
      const file = await this.observe(judge, path);
      const trial = trialOf(mutant, file);
      // Without the time that it takes to read the file, which is long for the first one that imports a module.
      if (trial) found.push({ trial, inTests: sum(file.tests) });
    }
    return found.sort((a, b) => a.inTests - b.inTests).map(({ trial }) => trial);
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

/** Files of tests that are asked together, of the source's own room or of another. */
interface TestGroup {
  readonly paths: readonly string[];
  readonly isOwn: boolean;
}

/**
 * Files of tests that lead to a source file, in the order in which they are asked: those of its own room by the imports
 * between them, equally near ones together, then the others one by one, those that start a server last.
 */
export function nearestTests(
  source: string,
  distances: ReadonlyMap<string, ReadonlyMap<string, number>>,
): readonly TestGroup[] {
  const folders = source.split('/').slice(0, -1);
  const files = [...distances]
    .flatMap(([path, found]) => {
      const distance = found.get(source);
      if (distance === undefined) return [];
      const [, kind, room] = path.split('/');
      return [{ path, order: [kind === 'unit' ? 0 : 1, folders.includes(room!) ? 0 : 1, distance] }];
    })
    .sort((a, b) => compare(a.order, b.order) || (a.path < b.path ? -1 : 1));
  const own = new Map<string, string[]>();
  const others: TestGroup[] = [];
  for (const { path, order } of files) {
    const [server, room] = order;
    if (server === 0 && room === 0) addTo(own, order.join(), path);
    else others.push({ paths: [path], isOwn: false });
  }
  return [...[...own.values()].map((paths) => ({ paths, isOwn: true })), ...others];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
