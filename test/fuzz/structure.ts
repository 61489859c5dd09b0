import { modelSchema, type MessageSchema } from '../../server/engine/formats/onnx/schema';
import { hostileWords, pick, type Random } from './random';

/** One message of a model as a tree that can be changed and written again with lengths that are right. */
interface Message {
  readonly schema: MessageSchema | null;
  fields: Field[];
}

interface Field {
  number: number;
  /** Wire types of protobuf: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  wire: 0 | 1 | 2 | 5;
  value: bigint | Uint8Array | Message;
}

/** A model larger than this is not grown further. */
const largest = 2_000_000;

/**
 * A well-formed file of a model that makes no sense: parts removed, repeated, moved, grafted elsewhere, renamed after
 * others, numbers replaced. One to four changes.
 */
export function restructured(bytes: Uint8Array, random: Random): Uint8Array {
  const root = parse(bytes, modelSchema);
  for (let i = 1 + random(4); i > 0; i--) pick(random, changes)(root, random);
  return write(root);
}

function parse(bytes: Uint8Array, schema: MessageSchema): Message {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; at < bytes.length; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  const take = (count: number): Uint8Array => bytes.subarray(at, (at += count));
  while (at < bytes.length) {
    const head = Number(varint());
    const number = Math.floor(head / 8);
    const wire = (head % 8) as Field['wire'];
    if (wire === 0) fields.push({ number, wire, value: varint() });
    else if (wire === 1) fields.push({ number, wire, value: take(8) });
    else if (wire === 5) fields.push({ number, wire, value: take(4) });
    else {
      const content = take(Number(varint()));
      const rule = schema.fields[number];
      const inner = rule?.kind === 'message' ? rule.message : undefined;
      fields.push({ number, wire, value: inner ? parse(content, inner) : content });
    }
  }
  return { schema, fields };
}

function write(message: Message): Uint8Array {
  return Uint8Array.from(Buffer.concat(message.fields.flatMap(writeField)));
}

function writeField({ number, wire, value }: Field): Uint8Array[] {
  const head = varint(BigInt(number * 8 + wire));
  if (typeof value === 'bigint') return [head, varint(value)];
  if (wire !== 2) return [head, value as Uint8Array];
  const content = value instanceof Uint8Array ? value : write(value);
  return [head, varint(BigInt(content.length)), content];
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}

/** Every message of the tree that has fields; a random walk down would hardly ever leave the nodes. */
function messagesOf(root: Message): Message[] {
  const found = [root];
  for (let i = 0; i < found.length; i++) {
    for (const { value } of found[i]!.fields) if (isMessage(value)) found.push(value);
  }
  return found.filter(({ fields }) => fields.length > 0);
}

function isMessage(value: Field['value']): value is Message {
  return typeof value === 'object' && !(value instanceof Uint8Array);
}

const absurd: readonly bigint[] = [
  0n,
  1n,
  2n,
  -1n,
  7n,
  255n,
  1n << 31n,
  1n << 32n,
  1n << 53n,
  (1n << 63n) - 1n,
  -(1n << 63n),
];

function isText({ number, value }: Field, of: MessageSchema | null): boolean {
  const kind = of?.fields[number]?.kind;
  return value instanceof Uint8Array && (kind === 'name' || kind === 'prose' || kind === 'blob');
}

/** All fields of one kind, with the message that has them. */
function fieldsOf(root: Message, wanted: (field: Field, of: Message) => boolean): [Message, number][] {
  return messagesOf(root).flatMap((message) =>
    message.fields.flatMap((field, i): [Message, number][] => (wanted(field, message) ? [[message, i]] : [])),
  );
}

function sizeOf(root: Message): number {
  return write(root).length;
}

type Change = (root: Message, random: Random) => void;

const changes: readonly Change[] = [
  // A field is gone.
  (root, random) => {
    const message = pick(random, messagesOf(root));
    message.fields.splice(random(message.fields.length), 1);
  },
  // A field stands several times.
  (root, random) => {
    const message = pick(random, messagesOf(root));
    const at = random(message.fields.length);
    const count = Math.min(pick(random, [1, 2, 30, 2000]), Math.floor(largest / (sizeOf(root) + 1)));
    const copies = new Array<Field>(count).fill(message.fields[at]!);
    message.fields = [...message.fields.slice(0, at), ...copies, ...message.fields.slice(at)];
  },
  // The fields of a message come in another order.
  (root, random) => {
    const message = pick(random, messagesOf(root));
    const [from, to] = [random(message.fields.length), random(message.fields.length)];
    message.fields.splice(to, 0, ...message.fields.splice(from, 1));
  },
  // A number becomes an absurd one.
  (root, random) => {
    const found = fieldsOf(root, ({ value }) => typeof value === 'bigint');
    if (found.length === 0) return;
    const [message, at] = pick(random, found);
    message.fields[at] = { ...message.fields[at]!, value: pick(random, absurd) };
  },
  // A name becomes that of something else: cycles, calls of oneself, operators on operands of others.
  (root, random) => {
    const found = fieldsOf(root, (field, of) => isText(field, of.schema));
    if (found.length === 0) return;
    for (let i = 1 + random(8); i > 0; i--) {
      const [message, at] = pick(random, found);
      const [other, from] = pick(random, found);
      const value = random(3)
        ? other.fields[from]?.value
        : new TextEncoder().encode(pick(random, hostileWords));
      if (message.fields[at] && value !== undefined) message.fields[at] = { ...message.fields[at], value };
    }
  },
  // A message grows where another of its kind is: graphs in attributes, nodes of the graph in functions.
  (root, random) => {
    if (sizeOf(root) > largest / 4) return;
    const found = fieldsOf(root, ({ value }) => isMessage(value));
    if (found.length === 0) return;
    const [from, source] = pick(random, found);
    const copy = from.fields[source]!;
    const schema = (copy.value as Message).schema;
    const takes = messagesOf(root).flatMap((message) =>
      (message.schema?.fields ?? []).flatMap((rule, number) =>
        rule?.message === schema ? [{ message, number }] : [],
      ),
    );
    if (takes.length === 0) return;
    const { message, number } = pick(random, takes);
    // Written and read again, or a message could come to hold itself.
    const value = parse(write(copy.value as Message), schema!);
    message.fields = [...message.fields, { number, wire: 2, value }];
  },
  // A field has another number or another type than the schema says.
  (root, random) => {
    const message = pick(random, messagesOf(root));
    const at = random(message.fields.length);
    const field = message.fields[at]!;
    if (random(2)) message.fields[at] = { ...field, number: 1 + random(26) };
    else message.fields[at] = { ...field, wire: 0, value: pick(random, absurd) };
  },
];
