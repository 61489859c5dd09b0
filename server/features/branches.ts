import { CodeActionKind } from 'vscode-languageserver';
import type { CodeAction, CodeLens, Command, Diagnostic, Range } from 'vscode-languageserver';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { labelText } from '../../outside/label';
import { branchNames } from '../engine/operators/control';
import type { CountedBranch } from '../engine/inference/types';
import type { Problem } from '../engine/problem';
import { linkedCommands } from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { positionOf } from '../workspace/nodeIndex';
import { overlaps } from './ranges';

/** More of them nobody chooses one by one. */
const branchLimit = 200;

/** What an action mends is told by this problem. */
const told: Problem['code'] = 'inference.costlier-branch-counts';

interface PlacedBranch extends CountedBranch {
  /** The operator's name. */
  readonly range: Range;
}

/** Once for each statement: the node of a function stands once however often it is called. */
function placedBranches(analysis: Analysis): PlacedBranch[] {
  const placed = new Map<string, PlacedBranch>();
  for (const branch of analysis.inference.branches) {
    const range = positionOf(analysis, branch.node)?.operator;
    const key = range && `${range.start.line}:${range.start.character}`;
    if (range && key !== undefined && !placed.has(key)) placed.set(key, { ...branch, range });
    if (placed.size >= branchLimit) break;
  }
  return [...placed.values()];
}

/**
 * Over each node of which a branch counts by the user's choice or by assumption: which one, and the other one to choose.
 * @param runs the editor runs our commands; else lenses only tell
 */
export function branchLenses(analysis: Analysis, language: Language, runs: boolean): CodeLens[] {
  return placedBranches(analysis).flatMap((branch) => {
    const { range } = branch;
    if (!runs) return [{ range, command: { title: stateOf(branch, language), command: '' } }];
    const lenses = [{ range, command: chooseOther(analysis, branch, language) }];
    if (branch.origin === 'value') lenses.push({ range, command: chooseNone(analysis, branch, language) });
    return lenses;
  });
}

/** The other branch, for each node in a range. */
export function branchActions(
  analysis: Analysis,
  range: Range,
  shown: readonly Diagnostic[],
  language: Language,
): CodeAction[] {
  return placedBranches(analysis)
    .filter((branch) => overlaps(branch.range, range))
    .map((branch) => {
      const command = chooseOther(analysis, branch, language);
      const diagnostics = shown.filter((one) => one.code === told && overlaps(one.range, branch.range));
      return { title: command.title, kind: CodeActionKind.QuickFix, diagnostics, command };
    });
}

function stateOf({ isThen, origin }: CountedBranch, language: Language): string {
  const key = origin === 'value' ? 'lens.branch.chosen' : 'lens.branch.assumed';
  return message(language, key, { branch: branchNames(isThen).counts });
}

function chooseOther({ listing }: Analysis, branch: PlacedBranch, language: Language): Command {
  const { name, isThen } = branch;
  return {
    title: message(language, 'lens.branch.choose', {
      state: stateOf(branch, language),
      other: branchNames(isThen).other,
    }),
    tooltip: message(language, 'lens.dimension.set', { name: labelText(name), value: String(!isThen) }),
    command: linkedCommands.chooseBranch,
    arguments: [listing.uri, name, !isThen],
  };
}

function chooseNone({ listing }: Analysis, { name }: PlacedBranch, language: Language): Command {
  const title = message(language, 'lens.branch.none');
  return { title, command: linkedCommands.chooseBranch, arguments: [listing.uri, name, null] };
}
