import { parseTree, visit, type Node } from 'jsonc-parser';
import { setEntry } from '../../outside/table';

/** JSON with the place of every value, so that what is wrong with a file can be said at its line. */

/** Characters of the text, from `start` up to but not including `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Names of fields and numbers of items on the way from the whole to a part. */
export type Path = readonly (string | number)[];

export type ParsedJson =
  { readonly ok: true; readonly json: JsonText } | ({ readonly ok: false } & JsonMistake);

/** The first mistake of a text: in the syntax, or lists and objects too deep inside each other. */
export interface JsonMistake {
  readonly at: Span;
  readonly fault: 'syntax' | 'depth';
}

/** Lists and objects inside the outermost one; nobody writes so many, and deeper ones would exhaust the stack. */
const deepest = 100;

/** A whole JSON text. Of a name that is given twice the last one counts, as everywhere. */
export class JsonText {
  private tree: Node | undefined;

  constructor(
    private readonly text: string,
    readonly value: unknown,
  ) {}

  /**
   * The part at a path, else the nearest part around it that is there.
   * @param ofKey the name of the part instead of its value, where it has one
   */
  spanOf(path: Path, ofKey = false): Span {
    // Only files with mistakes need their places.
    let node = (this.tree ??= parseTree(this.text)!);
    let key: Span | null = null;
    for (const step of path) {
      const part = partOf(node, step);
      if (!part) return key ?? firstOf(node);
      [node, key] = [
        part,
        part.parent?.type === 'property' ? spanOf(part.parent.children![0]!) : firstOf(part),
      ];
    }
    if (ofKey && key) return key;
    // A whole object or list would be underlined over many lines: its name says where it is.
    return node.children?.length ? (key ?? firstOf(node)) : spanOf(node);
  }
}

function partOf(node: Node, step: string | number): Node | undefined {
  if (node.type === 'array') return typeof step === 'number' ? node.children?.[step] : undefined;
  return node.children?.findLast((property) => property.children?.[0]?.value === step)?.children?.[1];
}

function spanOf({ offset, length }: Node): Span {
  return { start: offset, end: offset + length };
}

function firstOf({ offset, length }: Node): Span {
  return { start: offset, end: offset + Math.min(1, length) };
}

/** Parses a text as strictly as `JSON.parse` does; a failure has the place of the first mistake. */
export function parseJson(text: string): ParsedJson {
  try {
    const value: unknown = JSON.parse(text);
    if (!isDeeper(value, deepest)) return { ok: true, json: new JsonText(text, value) };
  } catch {
    // What it throws names no place, or not always.
  }
  const unseen: JsonMistake = { at: letter(text, 0), fault: 'syntax' };
  return { ok: false, ...(mistakeIn(text, strict) ?? unseen) };
}

/** As {@link parseJson}, for settings as people write them: with comments and with commas behind the last entry. */
export function parseJsonWithComments(text: string): ParsedJson {
  const mistake = mistakeIn(text, lenient);
  if (mistake) return { ok: false, ...mistake };
  return { ok: true, json: new JsonText(text, valueOf(parseTree(text, [], lenient)!)) };
}

/** The value of a text that a program wrote; null where it is no JSON. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The line of a place, from 1. */
export function lineAt(text: string, { start }: Span): number {
  return text.slice(0, start).split('\n').length;
}

const strict = { disallowComments: true, allowTrailingComma: false } as const;
const lenient = { disallowComments: false, allowTrailingComma: true } as const;

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth < 0 || Object.values(value).some((item) => isDeeper(item, depth - 1));
}

class Found extends Error {
  constructor(
    readonly fault: JsonMistake['fault'],
    readonly at: number,
  ) {
    super(fault);
  }
}

/** The first mistake, whose throw ends the search: a hostile text has millions, or lists that exhaust the stack. */
function mistakeIn(text: string, form: typeof strict | typeof lenient): JsonMistake | null {
  let depth = -1;
  const enter = (at: number): void => {
    if (++depth > deepest) throw new Found('depth', at);
  };
  const leave = (): void => void depth--;
  const onError = (_code: unknown, at: number): never => {
    throw new Found('syntax', at);
  };
  const lists = { onArrayBegin: enter, onArrayEnd: leave, onObjectBegin: enter, onObjectEnd: leave };
  try {
    visit(text, { ...lists, onError }, form);
    return null;
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    return { at: letter(text, error.at), fault: error.fault };
  }
}

/** The letter at a place, the last one for a place behind the text. */
function letter(text: string, at: number): Span {
  const start = Math.min(at, Math.max(0, text.length - 1));
  return { start, end: start + 1 };
}

function valueOf(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(valueOf);
  if (node.type !== 'object') return node.value;
  const object: Record<string, unknown> = {};
  for (const { children } of node.children ?? [])
    setEntry(object, String(children![0]!.value), valueOf(children![1]!));
  return object;
}
