import { markdownCode, markdownLink, markdownText } from '../../outside/markdown';
import { baseName } from '../../outside/paths';
import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { boundsText } from '../../l10n/totals';
import { framesOf, traceOf } from '../engine/graph/sourceFrames';
import { appendAll } from '../engine/lists';
import type { Steps } from '../engine/scheduler';
import {
  linkedCommands,
  type SourceCosts,
  type SourceLens,
  type SourceLineCost,
  type SourceOfNodeResult,
} from '../protocol';
import { wholeSeconds, type Analysis } from '../workspace/analysis';
import { lineOf } from '../workspace/nodeIndex';
import { Costliest } from './costliest';
import { timeText, totalTime } from './format';
import { modelName } from './names';
import { pythonBlocks } from './pythonBlocks';
import { reads, sourceAt, sourceFiles, type SourceLine } from './sourceFiles';

/** Letters of a program that are looked at, and nodes that a hover names. */
const mostLetters = 4_000_000;
const shownNodes = 8;

const nothing: SourceCosts = { hints: [], lenses: [] };

/** Names of the files of the program from which the model was exported, each once. */
export function* sourceNames({ inference }: Analysis): Steps<string[]> {
  const files = yield* sourceFiles(inference);
  return [...new Set(files.map(({ path }) => baseName(path)))];
}

/** The lines of the program that led to the node at a line (0-based) of the listing, the innermost first. */
export function sourceOfNode(analysis: Analysis, line: number): SourceOfNodeResult {
  const node = analysis.listing.positions.nodeAt(line);
  const frames = node ? framesOf(traceOf(node) ?? '') : [];
  return { frames: frames.reverse().map(({ file, line: at }) => ({ file, line: at - 1 })) };
}

/**
 * What the lines of a file of the program take on the first chip, and its functions and classes: all that they made, also by what
 * they call. Lines that read otherwise than at the export say nothing, and their number is said.
 */
export function* sourceCosts(
  analysis: Analysis,
  { path, text }: { readonly path: string; readonly text: string },
  language: Language,
): Steps<SourceCosts> {
  const files = yield* sourceFiles(analysis.inference);
  const lines = text.slice(0, mostLetters).split(/\r?\n/);
  const file = sourceAt(files, path, lines);
  const [chip] = analysis.chips;
  if (!file || !chip || !analysis.choices.hints.enable) return nothing;
  const teller = new Teller(analysis, language);
  const present = [...file.lines].filter(([line, { code }]) => reads(lines, line, code));
  const hints: SourceLineCost[] = [];
  for (const [line, { nodes }] of present) {
    yield;
    appendAll(hints, teller.hint(line - 1, nodes));
  }
  const heading = teller.heading(file.lines.size, present.length);
  return { hints, lenses: [heading, ...(yield* lensesOf(present, lines, teller))] };
}

function* lensesOf(
  present: readonly (readonly [line: number, SourceLine])[],
  lines: readonly string[],
  teller: Teller,
): Steps<SourceLens[]> {
  const lenses: SourceLens[] = [];
  for (const { name, first, last } of pythonBlocks(lines)) {
    yield;
    const inside = present.filter(([line]) => first < line - 1 && line - 1 <= last);
    const nodes = new Set(inside.flatMap(([, one]) => one.nodes));
    if (nodes.size > 0) lenses.push(teller.block(name, first, Uint32Array.from(nodes).sort()));
  }
  return lenses;
}

/** What nodes take together. */
interface Sum {
  readonly known: number;
  readonly unknown: number;
  /** Few of known time, the longest first, then of the others. */
  readonly costliest: readonly number[];
}

/** Says what nodes of the model take together. */
class Teller {
  private readonly whole: number;

  constructor(
    private readonly analysis: Analysis,
    private readonly language: Language,
  ) {
    this.whole = wholeSeconds(analysis.chips[0]!);
  }

  /** None for a line that costs nothing. */
  hint(line: number, nodes: readonly number[]): SourceLineCost[] {
    const sum = this.sum(nodes);
    if (sum.known === 0 && sum.unknown === 0) return [];
    const label = this.cost(sum);
    return [{ line, label, hover: this.hover(label, sum.costliest, nodes.length) }];
  }

  /** What stands above the file: the model, the chip, and whether the file changed. */
  heading(lines: number, present: number): SourceLens {
    const { language, analysis } = this;
    const { count } = formatterOf(language);
    const model = modelName(analysis.listing.uri);
    const { total } = analysis.chips[0]!.cost;
    const time = totalTime(total, language);
    const told = message(language, 'source.heading', { model, chip: analysis.chips[0]!.chip.name, time });
    const changed = message(language, 'source.changed', {
      changed: count(lines - present),
      count: count(lines),
    });
    return { line: 0, title: present < lines ? `${told} · ${changed}` : told, target: 0 };
  }

  /** @param nodes ascending */
  block(name: string, line: number, nodes: Uint32Array): SourceLens {
    const sum = this.sum(nodes);
    const title = message(this.language, 'source.block', { name, cost: this.cost(sum) });
    return { line, title, target: this.placeOf(sum.costliest[0]!) };
  }

  /** Time and share; a part of unknown time makes it a lower bound. */
  private cost({ known, unknown }: Sum): string {
    const write = (seconds: number): string => timeText(seconds, this.language);
    if (unknown > 0) return boundsText(known, null, write, this.language) ?? '?';
    const share = this.whole > 0 ? known / this.whole : 0;
    return `${write(known)} · ${formatterOf(this.language).percent(share)}`;
  }

  private hover(label: string, shown: readonly number[], count: number): string {
    const { language, analysis } = this;
    const head = `**${markdownText(label)}** · ${markdownText(analysis.chips[0]!.chip.name)}`;
    const more = count - shown.length;
    const rest = message(language, 'source.more', { count: formatterOf(language).count(more) });
    return [head, '', ...shown.map((index) => this.node(index)), ...(more > 0 ? ['', rest] : [])].join('\n');
  }

  private node(index: number): string {
    const { analysis, language } = this;
    const { operator, name } = analysis.inference.nodes[index]!.node;
    const seconds = this.secondsOf(index);
    const time = seconds === null ? '?' : timeText(seconds, language);
    const args = encodeURIComponent(JSON.stringify([analysis.listing.uri, this.placeOf(index)]));
    const title = markdownLink(markdownText(operator), `command:${linkedCommands.revealLine}?${args}`);
    return `- ${title} ${markdownCode(name)} ${time}`;
  }

  /** The line of a node in the listing, 0-based. */
  private placeOf(index: number): number {
    return lineOf(this.analysis, index) ?? 0;
  }

  private sum(nodes: Iterable<number>): Sum {
    let [known, unknown] = [0, 0];
    const costliest = new Costliest(shownNodes);
    for (const index of nodes) {
      const seconds = this.secondsOf(index);
      costliest.add(index, seconds ?? -1);
      if (seconds === null) unknown++;
      else known += seconds;
    }
    return { known, unknown, costliest: costliest.list() };
  }

  private secondsOf(index: number): number | null {
    return this.analysis.chips[0]!.cost.nodes[index]?.seconds?.value ?? null;
  }
}
