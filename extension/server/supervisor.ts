import type { WorkingModel, WorkStage } from '../../server/protocol';

/** When the supervisor loses patience. Ticks and not times: a machine that slept makes one late tick and no more. */
export interface Limits {
  /** Pings in a row without any answer that make a server hang. Honest work gives way every 6 ms. */
  readonly silentTicks: number;
  /** Ticks that a start may take; a cold disk or a virus scanner takes some. */
  readonly startTicks: number;
  /** So many ends within the window, and the server is not started again by itself. */
  readonly ends: number;
  /** Milliseconds. */
  readonly window: number;
}

export const tickMilliseconds = 1000;
export const limits: Limits = { silentTicks: 12, startTicks: 60, ends: 5, window: 3 * 60_000 };

/** All that decides what becomes of the server. */
export interface SupervisorState {
  /** `stopped` for good, unless the user wants another one. */
  readonly phase: 'idle' | 'starting' | 'running' | 'givenUp' | 'stopped';
  /** Requests without an answer. */
  readonly pending: number;
  /** What the server says it is at work on. */
  readonly working: readonly WorkingModel[];
  /** Ticks since the last sign of life that somebody waited for. */
  readonly silent: number;
  /** When it ended, within the window. */
  readonly ends: readonly number[];
  /** It answered at some time since the ends began. */
  readonly ran: boolean;
  /** Models that were at work when the server ended: they are left alone until asked for again. */
  readonly withheld: ReadonlyMap<string, WorkStage>;
}

export type SupervisorEvent =
  /** Somebody needs the server. */
  | { readonly type: 'start' }
  /** The user wants another one: what went before is forgiven. */
  | { readonly type: 'restart' }
  | { readonly type: 'stop' }
  /** It answers. */
  | { readonly type: 'started' }
  /** It ended unasked, before or after it answered. `at`: milliseconds of a clock that never goes back. */
  | { readonly type: 'ended'; readonly at: number }
  | { readonly type: 'asked' }
  | { readonly type: 'answered' }
  /** It answered a ping or a request. */
  | { readonly type: 'heard' }
  | { readonly type: 'working'; readonly models: readonly WorkingModel[] }
  /** The model changed, or the user asked for it again. */
  | { readonly type: 'released'; readonly uri: string }
  | { readonly type: 'tick' };

/** `end` is orderly, `kill` is not. */
export type SupervisorAction = 'launch' | 'end' | 'kill' | 'ping';

export const initialState: SupervisorState = {
  phase: 'idle',
  pending: 0,
  working: [],
  silent: 0,
  ends: [],
  ran: false,
  withheld: new Map(),
};

interface Step {
  readonly state: SupervisorState;
  readonly actions: readonly SupervisorAction[];
}

/** What an event makes of a state, and what is to be done. */
export function step(state: SupervisorState, event: SupervisorEvent, patience: Limits = limits): Step {
  const isAlive = state.phase === 'starting' || state.phase === 'running';
  const idle = { ...state, pending: 0, working: [], silent: 0 };
  switch (event.type) {
    case 'start':
      if (state.phase !== 'idle') return { state, actions: [] };
      return { state: { ...idle, phase: 'starting' }, actions: ['launch'] };
    case 'restart':
      return {
        state: { ...idle, phase: 'starting', ends: [], ran: false },
        actions: isAlive ? ['end', 'launch'] : ['launch'],
      };
    case 'stop':
      return { state: { ...idle, phase: 'stopped' }, actions: isAlive ? ['end'] : [] };
    case 'started':
      if (state.phase !== 'starting') return { state, actions: [] };
      return { state: { ...state, phase: 'running', silent: 0, ran: true }, actions: [] };
    case 'ended':
      return isAlive ? ended(state, event.at, patience) : { state, actions: [] };
    case 'asked':
      return { state: { ...state, pending: state.pending + 1 }, actions: [] };
    case 'answered':
      return { state: { ...state, pending: Math.max(0, state.pending - 1) }, actions: [] };
    case 'heard':
      return { state: { ...state, silent: 0 }, actions: [] };
    case 'working':
      return { state: isAlive ? { ...state, working: event.models } : state, actions: [] };
    case 'released':
      return { state: { ...state, withheld: without(state.withheld, event.uri) }, actions: [] };
    case 'tick':
      return ticked(state, patience);
  }
}

function ended(state: SupervisorState, at: number, patience: Limits): Step {
  const ends = [...state.ends.filter((end) => at - end < patience.window), at];
  const blamed = state.working.map(({ uri, stage }) => [uri, stage] as const);
  const withheld = blamed.length > 0 ? new Map([...state.withheld, ...blamed]) : state.withheld;
  const isOver = ends.length >= patience.ends;
  return {
    state: {
      phase: isOver ? 'givenUp' : 'starting',
      pending: 0,
      working: [],
      silent: 0,
      ends,
      ran: state.ran,
      withheld,
    },
    actions: isOver ? [] : ['launch'],
  };
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

function ticked(state: SupervisorState, patience: Limits): Step {
  const silent = state.silent + 1;
  if (state.phase === 'starting')
    return { state: { ...state, silent }, actions: silent > patience.startTicks ? ['kill'] : [] };
  if (state.phase !== 'running') return { state, actions: [] };
  // Nobody waits for a server that has nothing to do.
  if (state.pending === 0 && state.working.length === 0)
    return { state: { ...state, silent: 0 }, actions: [] };
  return { state: { ...state, silent }, actions: [silent > patience.silentTicks ? 'kill' : 'ping'] };
}
