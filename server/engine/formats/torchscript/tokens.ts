/** A token of TorchScript's code; `indent` is how far the line is indented that it begins. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'sign' | 'line' | 'end';
  readonly text: string;
  readonly indent: number;
}

// Every alternative begins differently, and none repeats a group: a token is found in one pass.
const token =
  /([ \t\r]+|#[^\n]*|\\\n)|(\n[ \t\r\n]*)|([A-Za-z_$][\w$]*)|(\d[\d.]*(?:[eE][-+]?\d+)?|\.\d+)|("(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*')|(->|\*\*|\/\/|==|!=|<=|>=|[^])/y;

/** Cuts code into tokens; lines within brackets are one. */
export function tokensOf(code: string): readonly Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  let indent = 0;
  token.lastIndex = 0;
  for (let found = token.exec(code); found; found = token.exec(code)) {
    const [text, space, lines, name, number, string, sign] = found;
    if (space !== undefined) continue;
    if (lines !== undefined) {
      indent = lines.length - lines.lastIndexOf('\n') - 1;
      if (depth === 0) tokens.push({ kind: 'line', text: '\n', indent });
      continue;
    }
    if (sign !== undefined && '([{'.includes(sign)) depth++;
    if (sign !== undefined && ')]}'.includes(sign)) depth = Math.max(depth - 1, 0);
    const kind =
      name !== undefined
        ? 'name'
        : number !== undefined
          ? 'number'
          : string !== undefined
            ? 'string'
            : 'sign';
    tokens.push({ kind, text, indent });
  }
  tokens.push({ kind: 'line', text: '\n', indent: 0 }, { kind: 'end', text: '', indent: 0 });
  return tokens;
}
