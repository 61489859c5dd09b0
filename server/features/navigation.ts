import { DocumentHighlightKind } from 'vscode-languageserver/node';
import type { DocumentHighlight, Location, Position, Range } from 'vscode-languageserver/node';
import { placesOfValue, valuePlaceAt } from '../workspace/listingMap';
import type { ListingMap, Span } from '../workspace/listingMap';

export function rangeOf(span: Span): Range {
  return {
    start: { line: span.line, character: span.start },
    end: { line: span.line, character: span.end },
  };
}

/** Where the value at a position comes from: graph input, initializer or producing node. */
export function definitions(uri: string, map: ListingMap, at: Position): Location[] {
  const place = valuePlaceAt(map, at.line, at.character);
  if (!place) return [];
  return placesOfValue(map, place.key)
    .filter((other) => other.definition)
    .map((other) => ({ uri, range: rangeOf(other) }));
}

/** Everywhere the value at a position is used. */
export function references(
  uri: string,
  map: ListingMap,
  at: Position,
  includeDeclaration: boolean,
): Location[] {
  const place = valuePlaceAt(map, at.line, at.character);
  if (!place) return [];
  return placesOfValue(map, place.key)
    .filter((other) => includeDeclaration || !other.definition)
    .map((other) => ({ uri, range: rangeOf(other) }));
}

/** The value at a position wherever it occurs: written by its producer, read by its consumers. */
export function highlights(map: ListingMap, at: Position): DocumentHighlight[] {
  const place = valuePlaceAt(map, at.line, at.character);
  if (!place) return [];
  return placesOfValue(map, place.key).map((other) => ({
    range: rangeOf(other),
    kind: other.definition ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
  }));
}
