import type { Model } from '../engine/graph/model';
import { moduleScope } from '../engine/graph/moduleScope';
import type { Problem } from '../engine/problem';
import type { Scheduler } from '../engine/scheduler';
import type { ListingMap, NodePlace, Span, ValuePlace } from './listingMap';

/** Prints the nodes of the main graph only: stands in for the printer of formats. */
export async function print(
  model: Model,
  scheduler: Scheduler,
): Promise<{ readonly text: string; readonly map: ListingMap }> {
  const lines: string[] = ['<>'];
  const nodes: NodePlace[] = [];
  const values: ValuePlace[] = [];
  const keys = new Map<string, number>();
  const keyOf = (name: string): number => {
    if (!keys.has(name)) keys.set(name, keys.size);
    return keys.get(name) ?? 0;
  };
  let text = '';
  const put = (name: string, definition: boolean): Span => {
    const span = { line: lines.length, start: text.length, end: text.length + name.length };
    text += name;
    values.push({ ...span, name, key: keyOf(name), definition });
    return span;
  };
  text = `${model.graph.name || 'graph'} (`;
  const heading = { line: 1, start: 0, end: text.length - 2 };
  for (const input of model.graph.inputs) {
    put(input.name, true);
    text += ', ';
  }
  lines.push(`${text}) {`);
  for (const [index, node] of model.graph.nodes.entries()) {
    await scheduler.tick();
    text = '  ';
    const outputs = node.outputs.map((name, i) => {
      text += i > 0 ? ', ' : '';
      return name === '' ? null : put(name, true);
    });
    text += ' = ';
    const operatorSpan = {
      line: lines.length,
      start: text.length,
      end: text.length + node.operator.length,
    };
    text += `${node.operator} (`;
    for (const name of node.inputs) {
      if (name !== '') put(name, false);
      text += ', ';
    }
    text += ')';
    nodes.push({
      node: index,
      name: node.name,
      operator: node.operator,
      scope: moduleScope(node),
      line: lines.length,
      start: 2,
      endLine: lines.length,
      operatorSpan,
      outputs,
    });
    lines.push(text);
  }
  lines.push('}', '');
  const block = {
    kind: 'graph' as const,
    name: model.graph.name,
    line: 1,
    endLine: lines.length - 2,
    heading,
  };
  return { text: lines.join('\n'), map: { lineCount: lines.length, nodes, values, blocks: [block] } };
}

/** Reads a hand-written text. */
export function read(
  _text: string,
): Promise<{ model: Model | null; map: ListingMap; problems: readonly Problem[] }> {
  return Promise.resolve({
    model: null,
    map: { lineCount: 1, nodes: [], values: [], blocks: [] },
    problems: [],
  });
}
