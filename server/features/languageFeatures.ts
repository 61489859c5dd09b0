import type { Timer } from '../platform';
import type {
  CancellationToken,
  DocumentDiagnosticReport,
  Hover,
  InlayHint,
  Range,
} from 'vscode-languageserver';
import { DocumentDiagnosticReportKind } from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import type { Language } from '../../l10n/language';
import { modelOf } from '../address';
import type { Analysis } from '../workspace/analysis';
import type { Listing, PlacedProblem } from '../workspace/analysis';
import { isHandWritten } from '../workspace/models';
import { politeTo } from '../workspace/turns';
import { textModel } from '../workspace/textModels';
import { codeLenses } from './codeLens';
import { diagnostics } from './diagnostics';
import { foldingRanges } from './folding';
import { handler, SupersededError, whileWanted } from './handler';
import { hover, nodeHover, pendingHover } from './hover';
import { inlayHints } from './inlayHints';
import type { HintData } from './inlayHints';
import { runPolitely } from '../engine/scheduler';
import { indexOutline } from './outline';
import { definitions, highlights, references } from './navigation';
import type { ServerContext } from './context';
import { documentSymbols } from './symbols';
import { textProblems, withTextProblems } from './textDiagnostics';

/** A hover that would come later than this says what is known meanwhile (milliseconds). */
const hoverPatience = 15;

/** Connects the standard requests of the protocol with the features. */
export function registerLanguageFeatures(context: ServerContext): void {
  const { connection, log, language, models, working } = context;
  const { languages } = connection;

  const shown = async (uri: string, token: CancellationToken): Promise<Listing | undefined> =>
    (await whileWanted(models.view(uri), token))?.listing;
  /** The same once questions about its values are answered fast. */
  const withValues = async (uri: string, token: CancellationToken): Promise<Listing | undefined> => {
    const listing = await shown(uri, token);
    if (listing) await runPolitely(listing.positions.indexValues(), politeTo(token));
    return listing;
  };

  connection.onHover(
    handler(
      log,
      'hover',
      () => null,
      ({ textDocument, position }, token): Promise<Hover | null> =>
        whileWanted(soon(context, textDocument.uri), token).then(async (analysis) => {
          if (analysis) return working.during(textDocument.uri, () => hover(analysis, position, language()));
          const isWithheld = working.withheld(textDocument.uri) !== undefined;
          if (analysis === null && !isWithheld) return null;
          const listing = await shown(textDocument.uri, token);
          const why = isWithheld ? 'hover.withheld' : 'hover.computing';
          return listing ? pendingHover(listing.positions, position, language(), why) : null;
        }),
    ),
  );
  languages.inlayHint.on(
    handler(
      log,
      'inlay hints',
      () => [],
      async ({ textDocument, range }, token): Promise<InlayHint[]> => {
        const { uri } = textDocument;
        const version = context.documents.get(uri)?.version;
        const analysis = await whileWanted(models.firstChip(uri), token);
        if (context.documents.get(uri)?.version !== version) throw new SupersededError();
        if (!analysis) return [];
        return working.during(uri, () => hintsOf(analysis, range, language(), token));
      },
    ),
  );
  languages.inlayHint.resolve(async (hint, token) => {
    const resolved = await handler(
      log,
      'inlay hint',
      () => hint,
      () => resolveHint(context, hint, token),
    )(hint, token);
    return resolved instanceof Error ? hint : resolved;
  });
  connection.onCodeLens(
    handler(
      log,
      'code lens',
      () => [],
      async ({ textDocument }, token) => {
        const analysis = await whileWanted(models.analysis(textDocument.uri), token);
        if (!analysis) return [];
        return working.during(textDocument.uri, () => codeLenses(analysis, language()));
      },
    ),
  );
  languages.diagnostics.on(
    handler(
      log,
      'diagnostics',
      (): DocumentDiagnosticReport => ({ kind: DocumentDiagnosticReportKind.Full, items: [] }),
      async ({ textDocument, previousResultId }, token): Promise<DocumentDiagnosticReport> => {
        const analysis = await whileWanted(models.analysis(textDocument.uri), token);
        return working.during(textDocument.uri, () => diagnosticReport(context, analysis, previousResultId));
      },
    ),
  );
  connection.onDocumentSymbol(
    handler(
      log,
      'symbols',
      () => [],
      async ({ textDocument }, token) => {
        const listing = await shown(textDocument.uri, token);
        if (!listing) return [];
        await runPolitely(indexOutline(listing.positions), politeTo(token));
        return documentSymbols(listing.positions, listing.lineCount, language());
      },
    ),
  );
  connection.onFoldingRanges(
    handler(
      log,
      'folding',
      () => [],
      async ({ textDocument }, token) => {
        const listing = await shown(textDocument.uri, token);
        if (!listing) return [];
        await runPolitely(indexOutline(listing.positions), politeTo(token));
        return foldingRanges(listing.positions);
      },
    ),
  );
  connection.onDefinition(
    handler(
      log,
      'definition',
      () => [],
      async ({ textDocument: { uri }, position }, token) => {
        const listing = await withValues(uri, token);
        return listing ? definitions(uri, listing.positions, position) : [];
      },
    ),
  );
  connection.onReferences(
    handler(
      log,
      'references',
      () => [],
      async ({ textDocument: { uri }, position, context: wanted }, token) => {
        const listing = await withValues(uri, token);
        return listing ? references(uri, listing.positions, position, wanted.includeDeclaration) : [];
      },
    ),
  );
  connection.onDocumentHighlight(
    handler(
      log,
      'highlight',
      () => [],
      async ({ textDocument, position }, token) => {
        const listing = await withValues(textDocument.uri, token);
        return listing ? highlights(listing.positions, position) : [];
      },
    ),
  );
}

/** Lines whose hints are made at one go. */
const hintLines = 128;

/** Editors ask for what can be seen; who asks for a whole text gets it in pieces, so that others have turns between. */
async function hintsOf(
  analysis: Analysis,
  { start, end }: Range,
  language: Language,
  token: CancellationToken,
): Promise<InlayHint[]> {
  const scheduler = politeTo(token);
  const older = isOlderSide(analysis.listing.uri);
  const hints: InlayHint[] = [];
  const last = Math.min(end.line, analysis.listing.lineCount);
  for (let from = start.line; from <= last; from += hintLines) {
    const turn = scheduler.tick();
    if (turn) await turn;
    const to = { line: Math.min(last, from + hintLines - 1), character: 0 };
    for (const hint of inlayHints(
      analysis,
      { start: { line: from, character: 0 }, end: to },
      language,
      older,
    ))
      hints.push(hint);
  }
  return hints;
}

/** The analysis if it comes soon; undefined while it is still at work, null where there is none. */
async function soon(context: ServerContext, uri: string): Promise<Analysis | null | undefined> {
  // What has been at work for so long will hardly end within what is left of the patience.
  const left = hoverPatience - context.models.workingFor(uri);
  if (left <= 0) return undefined;
  let timer: Timer | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), left);
  });
  try {
    return await Promise.race([context.models.analysis(uri), patience]);
  } finally {
    clearTimeout(timer);
  }
}

/** The tooltip of a hint, if the hint still says what the analysis says. */
async function resolveHint(
  context: ServerContext,
  hint: InlayHint,
  token: CancellationToken,
): Promise<InlayHint> {
  const data = hint.data as Partial<HintData> | undefined;
  if (typeof data?.uri !== 'string' || typeof data.node !== 'number') return hint;
  const analysis = await whileWanted(context.models.analysis(data.uri), token);
  if (!analysis || analysis.revision !== data.revision) return hint;
  const tooltip = nodeHover(analysis, data.node, context.language());
  return tooltip ? { ...hint, tooltip } : hint;
}

async function diagnosticReport(
  context: ServerContext,
  analysis: Analysis | null,
  previous: string | undefined,
): Promise<DocumentDiagnosticReport> {
  if (!analysis) return { kind: DocumentDiagnosticReportKind.Full, items: [] };
  // Files of weights are looked at after the listing is there.
  const resultId = `${analysis.revision}.${analysis.listing.external.revision}`;
  if (resultId === previous) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
  const items = diagnostics(analysis, context.language(), await allProblems(context, analysis));
  return { kind: DocumentDiagnosticReportKind.Full, resultId, items };
}

/** The problems of an analysis; in a hand-written text those of its words too. */
async function allProblems(context: ServerContext, analysis: Analysis): Promise<readonly PlacedProblem[]> {
  const { uri } = analysis.listing;
  const served = isHandWritten(uri) ? await context.models.view(uri) : undefined;
  const problems = [...analysis.problems, ...analysis.listing.external.problems];
  if (served?.listing !== analysis.listing) return problems;
  return withTextProblems(problems, await textProblems(textModel(served), analysis));
}

/** A text from version control is what the file was: costs belong beside what it is. */
function isOlderSide(uri: string): boolean {
  const model = modelOf(uri);
  return model !== null && URI.parse(model).scheme === 'git';
}
