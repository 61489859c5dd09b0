/** JSON with the place of every value, so that what is wrong with a file can be said at its line. */

/** Characters of the text, from `start` up to but not including `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Names of fields and numbers of items on the way from the whole to a part. */
export type Path = readonly (string | number)[];

interface JsonNode extends Span {
  readonly value: unknown;
  readonly members: ReadonlyMap<string | number, { readonly key: Span; readonly node: JsonNode }>;
}

export type ParsedJson =
  { readonly ok: true; readonly json: JsonText } | { readonly ok: false; readonly at: Span };

/** Lists and objects inside each other; nobody writes so many, and deeper ones would exhaust the stack. */
const deepest = 100;

/** A whole JSON text. Of a name that is given twice the last one counts, as everywhere. */
export class JsonText {
  constructor(private readonly root: JsonNode) {}

  get value(): unknown {
    return this.root.value;
  }

  /**
   * The part at a path, else the nearest part around it that is there.
   * @param ofKey the name of the part instead of its value, where it has one
   */
  spanOf(path: Path, ofKey = false): Span {
    let node = this.root;
    let key: Span | null = null;
    for (const step of path) {
      const member = node.members.get(step);
      if (!member) return key ?? { start: node.start, end: Math.min(node.end, node.start + 1) };
      [node, key] = [member.node, member.key];
    }
    if (ofKey && key) return key;
    // A whole object or list would be underlined over many lines: its name says where it is.
    return node.members.size > 0 ? (key ?? { start: node.start, end: node.start + 1 }) : node;
  }
}

/** Parses a text as strictly as `JSON.parse` does; a failure has the place of the first mistake. */
export function parseJson(text: string): ParsedJson {
  const parser = new Parser(text);
  try {
    const root = parser.value(0);
    parser.end();
    return { ok: true, json: new JsonText(root) };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const start = Math.min(error.at, Math.max(0, text.length - 1));
    return { ok: false, at: { start, end: start + 1 } };
  }
}

class Mistake extends Error {
  constructor(readonly at: number) {
    super('no JSON');
  }
}

const none: JsonNode['members'] = new Map();
const blanks = /[ \t\r\n]*/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  value(depth: number): JsonNode {
    this.skip();
    if (depth > deepest) throw new Mistake(this.at);
    const start = this.at;
    if (this.take('{')) return this.object(start, depth);
    if (this.take('[')) return this.list(start, depth);
    const literal = this.match(string) ?? this.match(number) ?? this.match(word);
    if (literal === null) throw new Mistake(start);
    return { value: JSON.parse(literal) as unknown, start, end: this.at, members: none };
  }

  /** Nothing but blanks may follow. */
  end(): void {
    this.skip();
    if (this.at < this.text.length) throw new Mistake(this.at);
  }

  private object(start: number, depth: number): JsonNode {
    const members = new Map<string | number, { key: Span; node: JsonNode }>();
    const value: Record<string, unknown> = {};
    this.items('}', () => {
      const key = { start: this.at, end: this.at };
      const literal = this.match(string);
      if (literal === null) throw new Mistake(this.at);
      key.end = this.at;
      this.expect(':');
      const node = this.value(depth + 1);
      const name = JSON.parse(literal) as string;
      members.set(name, { key, node });
      // Plain assignment of this one name would change what the object inherits from.
      Object.defineProperty(value, name, {
        value: node.value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    });
    return { value, start, end: this.at, members };
  }

  private list(start: number, depth: number): JsonNode {
    const members = new Map<string | number, { key: Span; node: JsonNode }>();
    this.items(']', () => {
      const node = this.value(depth + 1);
      members.set(members.size, { key: { start: node.start, end: node.start + 1 }, node });
    });
    const value = [...members.values()].map(({ node }) => node.value);
    return { value, start, end: this.at, members };
  }

  private items(close: string, read: () => void): void {
    this.skip();
    if (this.take(close)) return;
    do {
      this.skip();
      read();
      this.skip();
    } while (this.take(','));
    this.expect(close);
  }

  private expect(sign: string): void {
    this.skip();
    if (!this.take(sign)) throw new Mistake(this.at);
  }

  private take(sign: string): boolean {
    if (this.text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  private skip(): void {
    this.match(blanks);
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) ?? [];
    if (found === undefined) return null;
    this.at += found.length;
    return found;
  }
}
