import type { FromWebview, RowsParams, RowsResult, ToWebview, WebviewCommand } from '../server/protocol';

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
}

const api = acquireVsCodeApi();
const waiting = new Map<number, { resolve: (rows: RowsResult) => void; reject: (error: Error) => void }>();
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

/** Rows of the node table; rejects when the server refuses, for example because the revision is stale. */
export function requestRows(params: Omit<RowsParams, 'uri'>): Promise<RowsResult> {
  const request = ++lastRequest;
  return new Promise((resolve, reject) => {
    waiting.set(request, { resolve, reject });
    api.postMessage({ type: 'rows', request, params });
  });
}

/** Handles every message but the answers to {@link requestRows}, then tells the host that the page is ready. */
export function listen(handle: (message: Exclude<ToWebview, { type: 'rows' }>) => void): void {
  window.addEventListener('message', (event: MessageEvent<ToWebview>) => {
    const received = event.data;
    if (received.type === 'rows') settle(received.request)?.resolve(received.result);
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
