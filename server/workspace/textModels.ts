import { tokenize } from '../engine/formats/onnxText/lexer';
import type { Token } from '../engine/formats/onnxText/lexer';
import type { Place, Scope } from '../engine/formats/onnxText/places';
import type { ModelFunction, OperatorSet, ValueType } from '../engine/graph/model';
import { newestVersion } from '../engine/operators/schema';
import { canonicalDomain } from '../engine/operators/domain';
import { Query } from '../engine/query';
import type { Analysis, Listing } from './analysis';
import type { Served } from './served';
import { largest } from '../engine/lists';

/** A hand-written text as editing needs it: what the parser made of it, and its tokens. */
export interface TextModel {
  readonly text: string;
  readonly listing: Listing;
  /** Comments included. */
  readonly tokens: readonly Token[];
}

const models = new Query<Served, TextModel>();

/** The tokens of a served text, made on the first question about this version of it. */
export function textModel(served: Served): TextModel {
  const { text, listing } = served;
  return models.at(served, () => ({ text, listing, tokens: tokenize(text) }));
}

/** Index of the last token that begins before a place; -1 if there is none. */
export function tokenBefore(tokens: readonly Token[], { line, character }: Place): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const token = tokens[middle]!;
    if (token.line < line || (token.line === line && token.character < character)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The imports in force in a scope: a function's own, else the model's. */
export function importsOf(listing: Listing, scope: Scope | null): readonly OperatorSet[] {
  let root = scope;
  while (root?.parent) root = root.parent;
  const own = root?.kind === 'function' ? (root.owner as ModelFunction).operatorSets : undefined;
  return own && own.length > 0 ? own : listing.model.operatorSets;
}

/** Version of a domain's operators in a scope; null if the domain is not imported. */
export function importedVersion(imports: readonly OperatorSet[], domain: string): number | null {
  const versions = imports.filter((one) => canonicalDomain(one.domain) === canonicalDomain(domain));
  return versions.length > 0 ? largest(versions.map(({ version }) => version)) : null;
}

/** As {@link importedVersion}; the newest known one where the import is missing, so that editing goes on. */
export function versionInForce(imports: readonly OperatorSet[], domain: string): number {
  return importedVersion(imports, domain) ?? newestVersion(domain) ?? 1;
}

const typesOf = new Query<Analysis, ReadonlyMap<string, ValueType>>();

/** Inferred types by name; a name of several scopes has the type of the outermost. */
export function valueTypes(analysis: Analysis): ReadonlyMap<string, ValueType> {
  return typesOf.at(analysis, () => {
    const found = new Map<string, ValueType>();
    for (const { name, type } of analysis.inference.values) {
      if (type && !found.has(name)) found.set(name, type);
    }
    return found;
  });
}

/** Names that a scope and those around it define, each with the line of its first definition. */
export function visibleNames(listing: Listing, scope: Scope | null): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (let at = scope; at; at = at.parent) {
    for (const { name, definitions } of listing.positions.valuesOf(at)) {
      const [first] = definitions;
      if (first && name !== '' && !names.has(name)) names.set(name, first.start.line);
    }
  }
  return names;
}
