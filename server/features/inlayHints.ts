import type { InlayHint, Range } from 'vscode-languageserver';
import type { Language } from '../../l10n/language';
import type { Bound, Estimate } from '../engine/cost/types';
import type { NodePosition } from '../engine/formats/onnxText/positions';
import { wholeSeconds } from '../workspace/analysis';
import type { Analysis } from '../workspace/analysis';
import { flatIndices } from '../workspace/nodeIndex';
import { costLabel, shapeText } from './format';
import { appendAll } from '../engine/lists';

/** What a hint's tooltip is made from when the editor asks for it. */
export interface HintData {
  readonly uri: string;
  /** Of the analysis: a tooltip is never made from another one. */
  readonly revision: number;
  readonly node: number;
}

/** Editors cut the hints of one line after 43 characters together (`editor.inlayHints.maximumLength`). */
const lineBudget = 43;

/**
 * Hints for the lines of a range: the cost on the first chosen chip before the statement, shapes behind the names of
 * outputs.
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
  const whole = analysis.chips[0] ? wholeSeconds(analysis.chips[0].cost) : 0;
  for (const node of positions.nodesBetween(range.start.line, range.end.line)) {
    const [index] = flatIndices(analysis.inference, node);
    const position = positions.position(node);
    if (index === undefined || !position) continue;
    const data: HintData = { uri, revision: analysis.revision, node: index };
    let budget = lineBudget;
    const cost = chosen.cost && !original ? costOf(analysis, node) : null;
    const share = cost?.seconds && whole > 0 ? cost.seconds.value / whole : null;
    if (cost && (share ?? 1) >= chosen.threshold) {
      const label = costLabel(cost.seconds, cost.bound, language);
      budget -= label.length + 1;
      hints.push({ position: position.range.start, label, paddingRight: true, data });
    }
    if (chosen.shape) appendAll(hints, shapeHints(analysis, position, budget, data));
  }
  return hints;
}

/** The node's cost on the first chip; that of all calls together for a node in the body of a function. */
function costOf(
  analysis: Analysis,
  node: NodePosition['node'],
): { readonly seconds: Estimate | null; readonly bound: Bound } | null {
  const costs = analysis.chips[0]?.cost.nodes;
  const [first, ...more] = flatIndices(analysis.inference, node).flatMap((index) => costs?.[index] ?? []);
  if (!first) return null;
  let { seconds } = first;
  for (const other of more) {
    if (!seconds || !other.seconds) return { seconds: null, bound: 'unknown' };
    // Equal operators err together: the ends of their ranges add up.
    seconds = {
      value: seconds.value + other.seconds.value,
      low: seconds.low + other.seconds.low,
      high: seconds.high + other.seconds.high,
      basis: seconds.basis,
    };
  }
  return { seconds, bound: first.bound };
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
    hints.push({ position: range.end, label, paddingLeft: true, data });
  });
  return hints;
}
