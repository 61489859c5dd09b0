/** Bytes of a field that stay in the file, with a copy where they are few and the schema asks for it. */
export interface Place {
  readonly at: number;
  readonly length: number;
  readonly bytes?: Uint8Array;
}

type Value = number | string | Place | Message;

/** A message as it was read: the values of each field in the order of the file. */
export class Message {
  private readonly fields = new Map<string, Value[]>();

  /** @param type name of the message in its schema */
  constructor(readonly type: string) {}

  add(name: string, value: Value): void {
    const values = this.fields.get(name);
    if (values) values.push(value);
    else this.fields.set(name, [value]);
  }

  get names(): readonly string[] {
    return [...this.fields.keys()];
  }

  values(name: string): readonly Value[] {
    return this.fields.get(name) ?? [];
  }

  /** The last number of a field: what protobuf says of one that is given twice. Truths are 0 and 1. */
  number(name: string): number | undefined {
    return this.numbers(name).at(-1);
  }

  /** A number that proto3 leaves out where it is 0. */
  count(name: string): number {
    return this.number(name) ?? 0;
  }

  numbers(name: string): readonly number[] {
    return this.values(name).filter((value) => typeof value === 'number');
  }

  text(name: string): string {
    return this.texts(name).at(-1) ?? '';
  }

  texts(name: string): readonly string[] {
    return this.values(name).filter((value) => typeof value === 'string');
  }

  message(name: string): Message | undefined {
    return this.messages(name).at(-1);
  }

  messages(name: string): readonly Message[] {
    return this.values(name).filter((value) => value instanceof Message);
  }

  place(name: string): Place | undefined {
    return this.values(name).find(isPlace);
  }

  /** Entries of a map: messages of a key and a value. */
  entries(name: string): readonly (readonly [string, Message])[] {
    return this.messages(name).flatMap((entry) => {
      const value = entry.message('value');
      return value ? [[entry.text('key'), value] as const] : [];
    });
  }
}

function isPlace(value: Value): value is Place {
  return typeof value === 'object' && !(value instanceof Message);
}
