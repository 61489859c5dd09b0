import type { ValueType } from '../../graph/model';
import { statementOf } from './statement';
import type { Argument, Item, Region, Statement } from './syntax';

/** A function of a module. */
export interface MlirFunction {
  readonly name: string;
  readonly isPublic: boolean;
  readonly args: readonly Argument[];
  readonly results: readonly (ValueType | undefined)[];
  readonly body: Region;
}

const modules: ReadonlySet<string> = new Set(['module', 'builtin.module']);

/** Functions of a text, those in modules included, and the name of its module. */
export function functionsIn(region: Region): {
  readonly name: string;
  readonly functions: readonly MlirFunction[];
} {
  const functions: MlirFunction[] = [];
  let name = '';
  const visit = (one: Region): void => {
    for (const statement of one.statements) {
      if (modules.has(statement.name)) {
        name ||= symbolOf(statement);
        statement.regions.forEach(visit);
      } else if (statement.name === 'func.func') functions.push(functionOf(statement));
    }
  };
  visit(region);
  return { name, functions };
}

/** The symbol that a statement names, `@main`, or its attribute `sym_name`; '' where there is none. */
export function symbolOf(statement: Statement, attribute = 'sym_name'): string {
  const symbol = statement.items.find((item) => item.kind === 'word' && item.text.startsWith('@'));
  if (symbol) return symbol.text.slice(1);
  const own = valueOf(statement.items, attribute);
  return own === undefined ? '' : own.replace(/^@/, '');
}

/** The text behind a name and a sign of equality, also in groups. */
export function valueOf(items: readonly Item[], name: string): string | undefined {
  for (const [i, item] of items.entries()) {
    if (item.text === name && items[i + 1]?.text === '=') return items[i + 2]?.text;
    const inner = item.kind === 'group' ? valueOf(item.items, name) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function functionOf(statement: Statement): MlirFunction {
  const [body = { args: [], statements: [] }] = statement.regions;
  const [given] = statement.items.filter((item) => item.kind === 'group' && item.text === '(');
  const written = given?.kind === 'group' ? statementOf.argumentsIn(given.items) : [];
  const isHidden =
    statement.items.some(({ kind, text }) => kind === 'word' && text === 'private') ||
    valueOf(statement.items, 'sym_visibility') === 'private';
  return {
    name: symbolOf(statement),
    isPublic: !isHidden,
    args: written.length > 0 ? written : body.args,
    results: resultsOf(statement),
    body,
  };
}

/** Types behind the arrow of a function. */
function resultsOf({ items }: Statement): readonly (ValueType | undefined)[] {
  const arrow = items.findIndex((item) => item.kind === 'sign' && item.text === '->');
  const first = items[arrow + 1];
  if (arrow < 0 || !first) return [];
  return statementOf.typesIn(first.kind === 'group' ? first.items : [first]);
}
