import { entryOf } from '../../../../outside/table';
import { atenDomain } from '../../graph/domains';
import type { Attribute, Node, ValueInfo } from '../../graph/model';
import type { ProblemList } from '../problems';
import type { Meter } from '../room';
import { isStepDue, type Steps } from '../../scheduler';
import { unreadable } from '../unreadable';
import { bind, isOperator, type Arguments } from './bind';
import { limits, memory } from './limits';
import type { Objects } from './objects';
import type { CodeClass, CodeFunction, Expression, Statement } from './parse';
import { plainResult } from './plain';
import table from './shapes.json';
import { inputOf } from './inputs';
import { resultsOf } from './shapes';
import type { Results, Type } from './shapes/common';
import {
  dimOf,
  isTrue,
  listOf,
  none,
  size,
  truth,
  unknown,
  type ObjectValue,
  type TensorValue,
  type Value,
} from './values';

/** Classes and functions of an archive by their full names. */
export interface Library {
  readonly classes: ReadonlyMap<string, CodeClass>;
  readonly functions: ReadonlyMap<string, CodeFunction>;
}

/** What a function returned, or that it goes on. */
type Flow = { readonly returned: Value } | undefined;

/** A function that is followed. */
interface Frame {
  readonly names: Map<string, Value>;
  /** The module that it is of, innermost. */
  readonly path: string;
}

const aliases = table.aliases as Readonly<Record<string, string>>;

/**
 * Follows the code of a module with values of which only types and sizes are known, and writes down the operators that it calls. Nothing is
 * run: numbers of tensors are unknown, and so is what depends on them.
 */
export class Interpreter {
  readonly nodes: Node[] = [];
  readonly values = new Map<string, ValueInfo>();
  /** Constants that the code names. */
  constants: readonly Value[] = [];
  /** By the name of an input what the first layer that takes it says of its sizes. */
  readonly learned = new Map<string, Type>();
  private steps = 0;
  private statements = 0;
  private depth = 0;
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly library: Library,
    private readonly objects: Objects,
    private readonly problems: ProblemList,
    private readonly meter: Meter,
  ) {}

  /** What a method of an object gives for these arguments. */
  *method(object: ObjectValue, name: string, args: readonly Value[], named: Named = []): Steps<Value> {
    const method = this.library.classes.get(object.className)?.methods.get(name);
    return method
      ? yield* this.call(method, [object, ...args], named, object.path)
      : this.missing(`${object.className}.${name}`);
  }

  private *call(one: CodeFunction, args: readonly Value[], named: Named, path: string): Steps<Value> {
    if (++this.depth > limits.depth) throw unreadable('format.too-deep', { limit: limits.depth }, 0);
    const frame: Frame = { names: new Map(), path };
    for (const [i, { name, otherwise }] of one.parameters.entries()) {
      const given = args[i] ?? named.find(([own]) => own === name)?.[1];
      frame.names.set(name, given ?? (otherwise ? yield* this.evaluate(otherwise, frame) : unknown));
    }
    const flow = yield* this.run(one.body, frame);
    this.depth--;
    return flow?.returned ?? none;
  }

  private missing(name: string): Value {
    this.problems.addOnce('error', 'format.torchscript-missing', { name: name.slice(0, limits.name) });
    return unknown;
  }

  private *run(statements: readonly Statement[], frame: Frame): Steps<Flow> {
    for (const statement of statements) {
      if (++this.steps > limits.steps) throw unreadable('format.too-many', { limit: limits.steps }, 0);
      if (isStepDue(++this.statements)) yield;
      const flow = yield* this.step(statement, frame);
      if (flow) return flow;
    }
    return undefined;
  }

  private *step(statement: Statement, frame: Frame): Steps<Flow> {
    switch (statement.kind) {
      case 'expression':
        yield* this.evaluate(statement.value, frame);
        return undefined;
      case 'return':
        return { returned: yield* this.evaluate(statement.value, frame) };
      case 'assign':
        this.assign(statement.targets, statement.isList, yield* this.evaluate(statement.value, frame), frame);
        return undefined;
      case 'if':
        return yield* this.branch(statement, frame);
      case 'for':
        return yield* this.loop(statement, frame);
      case 'while':
        return this.undecided(frame);
    }
  }

  private assign(targets: readonly string[], isList: boolean, value: Value, { names }: Frame): void {
    targets.forEach((target, i) => {
      const item = !isList ? value : value.kind === 'list' ? (value.items[i] ?? unknown) : unknown;
      names.set(target, item);
    });
  }

  /** A branch that only raises an error is not the one that runs; of others that nobody knows the second one is followed, which is told. */
  private *branch(
    { condition, then, otherwise }: Statement & { readonly kind: 'if' },
    frame: Frame,
  ): Steps<Flow> {
    const known = isTrue(yield* this.evaluate(condition, frame));
    if (known !== undefined) return yield* this.run(known ? then : otherwise, frame);
    if (raises(then)) return yield* this.run(otherwise, frame);
    if (!raises(otherwise)) this.undecided(frame);
    return yield* this.run(raises(otherwise) ? then : otherwise, frame);
  }

  private undecided({ path }: Frame): Flow {
    this.problems.addOnce('error', 'format.torchscript-undecided', { place: path || 'forward' });
    return undefined;
  }

  private *loop({ target, over, body }: Statement & { readonly kind: 'for' }, frame: Frame): Steps<Flow> {
    const items = yield* this.evaluate(over, frame);
    if (items.kind !== 'list') return this.undecided(frame);
    for (const item of items.items) {
      frame.names.set(target, item);
      const flow = yield* this.run(body, frame);
      if (flow) return flow;
    }
    return undefined;
  }

  private *all(expressions: readonly Expression[], frame: Frame): Steps<Value[]> {
    const values: Value[] = [];
    for (const one of expressions) values.push(yield* this.evaluate(one, frame));
    return values;
  }

  private *evaluate(expression: Expression, frame: Frame): Steps<Value> {
    if (++this.steps > limits.steps) throw unreadable('format.too-many', { limit: limits.steps }, 0);
    switch (expression.kind) {
      case 'name':
        return frame.names.get(expression.name) ?? { kind: 'path', path: expression.name };
      case 'constant':
        return valueOf(expression.value);
      case 'list':
      case 'tuple':
        return listOf(yield* this.all(expression.items, frame), expression.kind === 'tuple');
      case 'attribute':
        return yield* this.attribute(yield* this.evaluate(expression.of, frame), expression.name);
      case 'index': {
        const operands = yield* this.all([expression.of, expression.at], frame);
        return plainResult('__getitem__', operands) ?? unknown;
      }
      case 'call':
        return yield* this.callOf(expression, frame);
      case 'unknown':
        return unknown;
    }
  }

  private *attribute(value: Value, name: string): Steps<Value> {
    if (value.kind === 'path') {
      const constant = value.path === 'CONSTANTS' ? this.constants[Number(name.slice(1))] : undefined;
      return constant ?? { kind: 'path', path: `${value.path}.${name}` };
    }
    if (value.kind !== 'object') return unknown;
    const found = this.objects.attribute(value, name);
    if (found.kind !== 'unknown') return found;
    const stated = this.library.classes.get(value.className)?.constants.get(name);
    return stated ? yield* this.evaluate(stated, { names: new Map(), path: value.path }) : unknown;
  }

  private *callOf(
    { callee, args, named }: Expression & { readonly kind: 'call' },
    frame: Frame,
  ): Steps<Value> {
    const given = yield* this.all(args, frame);
    const byName: [string, Value][] = [];
    for (const [name, arg] of named) byName.push([name, yield* this.evaluate(arg, frame)]);
    if (callee.kind === 'attribute') {
      const object = yield* this.evaluate(callee.of, frame);
      if (object.kind === 'object') return yield* this.method(object, callee.name, given, byName);
    }
    const target = yield* this.evaluate(callee, frame);
    if (target.kind !== 'path') return unknown;
    const own = this.library.functions.get(target.path);
    if (own) return yield* this.call(own, given, byName, frame.path);
    return yield* this.builtin(target.path, given, byName, frame);
  }

  /** A function of Python's, of `torch`, or of another namespace. */
  private *builtin(path: string, args: readonly Value[], named: Named, frame: Frame): Steps<Value> {
    const known = entryOf(builtins, path)?.(args);
    if (known) return known;
    if (path === 'getattr')
      return args[0] && args[1]?.kind === 'text' ? yield* this.attribute(args[0], args[1].value) : unknown;
    const [, namespace = '', name = ''] = /^(torch|ops\.[^.]+)\.(?:.*\.)?([^.]+)$/.exec(path) ?? [];
    if (name === '') return this.missing(path);
    const plain = plainResult(name, args);
    if (plain) return plain;
    const isPrimitive = namespace === 'ops.prim';
    return isPrimitive ? unknown : this.operator(namespace.replace(/^ops\./, ''), name, args, named, frame);
  }

  private operator(
    namespace: string,
    written: string,
    args: readonly Value[],
    named: Named,
    frame: Frame,
  ): Value {
    const plainName = written.endsWith('_') && !written.startsWith('_') ? written.slice(0, -1) : written;
    const name = entryOf(aliases, plainName) ?? plainName;
    const isAten = namespace === 'torch' || namespace === atenDomain;
    const bound = isAten && isOperator(plainName) ? bind(plainName, args, named) : undefined;
    if (bound) this.learn(name, bound);
    const results: Results = bound
      ? resultsOf(name, bound)
      : { types: [{ dtype: undefined, shape: undefined }], form: 'one' };
    const tensors = bound ? bound.all() : args.flatMap(tensorsIn);
    if (tensors.length === 0 && !bound) return unknown;
    const outputs = results.types.map((type) => this.made(name, type, frame));
    this.meter.take(memory.node);
    if (this.nodes.length >= limits.nodes) throw unreadable('format.too-many', { limit: limits.nodes }, 0);
    this.nodes.push({
      name: outputs[0]!.name,
      operator: name,
      domain: isAten ? atenDomain : namespace,
      overload: '',
      inputs: tensors.map((tensor) => tensor.name),
      outputs: outputs.map((output) => output.name),
      attributes: bound ? this.attributesOf(bound) : [],
      metadata: frame.path === '' ? [] : [['module', frame.path.slice(0, limits.name)]],
    });
    return results.form === 'one' ? outputs[0]! : listOf(outputs, results.form === 'tuple');
  }

  /** What a layer says of an input whose sizes nobody stated. */
  private learn(name: string, args: Arguments): void {
    for (const input of args.all()) {
      if (!input.isInput || input.shape || this.learned.has(input.name)) continue;
      const found = inputOf(name, args, input);
      if (found) this.learned.set(input.name, found);
    }
  }

  private made(operator: string, { dtype, shape }: Type, { path }: Frame): TensorValue {
    const stem = `${path === '' ? '' : `${path}/`}${operator}`;
    const count = (this.counts.get(stem) ?? 0) + 1;
    this.counts.set(stem, count);
    const name = count === 1 ? stem : `${stem}_${count}`;
    this.meter.take(memory.value);
    this.values.set(name, {
      name,
      type: { kind: 'tensor', ...(dtype && { dtype }), ...(shape && { shape }) },
    });
    return { kind: 'tensor', name, dtype, shape };
  }

  private attributesOf({ given }: Arguments): readonly Attribute[] {
    const found = [...given].flatMap(([name, value]) => attributeOf(name, value) ?? []);
    this.meter.take(memory.attribute * found.length);
    return found;
  }
}

type Named = readonly (readonly [string, Value])[];

function raises(statements: readonly Statement[]): boolean {
  return statements.some(
    ({ kind, ...one }) =>
      kind === 'expression' &&
      'value' in one &&
      one.value.kind === 'call' &&
      one.value.callee.kind === 'attribute' &&
      one.value.callee.name === 'RaiseException',
  );
}

function valueOf(value: number | string | boolean | null): Value {
  if (value === null) return none;
  if (typeof value === 'string') return { kind: 'text', value };
  if (typeof value === 'boolean') return truth(value);
  return Number.isInteger(value) ? size(value) : { kind: 'float', value };
}

function tensorsIn(value: Value): readonly TensorValue[] {
  if (value.kind === 'tensor') return [value];
  return value.kind === 'list' ? value.items.flatMap(tensorsIn) : [];
}

const rounded = (value: Value | undefined): Value =>
  value?.kind === 'float' ? size(Math.trunc(value.value)) : size(dimOf(value));

/** Functions of Python and of TorchScript's text. */
const builtins: Readonly<Record<string, (args: readonly Value[]) => Value>> = {
  int: ([a]) => rounded(a),
  bool: ([a]) => truth(a && isTrue(a)),
  float: ([a]) => {
    const number = a?.kind === 'float' ? a.value : dimOf(a);
    return typeof number === 'number' ? { kind: 'float', value: number } : unknown;
  },
  annotate: ([, a]) => a ?? unknown,
  unchecked_cast: ([, a]) => a ?? unknown,
  uninitialized: () => unknown,
  isinstance: () => unknown,
  len: (args) => plainResult('len', args) ?? unknown,
  range: (args) => {
    const numbers = args.map(dimOf);
    const [start, end, step = 1] = numbers.length === 1 ? [0, numbers[0]] : numbers;
    if (typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number' || step === 0)
      return unknown;
    const length = Math.max(Math.ceil((end - start) / step), 0);
    return length > limits.list ? unknown : listOf(Array.from({ length }, (_, i) => size(start + i * step)));
  },
};

/** What an operator is given that is no tensor, as an attribute; a size with symbols as their text. */
function attributeOf(name: string, value: Value): Attribute | undefined {
  switch (value.kind) {
    case 'truth':
      return { name, kind: 'int', value: Number(value.value) };
    case 'float':
      return { name, kind: 'float', value: value.value };
    case 'text':
      return { name, kind: 'string', value: value.value };
    case 'size':
      return typeof value.dim === 'number'
        ? { name, kind: 'int', value: value.dim }
        : { name, kind: 'string', value: value.dim.key };
    case 'list':
      return listAttribute(name, value.items);
    case 'tensor':
    case 'object':
    case 'path':
    case 'none':
    case 'unknown':
      return undefined;
  }
}

function listAttribute(name: string, items: readonly Value[]): Attribute | undefined {
  if (items.length === 0 || items.length > limits.list || items.some(({ kind }) => kind === 'tensor'))
    return undefined;
  const dims = items.map(dimOf);
  if (dims.every((dim) => typeof dim === 'number')) return { name, kind: 'ints', value: dims };
  if (dims.includes(undefined)) return undefined;
  return {
    name,
    kind: 'strings',
    value: dims.map((dim) => (typeof dim === 'number' ? String(dim) : dim!.key)),
  };
}
