import { resolve } from 'node:path';
import { message } from '../../../l10n/cli';
import type { Language } from '../../../l10n/language';
import { run } from '../run';
import { exitCodes } from '../failure';
import { realPathInside } from '../../node/inside';
import { explained } from './explain';
import { isFileName, wordsOf, type Tool, type ToolInput } from './tools';

/** What an assistant gets: text, and whether it says what went wrong. */
export interface ToolAnswer {
  readonly text: string;
  readonly isError: boolean;
}

/** UTF-16 units of an answer: assistants pay for each of them. */
const mostUnits = 24_000;

/**
 * Carries out a call; never rejects.
 * @param folders what may be read, as absolute paths: models lie in one of them
 */
export async function callTool(
  tool: Tool,
  input: ToolInput,
  folders: readonly string[],
  language: Language,
): Promise<ToolAnswer> {
  const { model, node, chips } = input;
  const files = Array.isArray(chips) ? chips.map(String).filter(isFileName) : [];
  if (files.length > 0) return refusal(message(language, 'cli.mcp.chipFile', { name: files[0]! }));
  const path = typeof model === 'string' ? await pathIn(folders, model) : null;
  if (typeof model === 'string' && path === null)
    return refusal(message(language, 'cli.mcp.outside', { path: model, folders: folders.join(', ') }));
  const isExplained = typeof node === 'string';
  const words = wordsOf(tool, input, path, isExplained ? 'json' : 'markdown');
  const { text, errors, code } = await captured([
    ...words.slice(0, 1),
    `--lang=${language}`,
    ...words.slice(1),
  ]);
  if (code !== exitCodes.done && text === '') return refusal(errors);
  const result = isExplained ? explained(text, node) : text;
  if (result === null) return refusal(message(language, 'cli.mcp.noNode', { name: String(node) }));
  return { text: bounded(errors === '' ? result : `${result}\n${errors}`, language), isError: false };
}

function refusal(text: string): ToolAnswer {
  return { text: text.trim(), isError: true };
}

/** Where a model lies, links resolved; null where that is in none of the folders, or nowhere. */
async function pathIn(folders: readonly string[], model: string): Promise<string | null> {
  for (const folder of folders) {
    const path = await realPathInside(folder, resolve(folder, model)).catch(() => null);
    if (path !== null) return path;
  }
  return null;
}

async function captured(words: readonly string[]): Promise<{ text: string; errors: string; code: number }> {
  const out: string[] = [];
  const errors: string[] = [];
  const code = await run(words, {
    out: (text) => out.push(text),
    error: (text) => errors.push(text),
    locale: undefined,
  });
  return { text: out.join(''), errors: errors.join(''), code };
}

/** Cut at a line, and said so. */
function bounded(text: string, language: Language): string {
  if (text.length <= mostUnits) return text;
  const cut = text.lastIndexOf('\n', mostUnits);
  const kept = text.slice(0, cut === -1 ? mostUnits : cut);
  return `${kept}\n\n${message(language, 'cli.mcp.cut', { count: text.length - kept.length })}`;
}
