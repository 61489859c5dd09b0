import { CodeActionKind } from 'vscode-languageserver';
import type { CodeAction, Diagnostic, Range, TextEdit } from 'vscode-languageserver';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { quote } from '../engine/formats/onnxText/words';
import type { Token } from '../engine/formats/onnxText/lexer';
import type { PlacedProblem } from '../workspace/analysis';
import type { TextModel } from '../workspace/textModels';
import { overlaps } from './ranges';
import type { TextFix } from './textFixes';
import type { TextProblem } from './textProblem';

/** Fixes for the problems in a range that leave no doubt about what to change. */
export function codeActions(
  model: TextModel,
  problems: readonly TextProblem[],
  range: Range,
  shown: readonly Diagnostic[],
  language: Language,
): CodeAction[] {
  const actions: CodeAction[] = [];
  const offer = (problem: PlacedProblem & { range: Range }, fix: TextFix): void => {
    if (!overlaps(problem.range, range)) return;
    const edit = editOf(model, fix);
    if (!edit) return;
    actions.push({
      title: titleOf(fix, language),
      kind: CodeActionKind.QuickFix,
      isPreferred: true,
      diagnostics: shown.filter((one) => one.code === problem.code && isSame(one.range, problem.range)),
      edit: { changes: { [model.listing.uri]: [edit] } },
    });
  };
  for (const problem of problems) if (problem.fix) offer(problem, problem.fix);
  for (const problem of model.listing.problems) {
    if (problem.code !== 'format.text-unquoted' || !problem.range) continue;
    const newText = quote(String(problem.args.found));
    offer({ ...problem, range: problem.range }, { kind: 'replace', range: problem.range, newText });
  }
  return actions;
}

function titleOf(fix: TextFix, language: Language): string {
  if (fix.kind === 'import') {
    const domain = fix.domain || 'ai.onnx';
    return message(language, 'text.fix-import', { domain, version: fix.version });
  }
  const { start, end } = fix.range;
  const isInsertion = start.line === end.line && start.character === end.character;
  return message(language, isInsertion ? 'text.fix-insert' : 'text.fix-replace', {
    text: fix.newText.trim(),
  });
}

function editOf(model: TextModel, fix: TextFix): TextEdit | null {
  if (fix.kind === 'replace') return { range: fix.range, newText: fix.newText };
  return importEdit(model.tokens, `${quote(fix.domain)} : ${fix.version}`);
}

/** Adds an entry to the model's opset_import: to its list, as a new list in the header, or with a new header. */
function importEdit(all: readonly Token[], entry: string): TextEdit | null {
  const tokens = all.filter(({ kind }) => kind !== 'comment');
  const [first, second] = tokens;
  if (!first || first.text !== '<') {
    const start = first ? { line: first.line, character: first.character } : { line: 0, character: 0 };
    return { range: { start, end: start }, newText: `<\n  opset_import: [${entry}]\n>\n` };
  }
  const end = tokens.findIndex(({ kind, text }) => kind === 'mark' && text === '>');
  const header = tokens.slice(0, end < 0 ? tokens.length : end);
  const key = header.findIndex(({ kind, text }) => kind === 'identifier' && text === 'opset_import');
  if (key < 0) {
    const at = behind(first);
    const comma = second && second.text !== '>' ? ',' : '';
    return { range: { start: at, end: at }, newText: `\n  opset_import: [${entry}]${comma}` };
  }
  const open = header[key + 2];
  if (open?.text !== '[') return null;
  const at = behind(open);
  const isEmpty = header[key + 3]?.text === ']';
  return { range: { start: at, end: at }, newText: isEmpty ? entry : `${entry}, ` };
}

function behind({ endLine, endCharacter }: Token): { line: number; character: number } {
  return { line: endLine, character: endCharacter };
}

function isSame(a: Range, b: Range): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
