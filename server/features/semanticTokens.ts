import type { SemanticTokens, SemanticTokensLegend } from 'vscode-languageserver';
import type { Named, Range, Scope } from '../engine/formats/onnxText/places';
import type { PositionTable } from '../engine/formats/onnxText/positions';
import type { Node } from '../engine/graph/model';
import { Query } from '../engine/query';
import type { Scheduler } from '../engine/scheduler';

/** Kinds that the grammar of colours can't tell apart: names are only told by where they stand. */
const kinds = ['function', 'property', 'variable', 'parameter', 'class'] as const;
const modifiers = ['declaration', 'readonly'] as const;
type Kind = (typeof kinds)[number];

export const semanticLegend: SemanticTokensLegend = {
  tokenTypes: [...kinds],
  tokenModifiers: [...modifiers],
};

const declaration = 1;
const readonlyValue = 2;

/** Longer texts are coloured by what the editor shows of them only. */
export const wholeTextLimit = 20_000;

interface Colour {
  readonly range: Range;
  readonly kind: Kind;
  readonly modifiers: number;
}

/** Operators, attributes and values on the lines of a range. */
export async function semanticTokens(
  positions: PositionTable,
  from: number,
  to: number,
  scheduler: Scheduler,
): Promise<SemanticTokens> {
  const colours: Colour[] = [];
  const roles = await rolesOf(positions, scheduler);
  for (const scope of positions.scopes) {
    if (scope.range.end.line < from || scope.range.start.line > to) continue;
    colours.push({ range: scope.name, kind: 'class', modifiers: declaration });
    const shown = ({ range: { start } }: Named): boolean => start.line >= from && start.line <= to;
    for (const { range } of scope.inputs.filter(shown))
      colours.push({ range, kind: 'parameter', modifiers: declaration });
    for (const { range, name } of [...scope.outputs, ...(scope.declared ?? [])].filter(shown))
      colours.push({ range, ...roles.of(scope, name) });
    for (const { range } of scope.initializers.filter(shown))
      colours.push({ range, kind: 'variable', modifiers: declaration | readonlyValue });
  }
  // A statement that began before the range may reach into it.
  const first = positions.nodeAt(from);
  const nodes = positions.nodesBetween(from, to);
  for (const node of first && !nodes.includes(first) ? [first, ...nodes] : nodes) {
    const turn = scheduler.tick();
    if (turn) await turn;
    addNode(positions, roles, node, colours);
  }
  return encode(colours.filter(({ range }) => range.start.line >= from && range.start.line <= to));
}

function addNode(positions: PositionTable, roles: Roles, node: Node, colours: Colour[]): void {
  const position = positions.position(node);
  if (!position) return;
  position.outputs.forEach((range) => colours.push({ range, kind: 'variable', modifiers: declaration }));
  colours.push({ range: position.operator, kind: 'function', modifiers: 0 });
  position.attributes.forEach((range) => colours.push({ range, kind: 'property', modifiers: 0 }));
  position.inputs.forEach((range, i) => {
    colours.push({ range, ...roles.of(position.scope, node.inputs[i] ?? '') });
  });
}

type Role = Pick<Colour, 'kind' | 'modifiers'>;
const weightRole: Role = { kind: 'variable', modifiers: readonlyValue };
const inputRole: Role = { kind: 'parameter', modifiers: 0 };
const valueRole: Role = { kind: 'variable', modifiers: 0 };

/** Editors ask for the colours of one text screen by screen. */
const roles = new Query<PositionTable, Roles>();

function rolesOf(positions: PositionTable, scheduler: Scheduler): Promise<Roles> {
  return roles.wait(positions, () => new Roles().collect(positions, scheduler));
}

/** What a name is where it is used: an input of its graph, an initializer, or made by a node. */
class Roles {
  private readonly byScope = new Map<Scope, ReadonlyMap<string, Role>>();

  async collect(positions: PositionTable, scheduler: Scheduler): Promise<this> {
    for (const scope of positions.scopes) {
      const names = new Map<string, Role>();
      for (const { name } of scope.initializers) {
        const turn = scheduler.tick();
        if (turn) await turn;
        names.set(name, weightRole);
      }
      for (const { name } of scope.inputs) names.set(name, inputRole);
      this.byScope.set(scope, names);
    }
    return this;
  }

  of(scope: Scope, name: string): Role {
    for (let at: Scope | null = scope; at; at = at.parent) {
      const found = this.byScope.get(at)?.get(name);
      if (found) return found;
    }
    return valueRole;
  }
}

/** The protocol's form: five numbers each, line and character relative to the one before. */
function encode(colours: Colour[]): SemanticTokens {
  colours.sort(
    (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
  );
  const data: number[] = [];
  let [line, character] = [0, 0];
  for (const { range, kind, modifiers: set } of colours) {
    const { start, end } = range;
    // Omitted arguments have no letters, and tokens may not span lines.
    if (start.line !== end.line || end.character <= start.character) continue;
    const sameLine = start.line === line && data.length > 0;
    data.push(
      start.line - line,
      sameLine ? start.character - character : start.character,
      end.character - start.character,
      kinds.indexOf(kind),
      set,
    );
    [line, character] = [start.line, start.character];
  }
  return { data };
}
