import type { Summary } from '../server/protocol';
import { button, element } from './dom';
import { command } from './host';
import { show, text, word } from './text';

/** Model, workload and the commands that change it. */
export function header(summary: Summary): HTMLElement {
  const { model } = summary;
  return element(
    'header',
    {},
    element('h1', {}, model.path.split(/[\\/]/).pop() ?? model.path),
    element(
      'p',
      { class: 'summary' },
      text('webview.header.model', {
        nodes: show.count(model.nodeCount),
        parameters: show.count(model.parameters),
        weights:
          model.leastWeightBytes === undefined
            ? show.bytes(model.weightBytes)
            : text('webview.atLeast', { value: show.bytes(model.leastWeightBytes) }),
      }),
    ),
    workload(summary),
    summary.coverage.nodes !== null && summary.coverage.nodes < 1
      ? element(
          'p',
          { class: 'note' },
          text('webview.header.coverage', { share: show.share(summary.coverage.nodes) }),
        )
      : null,
  );
}

/** The stated assumptions; unbound dimensions are named as such. */
export function workload(summary: Summary): HTMLElement {
  const { dimensions, phase, precision } = summary.workload;
  const bound = dimensions.map(
    ({ name, value, origin }) =>
      `${name}=${value ?? text('webview.unbound')}${origin === 'default' ? ` (${text('webview.default')})` : ''}`,
  );
  return element(
    'p',
    { class: 'workload' },
    [...bound, word('webview.phase', phase), word('webview.precision', precision)].join(' · '),
    ' ',
    dimensions.length > 0 &&
      button(text('webview.setDimensions'), () => command('setDimensions'), { class: 'link' }),
    ' ',
    button(text('webview.chooseChips'), () => command('chooseChips'), { class: 'link' }),
  );
}

/** Problems worth a reader's time, gravest first. */
export function problems(summary: Summary): HTMLElement | null {
  const shown = summary.problems.filter((problem) => problem.severity !== 'hint');
  if (shown.length === 0) return null;
  return element(
    'section',
    { id: 'problems' },
    element('h2', {}, text('webview.problems')),
    element(
      'ul',
      {},
      shown
        .slice(0, 50)
        .map((problem) =>
          element(
            'li',
            { class: problem.severity },
            `${word('webview.severity', problem.severity)}: ${problem.message}`,
          ),
        ),
    ),
  );
}
