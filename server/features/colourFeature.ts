import type { SemanticTokens, SemanticTokensParams, SemanticTokensRangeParams } from 'vscode-languageserver';
import { politeTo } from '../workspace/turns';
import type { Feature } from './feature';
import { handler } from './handler';
import { semanticLegend, semanticTokens, wholeTextLimit } from './semanticTokens';
import { shownListing } from './shownListing';

const nothing: SemanticTokens = { data: [] };

/** Colours of names, of the whole text or of what is shown of it. */
export const colourFeature: Feature = {
  capability: ({ textDocument }) => {
    const { full, range } = textDocument?.semanticTokens?.requests ?? {};
    if (!full && !range) return null;
    return { semanticTokensProvider: { legend: semanticLegend, full: !!full, range: !!range } };
  },
  register: (context) => {
    const { connection, log } = context;
    connection.languages.semanticTokens.on(
      handler<SemanticTokensParams, SemanticTokens>(
        log,
        'colours',
        () => nothing,
        async ({ textDocument }, token) => {
          const listing = await shownListing(context, textDocument.uri, token);
          if (!listing || listing.lineCount > wholeTextLimit) return nothing;
          return semanticTokens(listing.positions, 0, listing.lineCount, politeTo(token));
        },
      ),
    );
    connection.languages.semanticTokens.onRange(
      handler<SemanticTokensRangeParams, SemanticTokens>(
        log,
        'colours',
        () => nothing,
        async ({ textDocument, range: { start, end } }, token) => {
          const listing = await shownListing(context, textDocument.uri, token);
          if (!listing) return nothing;
          return semanticTokens(listing.positions, start.line, end.line, politeTo(token));
        },
      ),
    );
  },
};
