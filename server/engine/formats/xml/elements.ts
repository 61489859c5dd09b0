import { SaxesParser } from 'saxes';
import type { ByteSource } from '../../graph/byteSource';
import type { Scheduler } from '../../scheduler';
import type { Meter } from '../room';
import { damaged, unreadable } from '../unreadable';

/** An element of XML with what stands in it. */
export interface XmlElement {
  readonly name: string;
  /** Without a prototype, so that names from outside are no more than keys. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** Bounds of a file, beside the memory that its elements take. */
const limits = {
  /** Elements within elements. */
  depth: 200,
  /** Letters between two tags, or within one. */
  token: 4 * 1024 * 1024,
  /** Bytes that are read at once, and that are parsed before others have their turn. */
  chunk: 256 * 1024,
  piece: 32 * 1024,
} as const;

/** Memory of an element and of a letter of its texts. */
const memory = { element: 400, attribute: 100, letter: 2 } as const;

/** An element that has begun and not ended. */
interface Open {
  readonly element: XmlElement & { readonly children: XmlElement[] };
  readonly texts: string[];
}

/**
 * Walks a file of XML from its beginning and hands over the elements that `isWanted` names by their path, each as a whole and
 * then forgotten; what lies in no such element is passed over. No DTD is read and no entity is expanded but the five of XML.
 * Throws {@link UnreadableError} where the text is no XML, or nests too deep.
 * @param isWanted asked for the names from the root down to an element, until one of them is taken
 */
export async function walkXml(
  source: ByteSource,
  walk: {
    readonly isWanted: (path: readonly string[]) => boolean;
    readonly take: (element: XmlElement, path: readonly string[]) => void;
    /** Called for each element that is not handed over, when it begins. */
    readonly enter?: (path: readonly string[], attributes: Readonly<Record<string, string>>) => void;
  },
  scheduler: Scheduler,
  meter: Meter,
): Promise<void> {
  const walker = new Walker(walk, meter);
  const decoder = new TextDecoder();
  for (let at = 0; at < source.size; at += limits.chunk) {
    const bytes = await source.read(at, Math.min(limits.chunk, source.size - at));
    for (let from = 0; from < bytes.length; from += limits.piece) {
      const turn = scheduler.tick();
      if (turn) await turn;
      const piece = bytes.subarray(from, from + limits.piece);
      walker.write(decoder.decode(piece, { stream: true }), at + from);
    }
  }
  walker.end(source.size);
}

class Walker {
  private readonly parser = new SaxesParser({ position: false });
  private readonly path: string[] = [];
  /** From the wanted element down. */
  private readonly open: Open[] = [];
  private pending = 0;
  private at = 0;
  /** A fault that was found within a handler; the parser would go on. */
  private fault: Error | undefined;

  constructor(
    private readonly walk: Parameters<typeof walkXml>[1],
    private readonly meter: Meter,
  ) {
    const { parser } = this;
    parser.on('error', () => (this.fault ??= damaged('tag', this.at)));
    parser.on('doctype', () => (this.fault ??= damaged('DOCTYPE', this.at)));
    parser.on('opentag', ({ name, attributes }) => this.begin(name, attributes as Record<string, string>));
    parser.on('closetag', ({ name }) => this.close(name));
    parser.on('text', (text) => this.text(text));
    parser.on('cdata', (text) => this.text(text));
  }

  write(text: string, at: number): void {
    this.at = at;
    this.pending += text.length;
    this.parser.write(text);
    if (this.fault) throw this.fault;
    if (this.pending > limits.token) throw unreadable('format.part-too-long', { part: 'tag' }, at);
  }

  end(at: number): void {
    this.at = at;
    this.parser.close();
    if (this.fault) throw this.fault;
  }

  private begin(name: string, attributes: Record<string, string>): void {
    this.pending = 0;
    if (this.fault) return;
    this.path.push(name);
    if (this.path.length > limits.depth) {
      this.fault = unreadable('format.too-deep', { limit: limits.depth }, this.at);
      return;
    }
    const isKept = this.open.length > 0 || this.walk.isWanted(this.path);
    if (!isKept) return this.walk.enter?.(this.path, attributes);
    const values = Object.values(attributes);
    const letters = values.reduce((sum, value) => sum + value.length, name.length);
    this.take(memory.element + memory.attribute * values.length + memory.letter * letters);
    const element = { name, attributes, children: [], text: '' };
    this.open.push({ element, texts: [] });
  }

  /** Errors of handlers would leave the parser in between: they wait for its end. */
  private take(bytes: number): void {
    try {
      this.meter.take(bytes);
    } catch (error) {
      this.fault ??= error as Error;
    }
  }

  private text(text: string): void {
    this.pending = 0;
    const top = this.open.at(-1);
    if (!top || text.trim() === '') return;
    this.take(memory.letter * text.length);
    top.texts.push(text);
  }

  private close(name: string): void {
    this.pending = 0;
    if (this.fault || this.path.at(-1) !== name) return;
    const top = this.open.pop();
    if (top) {
      const element = { ...top.element, text: top.texts.join('').trim() };
      const around = this.open.at(-1);
      if (around) around.element.children.push(element);
      else this.walk.take(element, this.path);
    }
    this.path.pop();
  }
}

/** The first child of a name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** All children of a name. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}
