import { baseName } from '../../outside/paths';
import type { Summary } from '../../server/protocol';
import { between, show, summed, text, word } from '../text';
import { termed, type Heading } from './terms';

/** Of a long list only the beginning is shown. */
const shownProblems = 50;

/** The file's name without its folders. */
export function modelName({ path }: Summary['model']): string {
  return baseName(path);
}

/**
 * Size of the model: nodes, parameters, bytes of weights, as far as they are known, operations of a run, and what is stored
 * beside parameters.
 */
export function modelParts(model: Summary['model']): Heading[] {
  const {
    nodeCount,
    parameters,
    quantizationParameters,
    buffers,
    weightBytes,
    leastWeightBytes,
    operations,
    isLowerBound,
  } = model;
  const stored = (count: number): string =>
    isLowerBound ? between(count, null, show.count) : show.count(count);
  const weights =
    leastWeightBytes === undefined ? show.bytes(weightBytes) : between(leastWeightBytes, null, show.bytes);
  const parts: Heading[] = [
    termed('webview.header.nodes', { nodes: show.count(nodeCount) }),
    termed('webview.header.parameters', { parameters: stored(parameters) }),
    termed('webview.header.weights', { weights }),
  ];
  if (nodeCount > 0)
    parts.push(termed('webview.header.operations', { operations: summed(operations, show.operations) }));
  if (quantizationParameters > 0)
    parts.push(termed('webview.header.quantisation', { count: stored(quantizationParameters) }));
  if (buffers > 0) parts.push(termed('webview.header.buffers', { count: stored(buffers) }));
  return parts;
}

/** The numbers and contents that costs stand on, assumed ones marked; what is not bound is named as such. */
export function workloadText({ dimensions, values, phase, precision }: Summary['workload']): string {
  const bound = [...dimensions, ...values].map(
    ({ name, value, origin }) =>
      `${name}=${value ?? text('webview.unbound')}${origin === 'default' ? ` (${text('webview.assumed')})` : ''}`,
  );
  return [...bound, word('webview.phase', phase), word('webview.precision', precision)].join(' · ');
}

/** Of how many nodes the shapes are known for sure; null where that are all, or nobody knows. */
export function coverageText({ coverage: { nodes } }: Summary): string | null {
  return nodes !== null && nodes < 1 ? text('webview.header.coverage', { share: show.percent(nodes) }) : null;
}

export interface ProblemLine {
  readonly severity: string;
  readonly text: string;
}

/** Problems worth a reader's time, in the order of the report, which is gravest first. */
export function problemLines({ problems }: Summary): ProblemLine[] {
  return problems
    .filter(({ severity }) => severity !== 'hint')
    .slice(0, shownProblems)
    .map(({ severity, message }) => ({
      severity,
      text: `${word('webview.severity', severity)}: ${message}`,
    }));
}
