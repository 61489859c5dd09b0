import { resolve } from 'node:path';
import { message } from '../../../l10n/cli';
import type { Language } from '../../../l10n/language';
import { lazyReport } from '../../engine/report/build';
import { analysed } from '../analyze';
import { parseArguments } from '../arguments';
import { failureText, run } from '../run';
import { exitCodes } from '../failure';
import { oldGenerationBytes } from '../../node/heap';
import { realPathInside } from '../../node/inside';
import { explained } from './explain';
import { isFileName, wordsOf, type Tool, type ToolInput } from './tools';

/** What an assistant gets: text, and whether it says what went wrong. */
export interface ToolAnswer {
  readonly text: string;
  readonly isError: boolean;
}

/** What this process may have on its heap. */
const heapBytes = oldGenerationBytes();
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
  const words = wordsOf(tool, input, path, language);
  if (typeof node === 'string') return explanation(words, node, language);
  const { text, errors, code } = await captured(words);
  if (code !== exitCodes.done && text === '') return refusal(errors);
  return { text: bounded(errors === '' ? text : `${text}\n${errors}`, language), isError: false };
}

async function explanation(words: readonly string[], node: string, language: Language): Promise<ToolAnswer> {
  try {
    const { input } = await analysed(parseArguments(words), language, heapBytes, true);
    const text = explained(lazyReport(input), input, node);
    return text === null
      ? refusal(message(language, 'cli.mcp.noNode', { name: node }))
      : { text: bounded(text, language), isError: false };
  } catch (error) {
    return refusal(failureText(error, language));
  }
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
    heapBytes,
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
