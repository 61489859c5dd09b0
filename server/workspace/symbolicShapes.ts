import type { Model } from '../engine/graph/model';
import { inferSymbolic, tripBindings } from '../engine/inference/symbolic';
import type { SymbolicFacts } from '../engine/inference/symbolic';
import type { Scheduler } from '../engine/scheduler';
import type { Analysis } from './analysis';

interface Entry {
  readonly trips: string;
  readonly promise: Promise<SymbolicFacts>;
  facts: SymbolicFacts | null;
}

/** One per model: bindings, phase and chips change nothing in it, only loop trips do. */
const entries = new WeakMap<Model, Entry>();

/** What the shapes of an analysis are in terms of dimension names; null while that has not been worked out. */
export function symbolicFacts(analysis: Analysis): SymbolicFacts | null {
  const entry = entries.get(analysis.listing.model);
  return entry?.trips === tripsOf(analysis) ? entry.facts : null;
}

/** Works out {@link symbolicFacts}, once per model; rejects with `CancelledError` when the scheduler says so. */
export function findSymbolicFacts(analysis: Analysis, scheduler: Scheduler): Promise<SymbolicFacts> {
  const { model } = analysis.listing;
  const trips = tripsOf(analysis);
  const known = entries.get(model);
  if (known?.trips === trips) return known.promise;
  const promise = inferSymbolic(model, analysis.choices.workload.bindings, scheduler);
  const entry: Entry = { trips, promise, facts: null };
  entries.set(model, entry);
  promise.then(
    (facts) => (entry.facts = facts),
    // What was cancelled is begun again by the next who asks.
    () => entries.get(model) === entry && entries.delete(model),
  );
  return promise;
}

/** Others need the memory. */
export function forgetSymbolicFacts(model: Model): void {
  entries.delete(model);
}

function tripsOf({ choices }: Analysis): string {
  const trips = Object.entries(tripBindings(choices.workload.bindings));
  return JSON.stringify(trips.sort(([a], [b]) => (a < b ? -1 : 1)));
}
