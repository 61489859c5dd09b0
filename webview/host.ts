import type {
  FromWebview,
  Neighbourhood,
  NeighbourhoodParams,
  PhasesParams,
  PhasesResult,
  QuestionChange,
  RankParams,
  RankResult,
  RowsParams,
  RowsResult,
  ToWebview,
  WebviewCommand,
  WhatIfParams,
  WhatIfResult,
} from '../server/protocol';
import type { FinderOrder } from './content/finder';
import type { OverviewOrder } from './content/overview';
import type { Wish } from './content/finderWish';
import type { PanelOrder } from './content/panel';
import type { VariantFigure } from './content/whatIf';

interface VsCodeApi {
  postMessage(message: FromWebview): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** What a page remembers over hiding and reloading; `uri` lets the host restore the right model. */
export interface PageState {
  readonly uri?: string;
  readonly chip?: string;
  readonly sort?: RowsParams['sort'];
  readonly descending?: boolean;
  readonly filter?: string;
  readonly wish?: Wish;
  readonly finder?: FinderOrder;
  readonly panel?: PanelOrder;
  readonly overview?: OverviewOrder;
  readonly isCardOpen?: boolean;
  readonly isWhatIfOpen?: boolean;
  readonly arePhasesOpen?: boolean;
  /** The dimension that is tried at other sizes, and what is told of each. */
  readonly sweep?: string;
  readonly figure?: VariantFigure;
  /** The node in the middle of a graph, and how far that goes. */
  readonly node?: number;
  readonly radius?: number;
}

const api = acquireVsCodeApi();
const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
let lastRequest = 0;

export function state(): PageState {
  return (api.getState() as PageState | undefined) ?? {};
}

export function remember(change: PageState): void {
  api.setState({ ...state(), ...change });
}

export function command(name: WebviewCommand): void {
  api.postMessage({ type: 'command', command: name });
}

export function reveal(node: number): void {
  api.postMessage({ type: 'reveal', node });
}

/** Shows how the time of a node on a chip comes about; null: that of the whole run. */
export function explain(node: number | null, chip: string): void {
  api.postMessage({ type: 'explain', node, chip });
}

/** Saves a chart where the user says. */
export function savePicture(name: string, png: Uint8Array): void {
  api.postMessage({ type: 'savePicture', name, png });
}

export function useChip(chip: string): void {
  api.postMessage({ type: 'useChip', chip });
}

/** Works out the figures of all models that have none, or stops that. */
export function askOverview(ask: 'start' | 'stop'): void {
  api.postMessage({ type: 'overview', ask });
}

export function openModel(uri: string): void {
  api.postMessage({ type: 'openModel', uri });
}

export function choose(changes: readonly QuestionChange[]): void {
  api.postMessage({ type: 'choose', changes });
}

/** Rows of the node table; rejects when the server refuses, for example because the revision is stale. */
export function requestRows(params: Omit<RowsParams, 'uri'>): Promise<RowsResult> {
  return ask((request) => ({ type: 'rows', request, params }));
}

/** All chips in their order for the model; rejects when the server refuses. */
export function requestRanking(params: Omit<RankParams, 'uri'>): Promise<RankResult> {
  return ask((request) => ({ type: 'rank', request, params }));
}

/** A chip at other precisions and sizes; rejects when the server refuses. */
export function requestVariants(params: Omit<WhatIfParams, 'uri'>): Promise<WhatIfResult> {
  return ask((request) => ({ type: 'whatIf', request, params }));
}

/** Prefill and decode on a chip; rejects when the server refuses. */
export function requestPhases(params: Omit<PhasesParams, 'uri'>): Promise<PhasesResult> {
  return ask((request) => ({ type: 'phases', request, params }));
}

/** The nodes around one; rejects when the server refuses. */
export function requestAround(params: Omit<NeighbourhoodParams, 'uri'>): Promise<Neighbourhood> {
  return ask((request) => ({ type: 'around', request, params }));
}

function ask<R>(question: (request: number) => FromWebview): Promise<R> {
  const request = ++lastRequest;
  return new Promise<R>((resolve, reject) => {
    waiting.set(request, { resolve: resolve as (result: unknown) => void, reject });
    api.postMessage(question(request));
  });
}

/** What is no answer to a question of the page. */
type Told = Exclude<ToWebview, { readonly type: 'rows' | 'ranking' | 'variants' | 'phases' | 'around' }>;

/** Handles every message but the answers to what was asked, then tells the host that the page is ready. */
export function listen(handle: (message: Told) => void): void {
  window.addEventListener('message', (event: MessageEvent<ToWebview>) => {
    const received = event.data;
    if ('result' in received) settle(received.request)?.resolve(received.result);
    else if (received.type === 'failed' && received.request !== null)
      settle(received.request)?.reject(new Error(received.message));
    else handle(received);
  });
  api.postMessage({ type: 'ready' });
}

function settle(request: number) {
  const entry = waiting.get(request);
  waiting.delete(request);
  return entry;
}
