import type { DocumentSymbol, SymbolInformation } from 'vscode-languageserver';
import { runPolitely } from '../engine/scheduler';
import { politeTo } from '../workspace/turns';
import type { Feature } from './feature';
import { foldSteps } from './folding';
import { handler } from './handler';
import { definitions, highlights, references } from './navigation';
import { indexOutline } from './outline';
import { listingWithValues, shownListing } from './shownListing';
import { documentSymbols, flatSymbols, inKinds } from './symbols';

/** The outline: a tree, or a list for editors that know no trees. */
export const symbolsFeature: Feature = {
  capability: ({ textDocument }) => (textDocument?.documentSymbol ? { documentSymbolProvider: true } : null),
  register: (context) => {
    const { connection, editor, log, language } = context;
    connection.onDocumentSymbol(
      handler(
        log,
        'symbols',
        () => [],
        async ({ textDocument: { uri } }, token): Promise<DocumentSymbol[] | SymbolInformation[]> => {
          const listing = await shownListing(context, uri, token);
          if (!listing) return [];
          await runPolitely(indexOutline(listing.positions), politeTo(token));
          const { hierarchicalDocumentSymbolSupport: isTree, symbolKind } =
            editor.capabilities.textDocument?.documentSymbol ?? {};
          const made = documentSymbols(listing.positions, listing.lineCount, language());
          const symbols = symbolKind?.valueSet ? made : inKinds(made);
          return isTree ? symbols : flatSymbols(symbols, uri);
        },
      ),
    );
  },
};

/** Graphs, modules and lists that fold. */
export const foldingFeature: Feature = {
  capability: ({ textDocument }) => (textDocument?.foldingRange ? { foldingRangeProvider: true } : null),
  register: (context) => {
    context.connection.onFoldingRanges(
      handler(
        context.log,
        'folding',
        () => [],
        async ({ textDocument }, token) => {
          const listing = await shownListing(context, textDocument.uri, token);
          if (!listing) return [];
          return runPolitely(foldSteps(listing.positions), politeTo(token));
        },
      ),
    );
  },
};

/** Where a value is made. */
export const definitionFeature: Feature = {
  capability: ({ textDocument }) => (textDocument?.definition ? { definitionProvider: true } : null),
  register: (context) => {
    context.connection.onDefinition(
      handler(
        context.log,
        'definition',
        () => [],
        async ({ textDocument: { uri }, position }, token) => {
          const listing = await listingWithValues(context, uri, token);
          return listing ? definitions(uri, listing.positions, position) : [];
        },
      ),
    );
  },
};

/** Where a value is used. */
export const referencesFeature: Feature = {
  capability: ({ textDocument }) => (textDocument?.references ? { referencesProvider: true } : null),
  register: (context) => {
    context.connection.onReferences(
      handler(
        context.log,
        'references',
        () => [],
        async ({ textDocument: { uri }, position, context: wanted }, token) => {
          const listing = await listingWithValues(context, uri, token);
          return listing ? references(uri, listing.positions, position, wanted.includeDeclaration) : [];
        },
      ),
    );
  },
};

/** All places of the value at the cursor. */
export const highlightFeature: Feature = {
  capability: ({ textDocument }) =>
    textDocument?.documentHighlight ? { documentHighlightProvider: true } : null,
  register: (context) => {
    context.connection.onDocumentHighlight(
      handler(
        context.log,
        'highlight',
        () => [],
        async ({ textDocument, position }, token) => {
          const listing = await listingWithValues(context, textDocument.uri, token);
          return listing ? highlights(listing.positions, position) : [];
        },
      ),
    );
  },
};
