import type { Bindings } from '../../graph/dim';
import type { Model } from '../../graph/model';
import { problem, type Problem } from '../../problem';
import type { Scheduler } from '../../scheduler';
import type { Workload } from '../../workload';
import { inputNames, type InputBindings } from '../bindings';
import { InferencePass } from '../inferencePass';
import type { BoundSymbol } from '../types';
import { knownValues, sizesOfValues, withSizes, type KnownValues } from '../values/inputValues';
import type { Known } from './equations';
import { errorKey } from './errors';
import { learn, type Ground, type Learned } from './learn';
import { namedEquations } from './named';
import { defaultSize, groupOf, isLearned, sizedSymbols, usualSizes, type Role } from './roles';
import { settle, type Settled } from './settle';

/** Passes with other sizes, beside the first one. */
const mostTrials = 24;
/** Nodes that they may visit together. */
const mostVisits = 250_000;

/** A pass that ran, the sizes that it ran with, and what it reported. */
export interface Ran {
  readonly pass: InferencePass;
  readonly problems: readonly Problem[];
}

/**
 * Gives the inputs' symbols numbers and infers the graph. Where it does not run with the numbers that nobody gave, others
 * are tried: what the graph says itself, sizes that its errors name, and usual ones.
 */
export async function inferSized(ground: Ground, workload: Workload, scheduler: Scheduler): Promise<Ran> {
  return new SizeChoice(ground, workload, scheduler).run();
}

class SizeChoice {
  private learned: Learned | undefined;
  private readonly given: Bindings;
  private values: KnownValues;

  constructor(
    private readonly ground: Ground,
    private readonly workload: Workload,
    private readonly scheduler: Scheduler,
  ) {
    const names = inputNames(ground.model.graph);
    const own = Object.entries(workload.bindings).filter(([name]) => names.has(name));
    this.values = knownValues(ground.model.graph, workload);
    this.given = { ...sizesOfValues(ground.model.graph, this.values.given), ...Object.fromEntries(own) };
  }

  async run(): Promise<Ran> {
    return this.withDoubts(await this.runOnce());
  }

  /**
   * Where the graph has errors and numbers of the user contradict each other by what it declares or learns, these are the
   * cause: what sizes bring about is not told besides.
   */
  private async withDoubts(ran: Ran): Promise<Ran> {
    if (Object.keys(this.given).length < 2 || !hasErrors(ran.problems, undefined)) return ran;
    await this.learn();
    const { clashes, doubts } = this.settle();
    const causes = [...clashes, ...doubts].map(({ given, equation }) => clash(given, equation));
    if (causes.length === 0 || !hasErrors(ran.problems, this.learned)) return ran;
    const isOfSizes = (one: Problem): boolean =>
      hasErrors([one], this.learned) ||
      one.code === 'binding.clash' ||
      one.code === 'inference.shape-contradiction';
    return { ...ran, problems: [...causes, ...ran.problems.filter((one) => !isOfSizes(one))] };
  }

  private async runOnce(): Promise<Ran> {
    const first = await this.runSized();
    const { model } = this.ground;
    const assumed = withSizes(this.values, model.graph, this.workload.phase, first.pass.contents.unset);
    if (!assumed) return first;
    this.values = assumed;
    const second = await this.runSized();
    // What nobody gave must not bring errors.
    return hasErrors(second.problems, undefined) ? first : second;
  }

  private async runSized(): Promise<Ran> {
    if (this.isLearnable()) await this.learn();
    const settled = this.settle();
    const first = await this.infer(settled, false);
    const isAssumed = [...settled.numbers.values()].some((one) => one.isAssumed);
    if (!isAssumed || !hasErrors(first.problems, undefined)) return first;
    await this.learn();
    if (!hasErrors(first.problems, this.learned)) return first;
    return (await this.trials(first, settled)) ?? first;
  }

  /** Names that say nothing may stand for sizes that the graph ties to others. */
  private isLearnable(): boolean {
    const symbols = sizedSymbols(this.ground.model.graph);
    const open = symbols.filter(({ name }) => !Object.hasOwn(this.given, name));
    return symbols.length > 1 && open.some(({ role, isNamed }) => !isNamed && isLearned(role));
  }

  private async learn(): Promise<void> {
    this.learned ??= await learn(this.ground, this.scheduler);
  }

  private settle(wishes?: ReadonlyMap<string, number>): Settled {
    const { graph } = this.ground.model;
    const equations = [...namedEquations(sizedSymbols(graph)), ...(this.learned?.equations ?? [])];
    const { phase } = this.workload;
    const asked = { given: this.given, phase, ...(wishes && { wishes }) };
    return settle((known) => sizedSymbols(graph, known), equations, asked);
  }

  /** @param isTrial ends at the first error that other sizes might not have */
  private async infer(settled: Settled, isTrial: boolean): Promise<Ran> {
    const problems: Problem[] = settled.clashes.map(({ given, equation }) => clash(given, equation));
    const { model, flat, faulty } = this.ground;
    const input = inputsOf(model, settled.numbers);
    const userBindings = this.workload.bindings;
    const start = { flat, faulty: faulty.slice(), input, userBindings, values: this.values };
    const listener = {
      report: (problem: Problem): void => {
        problems.push(problem);
        if (isTrial && hasErrors([problem], this.learned)) pass.stop();
      },
    };
    const pass = new InferencePass(start, this.scheduler, listener, { choosesBranches: true });
    await pass.run();
    return { pass, problems };
  }

  /** The first sizes with which the graph runs; undefined where none of those that were tried do. */
  private async trials(first: Ran, settled: Settled): Promise<Ran | undefined> {
    const tried = new Set([keyOf(settled)]);
    let visits = 0;
    for (const wishes of this.wishes(first.problems)) {
      const next = this.settle(wishes);
      const key = keyOf(next);
      if (tried.has(key)) continue;
      if (tried.size > mostTrials || visits > mostVisits) return undefined;
      tried.add(key);
      const ran = await this.infer(next, true);
      visits += ran.pass.visits;
      if (!hasErrors(ran.problems, this.learned)) return ran;
    }
    return undefined;
  }

  /** Sizes to begin with: none but what was learned, then for one role after another what errors name and usual ones. */
  private *wishes(problems: readonly Problem[]): Generator<ReadonlyMap<string, number>> {
    yield new Map();
    const named = sizesNamed(problems);
    const roles = new Map<string, Role>();
    for (const { name, role } of sizedSymbols(this.ground.model.graph)) {
      if (!Object.hasOwn(this.given, name)) roles.set(groupOf(role), role);
    }
    const candidates = [...roles].map(([group, role]) => {
      const { phase } = this.workload;
      const own = new Set([...named.filter((size) => size > 0), ...usualSizes(role)]);
      own.delete(defaultSize(role, phase));
      return { group, sizes: [...own] };
    });
    const most = candidates.reduce((longest, { sizes }) => Math.max(longest, sizes.length), 0);
    for (let at = 0; at < most; at++) {
      for (const { group, sizes } of candidates) {
        const size = sizes[at];
        if (size !== undefined) yield new Map([[group, size]]);
      }
    }
  }
}

/** More sizes of errors are not tried. */
const mostNamed = 8;
const largestNamed = 1_000_000;

/** The sizes that clash, as errors state them. */
function sizesNamed(problems: readonly Problem[]): number[] {
  const sizes = problems
    .filter(({ severity }) => severity === 'error')
    .flatMap(({ args }) => Object.values(args))
    .filter((arg) => typeof arg === 'number' && Number.isInteger(arg) && arg >= 0 && arg <= largestNamed);
  return [...new Set(sizes as number[])].slice(0, mostNamed);
}

function hasErrors(problems: readonly Problem[], learned: Learned | undefined): boolean {
  return problems.some(
    (one) => one.severity === 'error' && one.node !== null && !learned?.errors.has(errorKey(one)),
  );
}

function keyOf({ numbers }: Settled): string {
  return JSON.stringify([...numbers].map(([name, { value }]) => [name, value]).sort());
}

function clash(given: Bindings, equation: string): Problem {
  const names = Object.entries(given).map(([name, value]) => `${name}=${value}`);
  const args = { given: names.join(', '), equation };
  return problem('error', 'binding.clash', args);
}

function inputsOf(model: Model, numbers: ReadonlyMap<string, Known>): InputBindings {
  const names = inputNames(model.graph);
  const symbols = [...names].map((name): BoundSymbol => {
    const known = numbers.get(name);
    return { name, value: known?.value ?? null, origin: known ? originOf(name, known) : 'unbound' };
  });
  const bound = [...numbers].map(([name, { value }]) => [name, value] as const);
  return { symbols, bindings: Object.fromEntries(bound), names };
}

function originOf(name: string, { given, isAssumed }: Known): BoundSymbol['origin'] {
  if (isAssumed) return 'default';
  return given.length === 1 && given[0] === name ? 'binding' : 'follows';
}
