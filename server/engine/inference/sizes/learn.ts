import { symbolsOf, type Dim } from '../../graph/dim';
import type { Model } from '../../graph/model';
import { Query } from '../../query';
import type { Scheduler } from '../../scheduler';
import { givenInputs } from '../bindings';
import type { FlatModel } from '../flatModel';
import { InferencePass } from '../inferencePass';
import { EquationList, type Equation } from './equations';
import { errorKey } from './errors';

/** More would take long and say little more. */
const mostEquations = 1000;
const mostCompared = 100_000;

/** Larger graphs are not walked for their equations. */
const mostNodes = 100_000;

/** What all passes over a model begin with. */
export interface Ground {
  readonly model: Model;
  readonly flat: FlatModel;
  /** By node: 1 where something is wrong with the node itself. */
  readonly faulty: Uint8Array;
}

/** What a graph says of its sizes whatever they are. */
export interface Learned {
  readonly equations: readonly Equation[];
  /** Errors that no size is to blame for. */
  readonly errors: ReadonlySet<string>;
}

const nothing: Learned = { equations: [], errors: new Set() };

/** One per model: neither bindings nor phase change it. */
const learned = new Query<Model, Learned>();

/** Walks the graph with names in the place of numbers and collects the dimensions that must be equal. */
export function learn(ground: Ground, scheduler: Scheduler): Promise<Learned> {
  return learned.wait(ground.model, () => learnFrom(ground, scheduler));
}

async function learnFrom({ model, flat, faulty }: Ground, scheduler: Scheduler): Promise<Learned> {
  if (flat.nodes.length > mostNodes) return nothing;
  const input = givenInputs(model.graph, {});
  const list = new EquationList(mostEquations);
  const errors = new Set<string>();
  let compared = 0;
  const isOfInputs = (dim: Dim): boolean => symbolsOf(dim).every((name) => input.names.has(name));
  const start = { flat, faulty: faulty.slice(), input, userBindings: {} };
  const pass = new InferencePass(start, scheduler, {
    report: (problem) => problem.severity === 'error' && errors.add(errorKey(problem)),
    tie: (left, right, isCertain, isDeclared = false) => {
      if (typeof left === 'number' && typeof right === 'number') return;
      if (++compared > mostCompared || !isOfInputs(left) || !isOfInputs(right)) return;
      list.add({ left, right, isCertain, isBroadcast: !isCertain && !isDeclared });
    },
  });
  await pass.run();
  return { equations: list.equations, errors };
}
