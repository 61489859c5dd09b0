import type { InlayHint, Range } from 'vscode-languageserver/node';
import type { Language } from '../../l10n/messages';
import { shareOf, wholeSeconds } from '../workspace/analysis';
import type { Analysis } from '../workspace/analysis';
import { firstAtLine } from '../workspace/listingMap';
import type { NodePlace } from '../workspace/listingMap';
import { costLabel, shapeText } from './format';

/** What a hint's tooltip is made from when the editor asks for it. */
export interface HintData {
  readonly uri: string;
  /** Of the analysis: a tooltip is never made from another one. */
  readonly revision: number;
  readonly node: number;
}

/** Editors cut the hints of one line after 43 characters together (`editor.inlayHints.maximumLength`). */
const lineBudget = 40;

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
  const { map, uri } = analysis.listing;
  const { hints: chosen } = analysis.choices;
  if (!chosen.enable) return [];
  const hints: InlayHint[] = [];
  const first = analysis.chips[0];
  const whole = first ? wholeSeconds(first.cost) : 0;
  for (let i = firstAtLine(map.nodes, range.start.line); i < map.nodes.length; i++) {
    const place = map.nodes[i];
    if (!place || place.line > range.end.line) break;
    if (place.node === null) continue;
    const data: HintData = { uri, revision: analysis.revision, node: place.node };
    let budget = lineBudget;
    const cost = first?.cost.nodes[place.node];
    if (chosen.cost && !original && cost && (shareOf(cost, whole) ?? 1) >= chosen.threshold) {
      const label = costLabel(cost.seconds, cost.bound, language);
      budget -= label.length;
      hints.push({
        position: { line: place.line, character: place.start },
        label,
        paddingRight: true,
        data,
      });
    }
    if (chosen.shape) hints.push(...shapeHints(analysis, place, budget, data));
  }
  return hints;
}

function shapeHints(analysis: Analysis, place: NodePlace, budget: number, data: HintData): InlayHint[] {
  const node = place.node === null ? undefined : analysis.inference.nodes[place.node];
  const hints: InlayHint[] = [];
  place.outputs.forEach((span, output) => {
    const id = node?.outputs[output];
    const type = typeof id === 'number' ? analysis.inference.values[id]?.type : undefined;
    if (!span || type?.kind !== 'tensor' || !type.shape) return;
    const label = shapeText(type.shape);
    // A cut shape misleads; the hover has it whole.
    if (label.length > budget) return;
    budget -= label.length;
    hints.push({ position: { line: span.line, character: span.end }, label, paddingLeft: true, data });
  });
  return hints;
}
