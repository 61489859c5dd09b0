const place = /\{(\w+)(?::(\w+))?\}/g;

/**
 * The text of server/engine/problemArgs.ts for the English texts of problems: each key is a code, each `{name}` an
 * argument, a number where the text says how one is written. A test compares it with what is committed.
 */
export function problemArgsSource(texts: Readonly<Record<string, string>>): string {
  return [
    '// Written by scripts/problemCodes.ts from l10n/en/problems.json; do not edit.',
    '',
    '/** A name, or a number that is written as it is. */',
    'type Word = string | number;',
    '/** A text without places. */',
    'export type NoArgs = Readonly<Record<string, never>>;',
    '',
    '/** What each problem has to tell, by its code. */',
    'export interface ProblemArgs {',
    ...Object.entries(texts).map(([code, text]) => `  readonly '${code}': ${argsType(text)};`),
    '}',
    '',
  ].join('\n');
}

function argsType(text: string): string {
  const args = new Map<string, string>();
  for (const [, name = '', quantity] of text.matchAll(place)) {
    if (quantity !== undefined) args.set(name, 'number');
    else if (!args.has(name)) args.set(name, 'Word');
  }
  if (args.size === 0) return 'NoArgs';
  return `{ ${[...args].map(([name, type]) => `readonly ${name}: ${type}`).join('; ')} }`;
}
