import type { Language } from '../../../l10n/language';
import { inputs } from './inputs';
import toolTable from './tools.json';

/** One thing that an assistant can ask for: a command of the command line with some of its options. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly command: string;
  readonly inputSchema: { readonly type: 'object'; readonly [key: string]: unknown };
}

/** What a tool is called with, as its schema allows. */
export type ToolInput = Readonly<Record<string, unknown>>;

/** All tools. What they are called with is checked against `inputSchema` before {@link wordsOf}. */
export const tools: readonly Tool[] = toolTable.map(({ takes, required, ...tool }) => ({
  ...tool,
  inputSchema: {
    type: 'object',
    properties: Object.fromEntries(takes.map((name) => [name, inputs.get(name)!.schema])),
    required,
    additionalProperties: false,
  },
}));

/**
 * The words of the command line that a call stands for. No value can be taken for an option, or for a file: chips are named and
 * never read from files, since assistants may read in the workspace alone.
 * @param model where the model lies, if the tool is about one
 */
export function wordsOf(
  tool: Tool,
  input: ToolInput,
  model: string | null,
  language: Language,
): readonly string[] {
  const words = [tool.command, `--lang=${language}`];
  // Columns of a list of chips are read one below the other.
  if (tool.command !== 'chips') words.push('--format=markdown');
  for (const [name, value] of Object.entries(input)) {
    const option = inputs.get(name)?.option;
    if (option !== undefined) for (const one of listOf(value)) words.push(`--${option}=${one}`);
  }
  const rest = model ?? input.query;
  return typeof rest === 'string' ? [...words, '--', rest] : words;
}

/** Whether a name of a chip would be taken for a file of one. */
export function isFileName(chip: string): boolean {
  return /[\\/]|\.json$/i.test(chip);
}

function listOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([name, number]) => `${name}=${number}`);
  return [String(value)];
}
