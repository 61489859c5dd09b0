import type { InlayHint, Range } from 'vscode-languageserver';
import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import type { NodeCost } from '../engine/cost/types';
import type { NodePosition } from '../engine/formats/onnxText/positions';
import { lettersOfRun } from '../engine/report/letters';
import { wholeSeconds } from '../workspace/analysis';
import type { Analysis } from '../workspace/analysis';
import { flatIndices } from '../workspace/nodeIndex';
import { blank, costLabel, moduleLabel, shapeText, timeText } from './format';
import { moduleCosts, type ModuleCost } from './moduleCosts';
import { appendAll } from '../engine/lists';

/** What a hint's tooltip is made from when the editor asks for it. */
export interface HintData {
  readonly uri: string;
  /** Of the analysis: a tooltip is never made from another one. */
  readonly revision: number;
  readonly node: number;
}

/** Behind outputs of more letters an operator is out of sight where the editor has half of the window. */
const longOutputs = 30;

/** Editors cut the hints of one line after 43 characters together (`editor.inlayHints.maximumLength`). */
const lineBudget = 43;

/**
 * Hints for the lines of a range: the cost on the first chosen chip before the statement, led by the letter of the unit that runs it, behind it that of a module
 * which begins there, shapes behind the names of outputs.
 * @param original the text is the older side of a comparison: costs would only shift its lines
 */
export function inlayHints(
  analysis: Analysis,
  range: Range,
  language: Language,
  original = false,
): InlayHint[] {
  const { uri, positions } = analysis.listing;
  const { hints: chosen } = analysis.choices;
  if (!chosen.enable) return [];
  const hints: InlayHint[] = [];
  const costs = original ? null : costHinter(analysis, language);
  for (const node of positions.nodesBetween(range.start.line, range.end.line)) {
    const [index] = flatIndices(analysis.inference, node);
    const position = positions.position(node);
    if (index === undefined || !position) continue;
    const data: HintData = { uri, revision: analysis.revision, node: index };
    let budget = lineBudget;
    for (const hint of costs?.(position, data) ?? []) {
      budget -= hint.label.length + 1;
      hints.push(hint);
    }
    if (chosen.shape) appendAll(hints, shapeHints(analysis, position, budget, data));
  }
  return hints;
}

type LabelledHint = InlayHint & { readonly label: string };

/** Makes what stands before a statement: its cost, and that of the module which begins there. */
function costHinter(
  analysis: Analysis,
  language: Language,
): (position: NodePosition, data: HintData) => LabelledHint[] {
  const { hints: chosen } = analysis.choices;
  const whole = analysis.chips[0] ? wholeSeconds(analysis.chips[0]) : 0;
  const modules = chosen.modules ? moduleCosts(analysis) : null;
  const letterBefore = unitLetters(analysis);
  return (statement, data) => {
    const hints: LabelledHint[] = [];
    const { node } = statement;
    const position = statement.range.start;
    const begun = modules?.get(position.line);
    const module = begun && begun.share >= chosen.threshold ? moduleHint(begun, position, language) : null;
    const cost = chosen.cost ? costOf(analysis, node) : null;
    const share = cost?.seconds && whole > 0 ? cost.seconds.value / whole : 1;
    if (cost && share >= chosen.threshold) {
      const letter = letterBefore(cost.kernel);
      const text = (operator: string) => letter + costLabel(cost, language, operator);
      const long = text(farOperator(statement));
      // A cut time of a module misleads.
      const fits = long.length + (module ? module.label.length + 1 : 0) <= lineBudget;
      hints.push({ position, label: fits ? long : text(''), paddingRight: true, data });
    }
    if (module) hints.push(module);
    return hints;
  };
}

/** The letter of the unit that runs a kernel and a blank; nothing where the first runs all of the model. */
function unitLetters({ chips: [first] }: Analysis): (kernel: number) => string {
  const letters = first ? lettersOfRun(first) : null;
  if (!letters) return () => '';
  return (kernel) => {
    const unit = first!.cost.kernels[kernel]?.unit ?? null;
    return `${unit === null ? blank : letters[unit]!}${blank}`;
  };
}

/** The operator where what stands before it is long; else nothing. */
function farOperator({ node, range, operator }: NodePosition): string {
  const isFar = operator.start.character - range.start.character > longOutputs + ' = '.length;
  return isFar ? node.operator : '';
}

/** What stands before the first line of a module, and alone in sight where the module is folded. */
function moduleHint(module: ModuleCost, position: InlayHint['position'], language: Language): LabelledHint {
  const { name, lines, seconds, share, alike } = module;
  const format = formatterOf(language);
  const tooltip = message(language, 'hint.module', {
    name,
    lines: format.count(lines.last - lines.first + 1),
    time: timeText(seconds, language),
    share: format.percent(share),
  });
  const others =
    alike > 1 ? ` ${message(language, 'hint.module.alike', { count: format.count(alike) })}` : '';
  const label = moduleLabel(module, language);
  return { position, label, tooltip: tooltip + others, paddingRight: true };
}

/** The node's cost on the first chip; that of all calls together for a node in the body of a function. */
function costOf(
  analysis: Analysis,
  node: NodePosition['node'],
): Pick<NodeCost, 'kernel' | 'seconds' | 'secondsAtMost' | 'bound'> | null {
  const costs = analysis.chips[0]?.cost.nodes;
  const [first, ...more] = flatIndices(analysis.inference, node).flatMap((index) => costs?.[index] ?? []);
  if (!first || more.length === 0) return first ?? null;
  let { seconds } = first;
  for (const other of more) {
    if (!seconds || !other.seconds) return { kernel: first.kernel, seconds: null, bound: 'unknown' };
    // Equal operators err together: the ends of their ranges add up.
    seconds = {
      value: seconds.value + other.seconds.value,
      low: seconds.low + other.seconds.low,
      high: seconds.high + other.seconds.high,
      basis: seconds.basis,
    };
  }
  return { kernel: first.kernel, seconds, bound: first.bound };
}

function shapeHints(analysis: Analysis, position: NodePosition, budget: number, data: HintData): InlayHint[] {
  const node = analysis.inference.nodes[data.node];
  const hints: InlayHint[] = [];
  position.outputs.forEach((range, output) => {
    const id = node?.outputs[output];
    const type = typeof id === 'number' ? analysis.inference.values[id]?.type : undefined;
    // A scalar has nothing to say.
    if (type?.kind !== 'tensor' || !type.shape?.length) return;
    const label = shapeText(type.shape);
    // A cut shape misleads; the hover has it whole.
    if (label.length + 1 > budget) return;
    budget -= label.length + 1;
    const at = analysis.choices.hints.shapePlace === 'line' ? position.range.end : range.end;
    hints.push({ position: at, label, paddingLeft: true, data });
  });
  return hints;
}
