import type { DataType } from '../../graph/dataTypes';
import { attributeNamed } from '../../graph/attributes';
import type { Shape } from '../../graph/model';
import type { Inference, InferredNode, InferredValue } from '../../inference/types';
import { parameterAt, schemaAt } from '../../operators/schema';
import { normalizeAxis } from '../../operators/shared';

type Plain = string | number;
type ValueSubject = 'rank' | 'size' | 'type' | 'value' | 'constant' | 'static';

/** One condition of support.schema.json, which says what each word means. */
export interface Condition {
  readonly of: 'attribute' | 'axis' | 'given' | 'opset' | ValueSubject;
  readonly name?: string;
  readonly input?: number | 'each';
  readonly output?: number | 'each';
  readonly axes?: readonly number[];
  readonly combined?: 'product' | 'count';
  readonly in?: readonly Plain[];
  readonly not?: readonly Plain[];
  readonly min?: number;
  readonly max?: number;
  readonly is?: boolean;
  readonly where?: readonly Condition[];
  readonly or?: readonly Condition[];
}

/** Why a runtime does not run a node on the chip. Sentences are made of it in l10n/server. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly operator: string;
  /** The attribute, input or output that is to blame, by its name; '' where the whole node is. */
  readonly what: string;
  /** What the node has, and what the runtime runs instead; '' where that says nothing. */
  readonly found: string;
  readonly allowed: string;
}

/** An operator with what of its form is refused, in the words of the graph: `GridSample (mode = cubic)`. */
export function refusedForm(operator: string, { code, what, found }: Refusal): string {
  return code === 'attribute' || code === 'attribute-not' ? `${operator} (${what} = ${found})` : operator;
}

type RefusalCode =
  /** The runtime has no such operator. */
  | 'operator'
  /** It takes no tensors of that type. */
  | 'tensor'
  /** It computes in other formats. */
  | 'format'
  /** The form of the operator: what is not `allowed`, or `found` where all but that is. */
  | 'attribute'
  | 'attribute-not'
  | 'rank'
  | 'size'
  | 'type'
  | 'type-not'
  | 'value'
  | 'value-not'
  | 'opset'
  /** An input that is not constant, or must not be. */
  | 'constant'
  | 'varying'
  /** A size that is not known before the model runs. */
  | 'static'
  /** An input or attribute that is there, or not. */
  | 'given'
  | 'missing';

/** Floats that a precision replaces: in which format a kernel computes is asked of the chip, not of these. */
const replaceable: ReadonlySet<string> = new Set<DataType>(['float', 'float16', 'bfloat16']);

/** Numbers and words that a text shows of a list. */
const mostShown = 8;

/** The first of the conditions that a node does not meet; null where it meets all. */
export function unmet(
  conditions: readonly Condition[],
  node: InferredNode,
  inference: Inference,
): Refusal | null {
  return firstUnmet(conditions, new Form(node, inference));
}

function firstUnmet(conditions: readonly Condition[], form: Form): Refusal | null {
  for (const condition of conditions) {
    const { where, or } = condition;
    if (where && firstUnmet(where, form)) continue;
    const refusal = form.refusal(condition);
    if (refusal && !(or && !firstUnmet(or, form))) return refusal;
  }
  return null;
}

interface NamedValue {
  readonly value: InferredValue;
  readonly name: string;
}

/** A node as conditions ask for it. */
class Form {
  constructor(
    private readonly node: InferredNode,
    private readonly inference: Inference,
  ) {}

  refusal(condition: Condition): Refusal | null {
    switch (condition.of) {
      case 'attribute':
        return this.held(condition, 'attribute', condition.name ?? '', this.attribute(condition.name));
      case 'axis':
        return this.held(condition, 'attribute', condition.name ?? '', this.axis(condition.name));
      case 'opset':
        return this.held(condition, 'opset', '', [this.node.version]);
      case 'given':
        return this.isGiven(condition) === (condition.is ?? true)
          ? null
          : this.refused(condition.is === false ? 'given' : 'missing', this.nameOf(condition));
      case 'rank':
      case 'size':
      case 'type':
      case 'value':
      case 'constant':
      case 'static':
        return this.ofValues(condition, condition.of);
    }
  }

  /** The first of the values asked for that does not have what is asked. */
  private ofValues(condition: Condition, of: ValueSubject): Refusal | null {
    for (const { value, name } of this.values(condition)) {
      const refusal = this.ofValue(condition, of, { value, name });
      if (refusal) return refusal;
    }
    return null;
  }

  private ofValue(condition: Condition, of: ValueSubject, { value, name }: NamedValue): Refusal | null {
    const shape = shapeOf(value);
    switch (of) {
      case 'rank':
        return this.held(condition, 'rank', name, shape && [shape.length]);
      case 'size':
        return this.held(condition, 'size', name, shape && sizesOf(shape, condition.axes));
      case 'type':
        return this.held(condition, 'type', name, typeOf(value));
      case 'value':
        return this.held(condition, 'value', name, contentOf(value));
      case 'static':
        return shape?.every((dim) => typeof dim === 'number') ? null : this.refused('static', name);
      case 'constant':
        return isKnown(value) === (condition.is ?? true)
          ? null
          : this.refused(condition.is === false ? 'varying' : 'constant', name);
    }
  }

  /** Whether what was found is allowed; what is not known is. */
  private held(
    condition: Condition,
    code: 'attribute' | 'rank' | 'size' | 'type' | 'value' | 'opset',
    what: string,
    found: readonly Plain[] | undefined,
  ): Refusal | null {
    if (!found) return null;
    const looked = combine(found, condition.combined);
    const not = condition.not;
    if (not && looked.some((one) => not.includes(one)))
      return this.refused(
        code === 'attribute' || code === 'type' || code === 'value' ? `${code}-not` : code,
        what,
        shown(looked),
      );
    if (looked.every((one) => isAllowed(condition, one))) return null;
    return this.refused(code, what, shown(looked), allowedText(condition));
  }

  private refused(code: RefusalCode, what: string, found = '', allowed = ''): Refusal {
    return { code, operator: this.node.node.operator, what, found, allowed };
  }

  private attribute(name = ''): readonly Plain[] | undefined {
    const { domain, operator } = this.node.node;
    const own = attributeNamed(this.node.node, name);
    const value =
      own?.value ??
      schemaAt(domain, operator, this.node.version)?.attributes.find((one) => one.name === name)?.default;
    if (typeof value === 'string' || typeof value === 'number') return [value];
    return Array.isArray(value) && value.every((one) => typeof one === 'string' || typeof one === 'number')
      ? value
      : undefined;
  }

  /** Axes of the first input, counted from the end. */
  private axis(name?: string): readonly number[] | undefined {
    const rank = shapeOf(this.valueAt('inputs', 0))?.length;
    if (rank === undefined) return undefined;
    return this.attribute(name)?.flatMap((axis) => {
      const at = typeof axis === 'number' ? normalizeAxis(axis, rank) : undefined;
      return at === undefined ? [] : [at - rank];
    });
  }

  private isGiven({ name, input, output }: Condition): boolean {
    if (name !== undefined) return attributeNamed(this.node.node, name) !== undefined;
    const names = input === undefined ? this.node.node.outputs : this.node.node.inputs;
    return (names[Number(input ?? output)] ?? '') !== '';
  }

  private nameOf({ name, input, output }: Condition): string {
    if (name !== undefined) return name;
    return input === undefined
      ? this.parameter('outputs', Number(output ?? 0))
      : this.parameter('inputs', Number(input));
  }

  /** The values that a condition asks about, with their names; those that are left out are none. */
  private *values({ input, output }: Condition): Generator<NamedValue> {
    const sides = [
      ['inputs', input],
      ['outputs', output],
    ] as const;
    for (const [side, asked] of sides) {
      if (asked === undefined) continue;
      const places = asked === 'each' ? this.node[side].keys() : [asked];
      for (const at of places) {
        const value = this.valueAt(side, at);
        if (value) yield { value, name: this.parameter(side, at) };
      }
    }
  }

  private valueAt(side: 'inputs' | 'outputs', at: number): InferredValue | undefined {
    const id = this.node[side][at];
    return typeof id === 'number' ? this.inference.values[id] : undefined;
  }

  private parameter(side: 'inputs' | 'outputs', at: number): string {
    const { domain, operator } = this.node.node;
    const schema = schemaAt(domain, operator, this.node.version);
    return (schema && parameterAt(schema[side], at)?.name) ?? `${side}[${at}]`;
  }
}

function shapeOf(value: InferredValue | undefined): Shape | undefined {
  return value?.type?.kind === 'tensor' ? value.type.shape : undefined;
}

/** Sizes that are numbers. */
function sizesOf(shape: Shape, axes: readonly number[] | undefined): readonly number[] {
  const dims = axes ? axes.map((axis) => shape.at(axis)) : shape;
  return dims.filter((dim): dim is number => typeof dim === 'number');
}

function typeOf({ type }: InferredValue): readonly string[] | undefined {
  return type?.kind === 'tensor' && type.dtype !== undefined ? [type.dtype] : undefined;
}

/** Constants, and what follows from sizes alone. */
function isKnown({ isConstant, elements, isGiven }: InferredValue): boolean {
  return (
    isConstant ||
    (!isGiven && elements?.every((one) => one !== undefined && typeof one !== 'object') === true)
  );
}

function contentOf({ elements, tensor }: InferredValue): readonly Plain[] | undefined {
  const known = elements ?? tensor?.elements;
  return known?.flatMap((one) => (typeof one === 'number' || typeof one === 'string' ? [one] : []));
}

function combine(found: readonly Plain[], how: Condition['combined']): readonly Plain[] {
  if (how === 'count') return [found.length];
  return how === 'product' ? [found.reduce<number>((product, one) => product * Number(one), 1)] : found;
}

function isAllowed({ of, in: allowed, min = -Infinity, max = Infinity }: Condition, one: Plain): boolean {
  if (allowed && !allowed.includes(one)) return of === 'type' && replaceable.has(String(one));
  return typeof one !== 'number' || (one >= min && one <= max);
}

function shown(list: readonly Plain[]): string {
  const text = list.slice(0, mostShown).join(', ') + (list.length > mostShown ? ', …' : '');
  return list.length === 1 ? text : `[${text}]`;
}

function allowedText({ in: allowed, min, max }: Condition): string {
  if (allowed) return allowed.join(', ');
  if (min === undefined) return `≤ ${max}`;
  return max === undefined ? `≥ ${min}` : `${min}–${max}`;
}
