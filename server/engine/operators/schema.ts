import { entryOf } from '../../../outside/table';
import type { Attribute, ModelFunction } from '../graph/model';
import choices from './attributeChoices.json';
import facts from './schemas.json';
import { canonicalDomain } from './domain';
import { largest } from '../lists';

/** The type words of attributes, as the textual syntax has them (`type_proto` and `sparse_tensor` included). */
export type AttributeType =
  | 'float'
  | 'int'
  | 'string'
  | 'tensor'
  | 'graph'
  | 'sparse_tensor'
  | 'type_proto'
  | 'floats'
  | 'ints'
  | 'strings'
  | 'tensors'
  | 'graphs'
  /** Left out for parameters of a model's own functions. */
  | 'any';

export interface SchemaParameter {
  readonly name: string;
  /** How it may be left out or repeated: `repeated` ends the list, `mixed` lets each repetition have its own type. */
  readonly option: 'single' | 'optional' | 'repeated' | 'mixed';
  /** Repetitions at least. */
  readonly minimum: number;
  /** Name of the constraint, or the type itself. */
  readonly type: string;
  /** Allowed types in the words of the textual syntax. */
  readonly types: ReadonlySet<string>;
}

export interface SchemaAttribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly required: boolean;
  /** Undefined where the specification states none as a value. */
  readonly default?: number | string | readonly number[] | readonly string[];
}

/** What a version of an operator takes, gives, and knows as attributes. Facts alone: see scripts/schemas.py. */
export interface OperatorSchema {
  /** '' is ai.onnx. */
  readonly domain: string;
  readonly name: string;
  /** First version of the operator set that has it. */
  readonly since: number;
  readonly deprecated: boolean;
  /** Not of the specification: runtimes know it in the standard domain all the same. */
  readonly extra: boolean;
  readonly inputs: readonly SchemaParameter[];
  readonly outputs: readonly SchemaParameter[];
  readonly attributes: readonly SchemaAttribute[];
  /** Allowed types by constraint. */
  readonly constraints: ReadonlyMap<string, ReadonlySet<string>>;
}

interface RawVersion {
  readonly v: number;
  readonly i?: readonly string[];
  readonly o?: readonly string[];
  readonly a?: readonly string[];
  readonly t?: Readonly<Record<string, number>>;
  readonly d?: number;
  readonly x?: number;
}
type RawOperators = Readonly<Record<string, readonly RawVersion[]>>;

const domains = facts.domains as unknown as Readonly<Record<string, RawOperators>>;
const typeSets: readonly ReadonlySet<string>[] = facts.typeSets.map((list) => new Set(list));
const expanded = new Map<string, readonly OperatorSchema[]>();

/** All versions of an operator, oldest first; empty for one that nobody specified. */
export function schemasOf(domain: string, name: string): readonly OperatorSchema[] {
  const key = `${canonicalDomain(domain)}\n${name}`;
  let list = expanded.get(key);
  if (!list) {
    const operators = operatorsOf(domain);
    const raw = entryOf(operators, name) ?? [];
    expanded.set(key, (list = expand(canonicalDomain(domain), name, raw)));
  }
  return list;
}

/** The schema in force under a version of the operator set; undefined before its first version. */
export function schemaAt(domain: string, name: string, version: number): OperatorSchema | undefined {
  return schemasOf(domain, name).findLast((schema) => schema.since <= version);
}

/** True if the facts have this domain, so that an operator they lack is unknown. */
export function isKnownDomain(domain: string): boolean {
  return operatorsOf(domain) !== undefined;
}

/** '' is ai.onnx. */
export const knownDomains: readonly string[] = Object.keys(domains);

/** Names of a domain's operators, in the order of the alphabet. */
export function operatorNames(domain: string): readonly string[] {
  return Object.keys(operatorsOf(domain) ?? {});
}

/** The newest version of an operator set that these facts know; null for unknown domains. */
export function newestVersion(domain: string): number | null {
  const canonical = canonicalDomain(domain);
  const newest = facts.newest as Readonly<Record<string, number>>;
  const known = entryOf(newest, canonical);
  if (known !== undefined) return known;
  const operators = operatorsOf(domain);
  return operators ? largest(Object.values(operators).map((list) => list.at(-1)?.v ?? 1)) : null;
}

/** The parameter behind an argument's place; undefined beyond the last. */
export function parameterAt(
  parameters: readonly SchemaParameter[],
  index: number,
): SchemaParameter | undefined {
  const last = parameters.at(-1);
  if (index < parameters.length) return parameters[index];
  return last && isRepeated(last) ? last : undefined;
}

export function isRepeated({ option }: SchemaParameter): boolean {
  return option === 'repeated' || option === 'mixed';
}

/** Least and greatest number of arguments; Infinity where the last is repeated. */
export function arity(parameters: readonly SchemaParameter[]): readonly [least: number, most: number] {
  let least = 0;
  parameters.forEach(({ option, minimum }, index) => {
    if (option === 'single') least = index + 1;
    else if (option !== 'optional' && minimum > 0) least = index + minimum;
  });
  const last = parameters.at(-1);
  return [least, last && isRepeated(last) ? Infinity : parameters.length];
}

/** The type word of an attribute as read; undefined for references and for kinds that are unknown. */
export function typeOfAttribute({ kind }: Attribute): AttributeType | undefined {
  if (kind === 'sparse') return 'sparse_tensor';
  if (kind === 'type') return 'type_proto';
  return kind === 'reference' || kind === 'unknown' ? undefined : kind;
}

function operatorsOf(domain: string): RawOperators | undefined {
  return entryOf(domains, canonicalDomain(domain));
}

function expand(domain: string, name: string, versions: readonly RawVersion[]): OperatorSchema[] {
  let before: Required<Omit<RawVersion, 'v' | 'd' | 'x'>> = { i: [], o: [], a: [], t: {} };
  return versions.map(({ v, d, x, ...own }) => {
    before = { ...before, ...own };
    const constraints = new Map(
      Object.entries(before.t).map(([key, index]) => [key, typeSets[index] ?? new Set<string>()] as const),
    );
    return {
      domain,
      name,
      since: v,
      deprecated: d === 1,
      extra: x === 1,
      inputs: before.i.map((text) => parameterOf(text, constraints)),
      outputs: before.o.map((text) => parameterOf(text, constraints)),
      attributes: before.a.map(attributeOf),
      constraints,
    };
  });
}

function parameterOf(text: string, constraints: ReadonlyMap<string, ReadonlySet<string>>): SchemaParameter {
  const [, name = '', mark = '', type = ''] = /^([^?*~:]*)([?]|[*~]\d+)?:(.*)$/.exec(text) ?? [];
  const option = mark === '' ? 'single' : mark === '?' ? 'optional' : mark[0] === '*' ? 'repeated' : 'mixed';
  const types = constraints.get(type) ?? new Set([type]);
  return { name, option, minimum: Number(mark.slice(1)) || 0, type, types };
}

function attributeOf(text: string): SchemaAttribute {
  const [, name = '', type = 'int', rest = ''] = /^([^:]*):(\w+)(.*)$/s.exec(text) ?? [];
  const known = { name, type: type as AttributeType, required: rest === '!' };
  return rest.startsWith('=')
    ? { ...known, default: JSON.parse(rest.slice(1)) as SchemaAttribute['default'] }
    : known;
}

/** True if an integer attribute is a `TensorProto.DataType` code, which the words of types explain. */
export function isTypeCode(domain: string, operator: string, attribute: string): boolean {
  const codes = choices.typeCodes as Readonly<Record<string, readonly string[]>>;
  const key = canonicalDomain(domain) === '' ? operator : `${domain}.${operator}`;
  return entryOf(codes, key)?.includes(attribute) ?? false;
}

/** The texts that a string attribute may be; empty where any may, or none are known. */
export function enumerationOf(domain: string, operator: string, attribute: string): readonly string[] {
  const texts = choices.texts as Readonly<Record<string, readonly string[]>>;
  const own = canonicalDomain(domain);
  if (own !== '') return entryOf(texts, `${own}.${operator}.${attribute}`) ?? [];
  return entryOf(texts, `${operator}.${attribute}`) ?? entryOf(texts, attribute) ?? [];
}

/** A model's own function as a schema, so that both are edited alike. */
export function schemaOfFunction(called: ModelFunction): OperatorSchema {
  const parameter = (name: string): SchemaParameter => ({
    name,
    option: 'optional',
    minimum: 0,
    type: '',
    types: new Set(),
  });
  return {
    domain: called.domain,
    name: called.name,
    since: 1,
    deprecated: false,
    extra: false,
    inputs: called.inputs.map(parameter),
    outputs: called.outputs.map(parameter),
    attributes: [
      ...called.attributes.map((name) => ({ name, type: 'any' as const, required: true })),
      ...called.attributeDefaults.map((attribute) => ({
        name: attribute.name,
        type: typeOfAttribute(attribute) ?? ('any' as const),
        required: false,
      })),
    ],
    constraints: new Map(),
  };
}
