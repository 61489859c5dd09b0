import { entryOf } from '../../../../outside/table';

/** Messages and enums of a protobuf format, as data. */
export interface ProtoSchema {
  /** Of each message its fields, as `number kind name` (`*` behind the kind of a list), with the message or enum after a colon and its group after `@`. */
  readonly messages: Readonly<Record<string, string>>;
  /** Names of an enum's values by number. */
  readonly enums: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface FieldRule {
  readonly name: string;
  /**
   * i integer, b truth, f float, d double, s text, e enum, m message, p bytes that stay in the file, k bytes that are kept where
   * they are few.
   */
  readonly kind: string;
  /** Of a message or enum. */
  readonly type: string;
  readonly isList: boolean;
  /** Only one field of a group is given. */
  readonly group: string;
}

type Rules = ReadonlyMap<number, FieldRule>;

const known = new WeakMap<ProtoSchema, Map<string, Rules>>();

/** The fields of a message by their numbers. */
export function rulesOf(schema: ProtoSchema, type: string): Rules {
  const messages = known.get(schema) ?? new Map<string, Rules>();
  known.set(schema, messages);
  let rules = messages.get(type);
  if (!rules) messages.set(type, (rules = parsed(entryOf(schema.messages, type) ?? '')));
  return rules;
}

/** The field of a message with a number; undefined for one that the schema does not have. */
export function ruleOf(schema: ProtoSchema, type: string, number: number): FieldRule | undefined {
  return rulesOf(schema, type).get(number);
}

function parsed(text: string): Rules {
  const rules = new Map<number, FieldRule>();
  for (const [, number, kind = '', list, name = '', type = '', group = ''] of text.matchAll(
    /(\d+)(\w)(\*?) (\w+)(?::([\w.]+))?(?:@(\w+))?/g,
  ))
    rules.set(Number(number), { name, kind, type, isList: list === '*', group });
  return rules;
}
