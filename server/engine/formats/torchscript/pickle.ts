import { damaged } from '../unreadable';
import { limits } from './limits';

/** What a pickle holds, nothing of it made: names of classes and functions stay names. */
export type Pickled =
  | null
  | boolean
  | number
  | string
  | { readonly kind: 'list' | 'tuple'; readonly items: Pickled[] }
  | { readonly kind: 'dict'; readonly entries: [Pickled, Pickled][] }
  | { readonly kind: 'global'; readonly name: string }
  /** A function that would be called, or a class that would be made, with its state. */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Pickled[]; state?: Pickled }
  | { readonly kind: 'stored'; readonly id: Pickled };

const mark = Symbol('mark');
type Slot = Pickled | typeof mark;

const latin = new TextDecoder();

/**
 * Walks a pickle (protocols 2 to 5) and calls nothing that it names. Throws {@link UnreadableError} where it breaks off, or has an
 * opcode that no file of PyTorch has. Source: CPython, Lib/pickletools.py.
 */
export function readPickle(bytes: Uint8Array): Pickled {
  return new Machine(bytes).run();
}

class Machine {
  private readonly view: DataView;
  private at = 0;
  private readonly stack: Slot[] = [];
  private readonly memo = new Map<number, Pickled>();
  private isDone = false;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): Pickled {
    for (let steps = 0; !this.isDone; steps++) {
      const step = steps > limits.opcodes ? undefined : opcodes.get(this.byte());
      if (!step) throw damaged('pickle', 0);
      step(this);
    }
    return this.pop();
  }

  stop(): void {
    this.isDone = true;
  }

  byte(): number {
    return this.number(1, (at) => this.view.getUint8(at));
  }

  number(size: number, read: (at: number) => number): number {
    if (this.at + size > this.bytes.length) throw damaged('pickle', 0);
    this.at += size;
    return read(this.at - size);
  }

  uint16 = (): number => this.number(2, (at) => this.view.getUint16(at, true));
  uint32 = (): number => this.number(4, (at) => this.view.getUint32(at, true));
  int32 = (): number => this.number(4, (at) => this.view.getInt32(at, true));
  float64 = (): number => this.number(8, (at) => this.view.getFloat64(at, false));

  text(length: number): string {
    if (this.at + length > this.bytes.length) throw damaged('pickle', 0);
    this.at += length;
    return latin.decode(this.bytes.subarray(this.at - length, this.at));
  }

  line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw damaged('pickle', 0);
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  /** A whole number of so many bytes, the lowest first. */
  long(length: number): number {
    let value = 0n;
    const from = this.at;
    this.text(length);
    for (let i = Math.min(length, 16) - 1; i >= 0; i--) value = value * 256n + BigInt(this.bytes[from + i]!);
    const isNegative = length > 0 && this.bytes[from + length - 1]! >= 128;
    return Number(isNegative ? value - (1n << BigInt(8 * Math.min(length, 16))) : value);
  }

  skip(count: number): void {
    this.text(count);
  }

  push(value: Slot): void {
    this.stack.push(value);
  }

  pop(): Pickled {
    const value = this.stack.pop();
    if (value === undefined || value === mark) throw damaged('pickle', 0);
    return value;
  }

  top(): Pickled {
    const value = this.stack.at(-1);
    if (value === undefined || value === mark) throw damaged('pickle', 0);
    return value;
  }

  /** What stands above the last mark. */
  popMarked(): Pickled[] {
    const from = this.stack.lastIndexOf(mark);
    if (from < 0) throw damaged('pickle', 0);
    const items = this.stack.splice(from) as [typeof mark, ...Pickled[]];
    return items.slice(1) as Pickled[];
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  rememberNext(): void {
    this.remember(this.memo.size);
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw damaged('pickle', 0);
    this.push(value);
  }

  /** A module and a name in it, both of which were put down before. */
  nameOfTwo(): void {
    const [name, module] = [this.pop(), this.pop()];
    const isNamed = typeof name === 'string' && typeof module === 'string';
    this.push({ kind: 'global', name: isNamed ? `${module}.${name}` : '' });
  }

  /** Of a class or function and what it is called with, that it would be. */
  call(): void {
    const args = this.pop();
    const callee = this.pop();
    const name = isKind(callee, 'global') ? callee.name : '';
    this.push({ kind: 'call', name, args: itemsOf(args) });
  }

  build(): void {
    const state = this.pop();
    const object = this.top();
    if (isKind(object, 'call')) object.state = state;
  }

  append(items: readonly Pickled[]): void {
    const list = this.top();
    if (!isKind(list, 'list')) throw damaged('pickle', 0);
    for (const item of items) list.items.push(item);
  }

  setItems(items: readonly Pickled[]): void {
    const dict = this.top();
    if (!isKind(dict, 'dict')) throw damaged('pickle', 0);
    for (let i = 0; i + 1 < items.length; i += 2) dict.entries.push([items[i]!, items[i + 1]!]);
  }
}

type Node = Exclude<Pickled, null | boolean | number | string>;
type Of<K> = K extends 'list' | 'tuple'
  ? Extract<Node, { readonly items: Pickled[] }>
  : Extract<Node, { readonly kind: K }>;

export function isKind<K extends 'list' | 'tuple' | 'dict' | 'global' | 'call' | 'stored'>(
  value: Pickled | undefined,
  kind: K,
): value is Of<K> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}

/** Lists and dictionaries of one type stand within a call that says which. */
export function untagged(value: Pickled | undefined): Pickled | undefined {
  return isKind(value, 'call') && value.name.startsWith('torch.jit._pickle.') ? value.args[0] : value;
}

/** Items of a list or tuple; none of anything else. */
export function itemsOf(value: Pickled | undefined): readonly Pickled[] {
  return isKind(value, 'list') || isKind(value, 'tuple') ? value.items : [];
}

const tuple = (items: Pickled[]): Pickled => ({ kind: 'tuple', items });
const letter = (text: string): number => text.charCodeAt(0);

const opcodes: ReadonlyMap<number, (machine: Machine) => void> = new Map([
  [0x80, (m) => m.skip(1)],
  [0x95, (m) => m.skip(8)],
  [letter('.'), (m) => m.stop()],
  [letter('('), (m) => m.push(mark)],
  [letter('0'), (m) => void m.pop()],
  [letter('1'), (m) => void m.popMarked()],
  [letter('2'), (m) => m.push(m.top())],
  [letter('N'), (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [letter('K'), (m) => m.push(m.byte())],
  [letter('M'), (m) => m.push(m.uint16())],
  [letter('J'), (m) => m.push(m.int32())],
  [letter('G'), (m) => m.push(m.float64())],
  [letter('I'), (m) => m.push(integerOf(m.line()))],
  [letter('F'), (m) => m.push(Number(m.line()))],
  [0x8a, (m) => m.push(m.long(m.byte()))],
  [letter('X'), (m) => m.push(m.text(m.uint32()))],
  [0x8c, (m) => m.push(m.text(m.byte()))],
  [letter('T'), (m) => m.push(m.text(m.uint32()))],
  [letter('U'), (m) => m.push(m.text(m.byte()))],
  [letter('B'), (m) => m.push(m.text(m.uint32()))],
  [letter('C'), (m) => m.push(m.text(m.byte()))],
  [letter(']'), (m) => m.push({ kind: 'list', items: [] })],
  [letter('l'), (m) => m.push({ kind: 'list', items: m.popMarked() })],
  [letter('a'), (m) => takeOne(m, (item) => m.append([item]))],
  [letter('e'), (m) => m.append(m.popMarked())],
  [letter('}'), (m) => m.push({ kind: 'dict', entries: [] })],
  [letter('s'), (m) => takeOne(m, (value) => takeOne(m, (key) => m.setItems([key, value])))],
  [letter('u'), (m) => m.setItems(m.popMarked())],
  [letter(')'), (m) => m.push(tuple([]))],
  [letter('t'), (m) => m.push(tuple(m.popMarked()))],
  [0x85, (m) => m.push(tuple([m.pop()]))],
  [0x86, (m) => m.push(tuple([m.pop(), m.pop()].reverse()))],
  [0x87, (m) => m.push(tuple([m.pop(), m.pop(), m.pop()].reverse()))],
  [letter('c'), (m) => m.push({ kind: 'global', name: `${m.line()}.${m.line()}` })],
  [0x93, (m) => m.nameOfTwo()],
  [letter('R'), (m) => m.call()],
  [0x81, (m) => m.call()],
  [letter('b'), (m) => m.build()],
  [letter('Q'), (m) => m.push({ kind: 'stored', id: m.pop() })],
  [letter('h'), (m) => m.recall(m.byte())],
  [letter('j'), (m) => m.recall(m.uint32())],
  [letter('q'), (m) => m.remember(m.byte())],
  [letter('r'), (m) => m.remember(m.uint32())],
  [0x94, (m) => m.rememberNext()],
] as readonly (readonly [number, (machine: Machine) => void])[]);

function takeOne(machine: Machine, use: (value: Pickled) => void): void {
  use(machine.pop());
}

/** `01` and `00` are true and false. */
function integerOf(text: string): number | boolean {
  return text === '01' ? true : text === '00' ? false : Number(text);
}
