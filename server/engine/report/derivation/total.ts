import type { ChipAnalysis } from '../../analyse';
import type { Bound } from '../../cost/types';
import { column, type Section } from '../print/section';
import { totalText } from '../print/texts';
import { known, rangeText, type PrintName, type Words } from '../print/words';
import type { Named } from './sections';

/** Nodes that are listed. */
const dearest = 10;

/** How the time of a run comes about: the times of its nodes, by what bounds them, and those that take most. */
export function totalSections({ chip, cost }: ChipAnalysis, { nodeName }: Named, words: Words): Section[] {
  const say = (key: PrintName, args?: Readonly<Record<string, string>>): string =>
    words.text(`print.${key}`, args);
  const { latencySeconds, io, startSeconds } = cost.total;
  const byBound = new Map<Bound, { nodes: number; seconds: number }>();
  const timed: { readonly node: number; readonly seconds: number }[] = [];
  let sum = 0;
  for (const [node, { seconds, bound }] of cost.nodes.entries()) {
    const of = byBound.get(bound) ?? { nodes: 0, seconds: 0 };
    const value = seconds?.value ?? 0;
    byBound.set(bound, { nodes: of.nodes + 1, seconds: of.seconds + value });
    sum += value;
    if (value > 0) timed.push({ node, seconds: value });
  }
  const share = (value: number): string => (sum > 0 ? words.percent(value / sum) : '–');
  const parts = [...byBound].sort(([, a], [, b]) => b.seconds - a.seconds);
  timed.sort((a, b) => b.seconds - a.seconds);
  return [
    {
      title: say('derive.total', { time: totalText(latencySeconds, words.seconds, words), chip: chip.name }),
      columns: [
        column(say('derive.total.bound')),
        column(say('derive.total.nodes'), 'right'),
        column(say('latency'), 'right'),
        column(say('derive.total.share'), 'right'),
      ],
      rows: [
        ...parts.map(([bound, { nodes, seconds }]) => [
          say(`bound.${bound}`),
          words.count(nodes),
          bound === 'unknown' ? say('unknown') : words.seconds(seconds),
          share(seconds),
        ]),
        [say('derive.total.sum'), words.count(cost.nodes.length), words.seconds(sum), share(sum)],
      ],
      note: say('derive.total.note', {
        range:
          latencySeconds === null || latencySeconds.value === null
            ? say('unknown')
            : rangeText(latencySeconds, words.seconds, words),
        io: known(io.seconds, words.seconds, words),
        start: known(startSeconds, words.seconds, words),
      }),
    },
    {
      title: say('derive.total.dearest'),
      columns: [
        column(say('derive.what')),
        column(say('latency'), 'right'),
        column(say('derive.total.share'), 'right'),
        column(say('derive.total.bound')),
      ],
      rows: timed
        .slice(0, dearest)
        .map(({ node, seconds }) => [
          nodeName(node),
          words.seconds(seconds),
          share(seconds),
          say(`bound.${cost.nodes[node]!.bound}`),
        ]),
    },
  ];
}
