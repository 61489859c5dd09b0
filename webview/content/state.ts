import type { WebviewCommand, WebviewState } from '../../server/protocol';
import { text } from '../text';

/** What a page says before or instead of a summary, and the ways out that it offers. */
export interface StateData {
  readonly kind: WebviewState['kind'];
  readonly text: string;
  readonly actions: readonly { readonly label: string; readonly command: WebviewCommand }[];
}

export function stateData(state: WebviewState): StateData {
  const { kind } = state;
  switch (kind) {
    case 'empty':
      return { kind, text: text('webview.state.empty'), actions: [] };
    case 'loading':
      return { kind, text: text('webview.state.loading', { model: state.model }), actions: [] };
    case 'error':
    case 'stale':
      return {
        kind,
        text: state.message,
        actions: state.actions.map((command) => ({ label: text(`webview.state.${command}`), command })),
      };
  }
}
