import { htmlText } from '../../../../outside/html';
import { markdownText } from '../../../../outside/markdown';
import { markdownOf, markdownTable } from '../print/markdown';
import { column, type Section } from '../print/section';
import type { PrintName, Words } from '../print/words';
import { faultRows, judgedIn, nodeSection, noteOf, tellsNodes } from './sections';
import { figureText, metricText, movedText, placeText, writerOf } from './texts';
import type { CheckModel, CheckPlace, CheckReport, CheckTotal } from './types';

/** By this line a comment of ours is found again and replaced. */
const marker = '<!-- siliconlens check -->';
/** GitHub takes 65,536 letters for a comment; what follows is left out, and said so. */
const mostLetters = 60_000;

const signs = { kept: '✅', exceeded: '❌', unknown: '❔', new: '🆕' } as const;

/** The report as a comment of a pull request: verdicts, totals then and now, and the nodes behind them folded in. */
export function checkMarkdown(report: CheckReport, words: Words): string {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const head = [
    marker,
    `## ${report.holds ? signs.kept : signs.exceeded} ${markdownText(text(report.holds ? 'check.holds' : 'check.fails'))}`,
    '',
    markdownText(noteOf(report, words), 2000),
    '',
  ];
  const blocks: string[] = [];
  const failed = judgedIn(report).filter(({ verdict }) => verdict.status !== 'kept');
  if (failed.length > 0) blocks.push(verdictTable(report, words));
  const faults = faultRows(report, words);
  if (faults.length > 0)
    blocks.push(
      markdownTable({
        title: '',
        columns: [column(text('check.path')), column(text('check.message'))],
        rows: faults,
      }),
    );
  for (const model of report.models)
    for (const place of model.places) blocks.push(placeBlock(model, place, words));
  return shortened(head, blocks, words);
}

function shortened(head: readonly string[], blocks: readonly string[], words: Words): string {
  let text = `${head.join('\n')}\n`;
  for (const [index, block] of blocks.entries()) {
    if (text.length + block.length > mostLetters) {
      const count = words.count(blocks.length - index);
      return `${text}${markdownText(words.text('print.check.cut', { count }), 2000)}\n`;
    }
    text += `${block}\n`;
  }
  return text;
}

/** What is not kept. */
function verdictTable(report: CheckReport, words: Words): string {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const section: Section = {
    title: '',
    columns: [
      column(''),
      column(text('check.path')),
      column(text('check.place')),
      column(text('check.figure')),
      column(text('check.now'), 'right'),
      column(text('check.most'), 'right'),
      column(text('check.budget')),
    ],
    rows: judgedIn(report)
      .filter(({ verdict }) => verdict.status !== 'kept')
      .map(({ model, place, verdict }) => [
        signs[verdict.status],
        model.path,
        placeText(place, words),
        metricText(verdict, words),
        figureText(verdict.figure, verdict.metric, words),
        verdict.most === null ? text('unknown') : writerOf(verdict.metric, words)(verdict.most),
        `${place.budget} (${report.budget}:${verdict.line})`,
      ]),
  };
  return markdownTable(section);
}

/** Totals of a model in one place with its nodes, folded in unless something fails there. */
function placeBlock(model: CheckModel, place: CheckPlace, words: Words): string {
  const isOpen = place.verdicts.some(({ fails }) => fails);
  const title = htmlText(`${model.path} · ${placeText(place, words)}`);
  const parts = [
    `<details${isOpen ? ' open' : ''}><summary>${title}</summary>`,
    '',
    markdownTable(totalsSection(place.totals, words)),
    ...(tellsNodes(place) ? [markdownOf([nodeSection(model, place, words)], 4)] : []),
    '</details>',
  ];
  return `${parts.join('\n')}\n`;
}

function totalsSection(totals: readonly CheckTotal[], words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  return {
    title: '',
    columns: [
      column(text('check.figure')),
      column(text('check.before'), 'right'),
      column(text('check.now'), 'right'),
      column(text('check.moved'), 'right'),
    ],
    rows: totals.map((total) => [
      metricText(total, words),
      total.before ? figureText(total.before, total.metric, words) : text('none'),
      figureText(total.now, total.metric, words),
      movedText(total.before, total.now, words),
    ]),
  };
}
