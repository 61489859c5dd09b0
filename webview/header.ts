import type { Summary } from '../server/protocol';
import { coverageText, modelName, modelParts, problemLines, workloadText } from './content/header';
import { button, element, titled } from './dom';
import { command } from './host';
import { text } from './text';

/** Model and how much of it is known. */
export function header(summary: Summary): HTMLElement {
  const coverage = coverageText(summary);
  return element(
    'header',
    {},
    element('h1', {}, modelName(summary.model)),
    modelLine(summary),
    coverage === null ? null : element('p', { class: 'note' }, coverage),
  );
}

/** Size of the model in a line. */
export function modelLine({ model }: Summary): HTMLElement {
  const parts = modelParts(model).flatMap((part, at) => [at === 0 ? '' : ' · ', titled(part)]);
  return element('p', { class: 'summary' }, parts);
}

/** The stated assumptions and the commands that change them. */
export function workload({ workload: stated }: Summary): HTMLElement {
  return element(
    'p',
    { class: 'workload' },
    workloadText(stated),
    ' ',
    stated.dimensions.length + stated.values.length > 0 &&
      button(text('webview.setDimensions'), () => command('setDimensions'), { class: 'link' }),
    ' ',
    button(text('webview.chooseChips'), () => command('chooseChips'), { class: 'link' }),
  );
}

/** Problems worth a reader's time, gravest first. */
export function problems(summary: Summary): HTMLElement | null {
  const lines = problemLines(summary);
  if (lines.length === 0) return null;
  return element(
    'section',
    { id: 'problems' },
    element('h2', {}, text('webview.problems')),
    element(
      'ul',
      {},
      lines.map((line) => element('li', { class: line.severity }, line.text)),
    ),
  );
}
