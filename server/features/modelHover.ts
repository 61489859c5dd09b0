import { formatName } from '../../modelFormats/names';
import { markdownCode, markdownLink, markdownText } from '../../outside/markdown';
import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { boundsText, energyText } from '../../l10n/totals';
import { MarkupKind } from 'vscode-languageserver';
import type { MarkupContent } from 'vscode-languageserver';
import { linkedCommands } from '../protocol';
import type { ChipAnalysis } from '../engine/analyse';
import { targetName } from '../engine/report/targetName';
import type { Analysis } from '../workspace/analysis';
import { problemText } from './diagnostics';
import { dimensionsText } from './dimensions';
import { modelExtras } from './extrasHover';
import { known, memoryText, summed, totalTime } from './format';
import { appendAll } from '../engine/lists';
import { isOnnx, onnxFacts, producerOf } from '../engine/graph/origin';

/** The hover of the model's heading: what the model is, its totals on each chip and, with `links`, where to go on. */
export function modelHover(analysis: Analysis, language: Language, links: boolean): MarkupContent {
  const { model } = analysis.listing;
  const format = formatterOf(language);
  const own = onnxFacts(model);
  const opsets = model.operatorSets
    .map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`)
    .join(', ');
  const producer = producerOf(model);
  const facts = [
    markdownCode(model.graph.name || 'graph'),
    ...(producer ? [markdownText(producer)] : []),
    ...(isOnnx(model.origin)
      ? [`IR ${known(own.irVersion, format.count, language)}`, markdownText(opsets)]
      : [markdownText(formatName(model.origin.format))]),
    ...(analysis.refusal ? [] : sizeFacts(analysis, language)),
  ];
  const lines = [facts.join(' · '), ''];
  if (analysis.refusal) lines.push(markdownText(problemText(analysis.refusal, language)), '');
  if (analysis.chips.length > 0) {
    appendAll(lines, chipTable(analysis, language));
    const sizes = dimensionsText(analysis, language);
    if (sizes !== '') lines.push(markdownText(sizes, 1000), '');
  }
  if (own.docString) lines.push(markdownText(own.docString, 600), '');
  appendAll(lines, modelExtras(model, language));
  if (links) lines.push(commandLinks(analysis.listing.uri, language));
  return { kind: MarkupKind.Markdown, value: lines.join('\n') };
}

/** Totals on each chip, at most eight, with an empty line behind. */
function chipTable(analysis: Analysis, language: Language): string[] {
  const format = formatterOf(language);
  const head = ['chip', 'time', 'throughput', 'energy', 'memory'] as const;
  const rows = analysis.chips
    .slice(0, 8)
    .map((one) => [
      markdownText(targetName(one)),
      totalTime(one.cost.total, language),
      known(
        one.cost.total.throughput,
        ({ samplesPerSecond }) => format.perSecond(samplesPerSecond),
        language,
      ),
      energyCell(one, language),
      memoryCell(one, language),
    ]);
  return [
    `| ${head.map((key) => message(language, `hover.table.${key}`)).join(' | ')} |`,
    '| :-- | --: | --: | --: | --: |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    '',
  ];
}

/** Joules of a run, with what they go to. */
function energyCell({ cost }: ChipAnalysis, language: Language): string {
  const { joules } = formatterOf(language);
  const parts = energyText(cost.total.joulesParts, joules, language);
  const total = summed(cost.total.joules, joules, language);
  return parts === null ? total : `${total} (${parts})`;
}

/** What is needed of what there is, and that it is too much where it is. */
function memoryCell({ fit }: ChipAnalysis, language: Language): string {
  const of = {
    memory: memoryText(fit, language),
    capacity: known(fit.capacityBytes, formatterOf(language).bytes, language),
  };
  return message(language, fit.fits === false ? 'hover.memory.misfit' : 'hover.memory.of', of);
}

function sizeFacts({ inference, prepared }: Analysis, language: Language): string[] {
  const { weights, numbers, operations } = prepared;
  const format = formatterOf(language);
  const value = format.bytes(weights.known);
  const stored = (what: 'parameters' | 'quantisation' | 'buffers', number: number): string => {
    const least = boundsText(number || null, null, format.count, language) ?? message(language, 'unknown');
    return message(language, `hover.model.${what}`, {
      count: numbers.isLowerBound ? least : format.count(number),
    });
  };
  const { parameters, quantizationParameters, buffers } = numbers;
  return [
    message(language, 'hover.model.nodes', { count: format.count(inference.nodes.length) }),
    stored('parameters', parameters),
    ...(quantizationParameters > 0 ? [stored('quantisation', quantizationParameters)] : []),
    ...(buffers > 0 ? [stored('buffers', buffers)] : []),
    // A file of weights alone runs nothing.
    ...(inference.nodes.length > 0
      ? [
          message(language, 'hover.model.operations', {
            value: summed(operations, format.operations, language),
          }),
        ]
      : []),
    message(language, 'hover.model.weights', {
      value: weights.isWhole ? value : (boundsText(weights.known, null, format.bytes, language) ?? value),
    }),
  ];
}

/** Links to the commands of the allow-list; the client trusts no others. */
export function commandLinks(uri: string, language: Language): string {
  const args = encodeURIComponent(JSON.stringify([uri]));
  return (['openReport', 'chooseChips', 'setDimensions'] as const)
    .map((name) => markdownLink(message(language, `lens.${name}`), `command:${linkedCommands[name]}?${args}`))
    .join(' · ');
}

/** A link to the graph around a node. */
export function graphLink(uri: string, node: number, language: Language): string {
  const args = encodeURIComponent(JSON.stringify([uri, node]));
  return markdownLink(message(language, 'hover.graph'), `command:${linkedCommands.showGraph}?${args}`);
}

/** A link to how the time of a node comes about. */
export function explainLink(uri: string, node: number, language: Language): string {
  const args = encodeURIComponent(JSON.stringify([uri, node]));
  return markdownLink(message(language, 'hover.explain'), `command:${linkedCommands.explainTime}?${args}`);
}

/** A link from a place in a program (Markdown) to the file there, by the line (0-based) of a node of the listing. */
export function sourceLink(place: string, uri: string, line: number): string {
  const args = encodeURIComponent(JSON.stringify([uri, line]));
  return markdownLink(place, `command:${linkedCommands.goToSource}?${args}`);
}
