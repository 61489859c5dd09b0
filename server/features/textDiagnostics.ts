import type { Range, Scope } from '../engine/formats/onnxText/places';
import type { NodePosition } from '../engine/formats/onnxText/positions';
import type { Attribute, ModelFunction, OperatorSet, ValueType } from '../engine/graph/model';
import {
  arity,
  isKnownDomain,
  newestVersion,
  operatorNames,
  parameterAt,
  schemaAt,
  schemasOf,
  typeOfAttribute,
} from '../engine/operators/schema';
import type { OperatorSchema, SchemaParameter } from '../engine/operators/schema';
import { canonicalDomain, ruleOf } from '../engine/operators/table';
import type { Scheduler } from '../engine/scheduler';
import type { Analysis, PlacedProblem } from '../workspace/analysis';
import { flatIndices } from '../workspace/nodeIndex';
import { importedVersion, importsOf, versionInForce } from '../workspace/textModels';
import type { TextModel } from '../workspace/textModels';
import { politely } from '../workspace/turns';
import { schemaOfFunction, typeList, typeWord } from './schemaText';
import { meant } from './textFixes';
import { checkNames } from './textNames';
import { TextProblems } from './textProblem';
import type { TextProblem } from './textProblem';

const limit = 1000;

/** What the checks of names say better, because they know the places. */
const replacedCodes: ReadonlySet<string> = new Set([
  'inference.value-undefined',
  'inference.value-redefined',
  'inference.output-undefined',
  'inference.graph-cycle',
  'inference.nodes-out-of-order',
]);

const results = new WeakMap<Analysis, Promise<readonly TextProblem[]>>();

/** What is wrong with a hand-written text beyond its syntax; found once per analysis. */
export function textProblems(model: TextModel, analysis: Analysis): Promise<readonly TextProblem[]> {
  let result = results.get(analysis);
  if (!result) {
    results.set(analysis, (result = check(model, analysis, politely())));
  }
  return result;
}

/** The problems of an analysis with those of its text in place of vaguer ones. */
export function withTextProblems(
  problems: readonly PlacedProblem[],
  own: readonly TextProblem[],
): readonly PlacedProblem[] {
  const kept = problems.filter(({ code }) => !replacedCodes.has(code));
  // What is only begun is no damaged file.
  const begun = kept.map((one): PlacedProblem =>
    one.code === 'format.no-graph' ? { ...one, code: 'text.no-graph' } : one,
  );
  return [...begun, ...own];
}

async function check(
  model: TextModel,
  analysis: Analysis,
  scheduler: Scheduler,
): Promise<readonly TextProblem[]> {
  const problems = new TextProblems(limit);
  const nodes = new NodeCheck(analysis, problems);
  const { positions } = model.listing;
  for (const node of positions.nodes) {
    const turn = scheduler.tick();
    if (turn) await turn;
    const position = positions.position(node);
    if (position) nodes.check(position);
  }
  await checkNames(model, problems, scheduler);
  return problems.list;
}

/** Checks nodes against the facts about their operators. */
class NodeCheck {
  private readonly missingImports = new Set<string>();
  private readonly functions: ReadonlyMap<string, ModelFunction>;
  private readonly brokenLines: ReadonlySet<number>;

  constructor(
    private readonly analysis: Analysis,
    private readonly problems: TextProblems,
  ) {
    const { listing } = analysis;
    this.functions = new Map(
      listing.model.functions.map((one) => [functionKey(one.domain, one.name, one.overload), one]),
    );
    // What a broken statement lacks was said already.
    this.brokenLines = new Set(
      listing.problems.flatMap(({ code, range }) =>
        range && code.startsWith('format.') ? [range.start.line] : [],
      ),
    );
  }

  check(position: NodePosition): void {
    const { domain: written, operator } = position.node;
    const domain = canonicalDomain(written);
    const imports = importsOf(this.analysis.listing, position.scope);
    this.checkImport(position, domain, imports);
    const called = this.functions.get(functionKey(domain, operator, position.node.overload));
    const version = versionInForce(imports, domain);
    const schema = called ? schemaOfFunction(called) : schemaAt(domain, operator, version);
    if (!schema) {
      this.unknownOperator(position, domain, version);
      return;
    }
    if (schema.deprecated) {
      this.problems.add(position.operator, 'warning', 'text.deprecated', {
        operator,
        version: schema.since,
      });
    }
    if (this.isBroken(position.range)) return;
    if (!schema.deprecated) {
      this.checkArity(position, schema);
      this.checkAttributes(position, schema);
    }
    if (!called) this.checkTypes(position, schema);
  }

  private isBroken({ start, end }: Range): boolean {
    if (this.brokenLines.size === 0) return false;
    for (let line = start.line; line <= end.line; line++) if (this.brokenLines.has(line)) return true;
    return false;
  }

  private checkImport(position: NodePosition, domain: string, imports: readonly OperatorSet[]): void {
    if (importedVersion(imports, domain) !== null) return;
    const key = `${rootName(position.scope)}\n${domain}`;
    // Once is enough: one line mends all nodes.
    if (this.missingImports.has(key)) return;
    this.missingImports.add(key);
    const version = newestVersion(domain) ?? 1;
    // A function's own header is another place, which the fix does not know.
    const fix =
      rootOf(position.scope).kind === 'function' ? undefined : ({ kind: 'import', domain, version } as const);
    const args = { domain: domain || 'ai.onnx' };
    this.problems.add(position.operator, 'error', 'text.opset-missing', args, fix);
  }

  private unknownOperator({ node, operator: range }: NodePosition, domain: string, version: number): void {
    const { operator } = node;
    const later = schemasOf(domain, operator)[0];
    if (later) {
      const args = { operator, since: later.since, version };
      this.problems.add(range, 'error', 'text.operator-later', args);
      return;
    }
    if (!isKnownDomain(domain) || ruleOf(domain, operator)) return;
    const names = operatorNames(domain).filter(
      (name) => schemaAt(domain, name, version)?.deprecated === false,
    );
    const intended = meant(operator, names);
    const fix = intended === undefined ? undefined : ({ kind: 'replace', range, newText: intended } as const);
    // Runtimes add operators to their own domains; nobody adds to the standard ones.
    const severity = domain.startsWith('com.') ? 'warning' : 'error';
    const args = { operator, domain: domain || 'ai.onnx' };
    this.problems.add(range, severity, 'text.operator-unknown', args, fix);
  }

  private checkArity(position: NodePosition, schema: OperatorSchema): void {
    const { node } = position;
    const sides = [
      ['input', node.inputs, schema.inputs, position.inputs],
      ['output', node.outputs, schema.outputs, position.outputs],
    ] as const;
    for (const [side, names, parameters, ranges] of sides) {
      const [least, most] = arity(parameters);
      const args = { operator: node.operator, count: names.length };
      if (names.length > most) {
        this.problems.add(ranges[most] ?? position.operator, 'error', `text.${side}s-many`, {
          ...args,
          most,
        });
      } else if (names.length < least) {
        this.problems.add(position.operator, 'error', `text.${side}s-few`, { ...args, least });
      }
      if (side === 'output') continue;
      parameters.forEach(({ name, option }, index) => {
        const range = ranges[index];
        if (option === 'single' && names[index] === '' && range)
          this.problems.add(range, 'error', 'text.input-missing', { operator: node.operator, input: name });
      });
    }
  }

  private checkAttributes(position: NodePosition, schema: OperatorSchema): void {
    const { node } = position;
    const { operator } = node;
    const given = new Set<string>();
    node.attributes.forEach((attribute, index) => {
      const range = position.attributes[index] ?? position.operator;
      const args = { operator, attribute: attribute.name };
      if (given.has(attribute.name)) this.problems.add(range, 'error', 'text.attribute-repeated', args);
      given.add(attribute.name);
      const known = schema.attributes.find(({ name }) => name === attribute.name);
      if (known) this.checkAttributeType(attribute, known.type, range, operator);
      else {
        const others = schema.attributes.filter(
          ({ name }) => !node.attributes.some((one) => one.name === name),
        );
        const intended = meant(
          attribute.name,
          others.map(({ name }) => name),
        );
        const fix =
          intended === undefined ? undefined : ({ kind: 'replace', range, newText: intended } as const);
        this.problems.add(range, 'error', 'text.attribute-unknown', args, fix);
      }
    });
    for (const { name, required } of schema.attributes) {
      if (required && !given.has(name))
        this.problems.add(position.operator, 'error', 'text.attribute-missing', {
          operator,
          attribute: name,
        });
    }
  }

  private checkAttributeType(attribute: Attribute, expected: string, range: Range, operator: string): void {
    const found = typeOfAttribute(attribute);
    if (found === undefined || found === expected || expected === 'any') return;
    const args = { operator, attribute: attribute.name, expected, found };
    // Integers where floats are wanted: the type behind the name makes them floats.
    const isNumber = (expected === 'float' && found === 'int') || (expected === 'floats' && found === 'ints');
    const behind = { start: range.end, end: range.end };
    const fix = isNumber
      ? ({ kind: 'replace', range: behind, newText: `: ${expected}` } as const)
      : undefined;
    this.problems.add(range, 'error', 'text.attribute-type', args, fix);
  }

  /** Element types of inputs against the constraints, and against each other where they share one. */
  private checkTypes(position: NodePosition, schema: OperatorSchema): void {
    const { inference } = this.analysis;
    const [index] = flatIndices(inference, position.node);
    const flat = index === undefined ? undefined : inference.nodes[index];
    if (!flat) return;
    const bound = new Map<string, { readonly input: string; readonly type: string }>();
    flat.inputs.forEach((id, place) => {
      const range = position.inputs[place];
      const parameter = parameterAt(schema.inputs, place);
      const type = id === null ? undefined : inference.values[id]?.type;
      const word = type && isWhole(type) ? typeWord(type) : undefined;
      if (!range || !parameter || word === undefined) return;
      const input = position.node.inputs[place] ?? '';
      const args = { operator: schema.name, input, type: word };
      if (!parameter.types.has(word)) {
        const allowed = typeList(parameter.types);
        this.problems.add(range, 'error', 'text.type-not-allowed', { ...args, allowed });
        return;
      }
      if (!isShared(parameter, schema)) return;
      const other = bound.get(parameter.type);
      if (!other) bound.set(parameter.type, { input, type: word });
      else if (other.type !== word) {
        this.problems.add(range, 'error', 'text.type-differs', {
          ...args,
          other: other.input,
          otherType: other.type,
        });
      }
    });
  }
}

/** All inputs of a constraint have one type, unless each repetition may have its own. */
function isShared({ option, type }: SchemaParameter, { constraints }: OperatorSchema): boolean {
  return option !== 'mixed' && constraints.has(type);
}

/** The element type is known down to the last. */
function isWhole(type: ValueType): boolean {
  switch (type.kind) {
    case 'tensor':
    case 'sparse':
      return type.dtype !== undefined;
    case 'sequence':
    case 'optional':
      return type.element !== undefined && isWhole(type.element);
    case 'map':
      return type.key !== undefined && type.value !== undefined && isWhole(type.value);
    case 'opaque':
      return false;
  }
}

function functionKey(domain: string, name: string, overload: string): string {
  return `${canonicalDomain(domain)}\n${name}\n${overload}`;
}

function rootOf(scope: Scope): Scope {
  let root = scope;
  while (root.parent) root = root.parent;
  return root;
}

/** Functions bring imports of their own; the name and place tell them apart. */
function rootName(scope: Scope): string {
  const root = rootOf(scope);
  return root.kind === 'function' ? `${root.name.start.line}:${root.name.start.character}` : '';
}
