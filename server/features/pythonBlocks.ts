/** A function or class of a Python file. */
export interface PythonBlock {
  readonly name: string;
  /** 0-based: of its first line, and of the last that belongs to it. */
  readonly first: number;
  readonly last: number;
}

/** Lines that are looked at; the standard library's longest file has 7,000. */
const mostLines = 50_000;

const heading = /^([ \t]*)(?:async[ \t]+)?(?:def|class)[ \t]+([\p{L}_][\p{L}\p{N}_]*)/u;

/** Functions and classes by indentation; texts in three quotes and lines inside brackets end none. */
export function pythonBlocks(lines: readonly string[]): PythonBlock[] {
  const blocks: PythonBlock[] = [];
  const open: { name: string; first: number; indent: number; last: number }[] = [];
  const reader = new Reader();
  for (let at = 0; at < Math.min(lines.length, mostLines); at++) {
    const line = lines[at]!;
    const isContinued = reader.isInside;
    reader.read(line);
    const text = line.trim();
    if (text === '') continue;
    if (!isContinued && !text.startsWith('#')) {
      const indent = line.length - line.trimStart().length;
      while (open.length > 0 && open.at(-1)!.indent >= indent) blocks.push(closed(open.pop()!));
      const found = heading.exec(line);
      if (found) open.push({ name: found[2]!, first: at, indent, last: at });
    }
    for (const one of open) one.last = at;
  }
  for (const one of open.reverse()) blocks.push(closed(one));
  return blocks.sort((a, b) => a.first - b.first);
}

function closed({ name, first, last }: PythonBlock): PythonBlock {
  return { name, first, last };
}

/** Follows what stretches over lines: brackets, and texts in three quotes. */
class Reader {
  private quotes: string | null = null;
  private depth = 0;

  get isInside(): boolean {
    return this.quotes !== null || this.depth > 0;
  }

  read(line: string): void {
    const marks = /"""|'''|\\.|["'#()[\]{}]/g;
    let short: string | null = null;
    for (let found = marks.exec(line); found; found = marks.exec(line)) {
      const [mark] = found;
      if (this.quotes !== null) {
        if (mark === this.quotes) this.quotes = null;
      } else if (short !== null) {
        if (mark === short) short = null;
      } else if (mark === '#') return;
      else if (mark.length === 3) this.quotes = mark;
      else if (mark === '"' || mark === "'") short = mark;
      else if ('([{'.includes(mark)) this.depth++;
      else if (')]}'.includes(mark)) this.depth = Math.max(0, this.depth - 1);
    }
  }
}
