import { DocumentHighlightKind } from 'vscode-languageserver';
import type { DocumentHighlight, Location, Position } from 'vscode-languageserver';
import type { Range } from '../engine/formats/onnxText/places';
import type { PositionTable, ValuePosition } from '../engine/formats/onnxText/positions';

/** Highlights of one value. */
export const highlightLimit = 2000;

/** The value whose name stands at a position. */
function valueAt(positions: PositionTable, { line, character }: Position): ValuePosition | undefined {
  const hit = positions.hit(line, character);
  return hit?.kind === 'value' ? positions.value(hit.scope, hit.name) : undefined;
}

/** Where the value at a position comes from (graph input, initializer, producing node), or the function called there. */
export function definitions(uri: string, positions: PositionTable, at: Position): Location[] {
  const hit = positions.hit(at.line, at.character);
  if (hit?.kind === 'operator') {
    const { domain, operator } = hit.node;
    const called = positions.scopes.find(
      ({ kind, owner }) =>
        kind === 'function' && owner.name === operator && 'domain' in owner && owner.domain === domain,
    );
    return called ? [{ uri, range: called.name }] : [];
  }
  return (valueAt(positions, at)?.definitions ?? []).map((range) => ({ uri, range }));
}

/** Everywhere the value at a position is used. */
export function references(
  uri: string,
  positions: PositionTable,
  at: Position,
  includeDeclaration: boolean,
): Location[] {
  const value = valueAt(positions, at);
  if (!value) return [];
  const ranges = includeDeclaration ? [...value.definitions, ...value.uses] : value.uses;
  return ranges.map((range) => ({ uri, range }));
}

/** The value at a position wherever it occurs: written by its producer, read by its consumers. */
export function highlights(positions: PositionTable, at: Position): DocumentHighlight[] {
  const value = valueAt(positions, at);
  if (!value) return [];
  return [
    ...value.definitions.map((range) => ({ range, kind: DocumentHighlightKind.Write })),
    ...nearest(value.uses, at.line).map((range) => ({ range, kind: DocumentHighlightKind.Read })),
  ];
}

/** A constant may have 100,000 readers; nobody sees those that are far away. Uses are in the order of the text. */
function nearest(uses: readonly Range[], line: number): readonly Range[] {
  if (uses.length <= highlightLimit) return uses;
  const next = uses.findIndex(({ start }) => start.line >= line);
  const from = (next < 0 ? uses.length : next) - highlightLimit / 2;
  const first = Math.min(Math.max(0, from), uses.length - highlightLimit);
  return uses.slice(first, first + highlightLimit);
}
