import type { Model } from '../engine/graph/model';
import { inferSymbolic, tripsKey } from '../engine/inference/symbolic';
import type { SymbolicFacts } from '../engine/inference/symbolic';
import { Query } from '../engine/query';
import type { Scheduler } from '../engine/scheduler';
import type { Analysis } from './analysis';

/** Dimensions, phase and chips change nothing in it, only loop trips do. */
const symbolic = new Query<Model, SymbolicFacts>();

/** What the shapes of an analysis are in terms of dimension names; null while that has not been worked out. */
export function symbolicFacts(analysis: Analysis): SymbolicFacts | null {
  return symbolic.known(analysis.listing.model, tripsOf(analysis)) ?? null;
}

/** Works out {@link symbolicFacts}, once per model; rejects with `CancelledError` when the scheduler says so. */
export function findSymbolicFacts(analysis: Analysis, scheduler: Scheduler): Promise<SymbolicFacts> {
  const { model } = analysis.listing;
  const { bindings } = analysis.choices.workload;
  return symbolic.wait(model, () => inferSymbolic(model, bindings, scheduler), tripsOf(analysis));
}

/** Others need the memory. */
export function forgetSymbolicFacts(model: Model): void {
  symbolic.forget(model);
}

function tripsOf({ choices }: Analysis): string {
  return tripsKey(choices.workload.bindings);
}
