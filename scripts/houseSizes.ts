import ts from 'typescript';

interface FunctionSize {
  readonly name: string;
  /** First line is 1. */
  readonly line: number;
  readonly lines: number;
}

export interface FileSize {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly functions: readonly FunctionSize[];
}

/** The lines of a file and of each function with a body; of one inside another, both count. */
export function sizeOf(path: string, text: string): FileSize {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const functions: FunctionSize[] = [];
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const line = lineAt(node.getStart(source));
      functions.push({ name: nameOf(node), line, lines: lineAt(node.end) - line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { path, text, lines: text.trimEnd().split('\n').length, functions };
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  if (node.name) return node.name.getText();
  const { parent } = node;
  return (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && parent.name
    ? parent.name.getText()
    : '(no name)';
}

/** The figures of one row of the table of rooms. */
export function roomSizes(files: readonly FileSize[]) {
  const lines = files.map((file) => file.lines);
  const functions = files.flatMap((file) => file.functions.map((one) => one.lines));
  return {
    fileCount: files.length,
    lines: lines.reduce((all, one) => all + one, 0),
    medianFile: median(lines),
    longestFile: largest(lines),
    medianFunction: median(functions),
    longestFunction: largest(functions),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

/** Functions of more lines than `most`, the longest first. */
export function longestFunctions(files: readonly FileSize[], most: number) {
  return files
    .flatMap(({ path, functions }) => functions.map((one) => ({ path, ...one })))
    .filter(({ lines }) => lines > most)
    .sort((a, b) => b.lines - a.lines);
}

/** So many lines on end have to be the same, blank ones and imports left out. */
const stretch = 6;

/** Lines that stand somewhere else too, in a stretch of equal ones, and where such a stretch begins. */
export function repeatedLines(files: readonly FileSize[]): {
  repeated: number;
  all: number;
  places: string[];
} {
  const seen = new Map<string, { path: string; line: number }>();
  const repeated = new Set<string>();
  const places: string[] = [];
  let all = 0;
  for (const { path, text } of files) {
    const lines = text
      .split('\n')
      .map((line, at) => ({ line: line.trim(), at: at + 1 }))
      .filter(({ line }) => line !== '' && !line.startsWith('import '));
    all += lines.length;
    for (let i = 0; i + stretch <= lines.length; i++) {
      const window = lines.slice(i, i + stretch);
      const key = window.map(({ line }) => line).join('\n');
      const first = seen.get(key);
      if (!first) seen.set(key, { path, line: window[0]!.at });
      else {
        if (!repeated.has(`${path}:${window[0]!.at}`))
          places.push(`${path}:${window[0]!.at} as ${first.path}:${first.line}`);
        for (const { at } of window) repeated.add(`${path}:${at}`);
      }
    }
  }
  return { repeated: repeated.size, all, places };
}
