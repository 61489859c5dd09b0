import { DocumentHighlightKind } from 'vscode-languageserver/node';
import type { DocumentHighlight, Location, Position } from 'vscode-languageserver/node';
import type { PositionTable, ValuePosition } from '../engine/formats/onnxText/positions';

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
    ...value.uses.map((range) => ({ range, kind: DocumentHighlightKind.Read })),
  ];
}
