import { hasHidden, visible } from './hidden';

/** Shells that commands are printed for. */
export const shells = ['posix', 'powershell'] as const;
export type Shell = (typeof shells)[number];

/** A program with its arguments, and what it reads from standard input. */
export interface Command {
  readonly words: readonly string[];
  /** Lines of which none begins with a quote or is `END`. */
  readonly input?: readonly string[];
}

/** The command as a shell takes it: the program gets exactly these words. Throws for words with hidden letters. */
export function commandText(shell: Shell, { words, input }: Command): string {
  const bad = words.find(hasHidden);
  if (bad !== undefined) throw new Error(`no command may hold ${visible(bad)}`);
  if (input?.some((line) => line === 'END' || line.startsWith("'"))) throw new Error('the input ends early');
  if (shell === 'posix') {
    const text = words.map(posixWord).join(' ');
    return input ? `${text} <<'END'\n${input.join('\n')}\nEND` : text;
  }
  const [program = '', ...rest] = words.map(powershellWord);
  const text = [program.startsWith("'") ? `& ${program}` : program, ...rest].join(' ');
  return input ? `@'\n${input.join('\n')}\n'@ | ${text}` : text;
}

/** One line that no shell carries out. */
export function commentText(shell: Shell, text: string): string {
  const line = visible(text);
  // At its prompt zsh takes a comment for a command: quoted it has one word and nothing that could run.
  const isPlain = /^[\p{L}\p{N} .,:/–%_+-]*$/u.test(line);
  return `# ${isPlain || shell === 'powershell' ? line : inQuotes(line)}`;
}

/** A word of sh, dash, bash and zsh. `=` and `~` at the beginning mean something to zsh, `!` to prompts. */
function posixWord(word: string, index: number): string {
  const plain = index === 0 ? /^[\w./-]+$/ : /^[\w./:@%,+-][\w./:=@%,+-]*$/;
  return plain.test(word) ? word : inQuotes(word);
}

function inQuotes(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A word of PowerShell, which takes typographic quotes for plain ones and cuts options at points and colons. */
function powershellWord(word: string): string {
  if (/^(?:--?)?[A-Za-z][\w-]*$/.test(word) || /^\d+$/.test(word)) return word;
  return `'${word.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}

/** A text of Python in plain letters, with nothing in it that a shell's prompt obeys. */
export function pythonText(text: string): string {
  return JSON.stringify(text).replace(/[^ "#-~]/gu, (letter) => {
    const code = letter.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}
