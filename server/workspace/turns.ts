import { slicedScheduler } from '../engine/scheduler';
import type { Scheduler } from '../engine/scheduler';
import { platform } from '../platform';

/** A request passes the reader's queue, the dispatcher's and the handler's: a turn of the event loop each. */
const turnsOfRequest = 4;

/** Gives the event loop as many turns as a waiting request needs to be answered; next to nothing when none waits. */
async function giveWay(): Promise<void> {
  for (let turn = 0; turn < turnsOfRequest; turn++) await platform().turn();
}

/** As {@link politely}, for a request that may be cancelled. */
export function politeTo(token: { readonly isCancellationRequested: boolean }): Scheduler {
  return politely(() => token.isCancellationRequested);
}

/** A scheduler under which requests are answered between two slices of a long analysis. */
export function politely(isCancelled: () => boolean = () => false): Scheduler {
  return slicedScheduler(isCancelled, giveWay);
}
