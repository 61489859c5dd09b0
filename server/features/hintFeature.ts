import type { CancellationToken, InlayHint, Range } from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import type { Language } from '../../l10n/language';
import { modelOf } from '../address';
import { runPolitely } from '../engine/scheduler';
import type { Analysis } from '../workspace/analysis';
import { politeTo } from '../workspace/turns';
import type { ServerContext } from './context';
import type { Feature } from './feature';
import { handler, SupersededError, whileWanted } from './handler';
import { nodeHover } from './hover';
import { inlayHints } from './inlayHints';
import { indexModules } from './moduleCosts';
import { indexOutline } from './outline';
import { indexUnits } from './unitsHover';
import type { HintData } from './inlayHints';

/** Costs and shapes beside the nodes; their tooltips where the editor asks for these one by one. */
export const hintFeature: Feature = {
  capability: ({ textDocument }) => {
    if (!textDocument?.inlayHint) return null;
    const lazy = textDocument.inlayHint.resolveSupport?.properties ?? [];
    return { inlayHintProvider: { resolveProvider: lazy.includes('tooltip') } };
  },
  register: (context) => {
    const { connection, documents, log, language, models, working } = context;
    connection.languages.inlayHint.on(
      handler(
        log,
        'inlay hints',
        () => [],
        async ({ textDocument: { uri }, range }, token): Promise<InlayHint[]> => {
          const version = documents.get(uri)?.version;
          const analysis = await whileWanted(models.firstChip(uri), token);
          if (documents.get(uri)?.version !== version) throw new SupersededError();
          if (!analysis) return [];
          return working.during(uri, () => hintsOf(analysis, range, language(), token));
        },
      ),
    );
    connection.languages.inlayHint.resolve(async (hint, token) => {
      const resolved = await handler(
        log,
        'inlay hint',
        () => hint,
        () => resolveHint(context, hint, token),
      )(hint, token);
      return resolved instanceof Error ? hint : resolved;
    });
  },
};

/** Lines whose hints are made at one go. */
const hintLines = 128;

/** Editors ask for what can be seen; a request for a whole text is answered in pieces, so that other requests have turns between. */
async function hintsOf(
  analysis: Analysis,
  { start, end }: Range,
  language: Language,
  token: CancellationToken,
): Promise<InlayHint[]> {
  const scheduler = politeTo(token);
  const older = isOlderSide(analysis.listing.uri);
  await runPolitely(indexOutline(analysis.listing.positions), scheduler);
  await runPolitely(indexModules(analysis), scheduler);
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

/** The tooltip of a hint, if the hint still says what the analysis says. */
async function resolveHint(
  { models, language, editor }: ServerContext,
  hint: InlayHint,
  token: CancellationToken,
): Promise<InlayHint> {
  const data = hint.data as Partial<HintData> | undefined;
  if (typeof data?.uri !== 'string' || typeof data.node !== 'number') return hint;
  const analysis = await whileWanted(models.analysis(data.uri), token);
  if (!analysis || analysis.revision !== data.revision) return hint;
  await runPolitely(indexUnits(analysis), politeTo(token));
  const tooltip = nodeHover(analysis, data.node, language(), editor.isOurs);
  return tooltip ? { ...hint, tooltip } : hint;
}

/** A text from version control is what the file was: costs belong beside what it is. */
function isOlderSide(uri: string): boolean {
  const model = modelOf(uri);
  return model !== null && URI.parse(model).scheme === 'git';
}
