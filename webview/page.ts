import type { Summary, WebviewState } from '../server/protocol';
import { stateData } from './content/state';
import { button, element } from './dom';
import { command, listen, remember } from './host';
import { speak } from './text';
import { onAppearanceChange } from './theme';

/** What a page puts on screen for a summary. */
export interface View {
  readonly root: HTMLElement;
  draw(): void;
  highlight(node: number | null): void;
  dispose(): void;
}

/** Runs a page: states before there is a summary, one view at a time after, redrawn when the theme changes. */
export function runPage(render: (summary: Summary, rerender: () => void) => View): void {
  speak(document.documentElement.lang);
  const app = document.getElementById('app') ?? document.body.appendChild(element('div', { id: 'app' }));
  // The words that the host wrote into the empty page stay until there is something to say.
  const banner = element('div', { class: 'banner', role: 'status' }, [...app.childNodes]);
  const content = element('main', {});
  app.replaceChildren(banner, content);
  let view: View | undefined;
  let current: Summary | undefined;

  const show = (summary: Summary) => {
    const scroll = document.scrollingElement?.scrollTop ?? 0;
    view?.dispose();
    view = render(summary, () => show(summary));
    content.replaceChildren(view.root);
    view.draw();
    document.scrollingElement?.scrollTo(0, scroll);
  };

  listen((message) => {
    switch (message.type) {
      case 'summary':
        banner.replaceChildren();
        // The same again, as after a change of focus: what is open, scrolled and chosen stays.
        if (view && JSON.stringify(current) === JSON.stringify(message.summary)) return;
        current = message.summary;
        remember({ uri: current.uri });
        show(current);
        break;
      case 'state':
        banner.replaceChildren(stateText(message.state));
        if (message.state.kind !== 'stale') {
          view?.dispose();
          view = current = undefined;
          content.replaceChildren();
        }
        break;
      case 'failed':
        banner.replaceChildren(element('p', { class: 'error' }, message.message));
        break;
      case 'highlight':
        view?.highlight(message.node);
        break;
      // For the page about all models, which is none of a model.
      case 'overview':
        break;
    }
  });
  onAppearanceChange(() => view?.draw());
}

function stateText(state: WebviewState): HTMLElement {
  const { kind, text, actions } = stateData(state);
  return element(
    'p',
    { class: kind },
    text,
    actions.flatMap((action) => [' ', button(action.label, () => command(action.command))]),
  );
}
