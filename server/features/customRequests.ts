import { LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { CancellationToken } from 'vscode-languageserver';
import { message } from '../../l10n/server';
import { runPolitely } from '../engine/scheduler';
import { searchChips } from '../engine/chips/search';
import type { Scheduler } from '../engine/scheduler';
import { searchSystems } from '../engine/systems/search';
import {
  chipsRequest,
  choicesRequest,
  costDiffRequest,
  derivationRequest,
  chipListRequest,
  costlyNodeRequest,
  exportChunkRequest,
  exportReportRequest,
  layersAtRequest,
  layersRequest,
  listingRequest,
  locateNodeRequest,
  modelChangedRequest,
  modelFiguresRequest,
  neighbourhoodRequest,
  newChipRequest,
  newMappingRequest,
  newSystemRequest,
  searchChipsRequest,
  nodeAtRequest,
  rankRequest,
  phasesRequest,
  whatIfRequest,
  rowsRequest,
  savedListingRequest,
  sparsityRequest,
  sourceCostsRequest,
  sourceNamesRequest,
  sourceOfNodeRequest,
  splitChoicesRequest,
  splitRequest,
  suggestionsRequest,
  summaryRequest,
} from '../protocol';
import type {
  ChoicesResult,
  ExportReportParams,
  ExportReportResult,
  ListingParams,
  ListingResult,
  RequestMethod,
  SavedListingResult,
} from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { inferSymbolic } from '../engine/inference/symbolic';
import { lineOf, nodeAtLine } from '../workspace/nodeIndex';
import { reportHeadOf, reportInput } from '../workspace/reports';
import { printReport } from '../printReport';
import { findSuggestions } from '../workspace/suggestions';
import { savedText } from '../workspace/savedText';
import { politeTo } from '../workspace/turns';
import { chipList } from './chipList';
import { chipChoices, choices, systemChoices } from './choices';
import { costDiff } from './costDiff';
import { costlyNode } from './costlyNode';
import { derivation } from './derivation';
import { problemText } from './diagnostics';
import type { Feature } from './feature';
import { handler, whileWanted } from './handler';
import { layers, layersAt } from './layers';
import { modelFigures } from './modelFigures';
import { modelName } from './names';
import { neighbourhood } from './neighbourhood';
import { newChip } from './newChip';
import { newMapping } from './newMapping';
import { newSystem } from './newSystem';
import { phases } from './phases';
import { variants } from './whatIf';
import { rankItems } from './rank';
import { rows } from './rows';
import type { ServerContext } from './context';
import { progressTo, sparsityPage } from './sparsityFeature';
import { sourceCosts, sourceNames, sourceOfNode } from './sourceLines';
import { splitChoices, splitPage } from './split';
import { suggestionItems } from './suggestionItems';
import { summary } from './summary';

/** Our own requests (protocol.ts). */
export const customRequestsFeature: Feature = {
  register: (context) => {
    registerListings(context);
    registerChips(context);
    registerModels(context);
  },
};

/** Connects a request; a fault is a line in the log and the answer is `fallback`. */
function on<P, R>(
  { connection, log }: ServerContext,
  method: RequestMethod<P, R>,
  fallback: R,
  run: (params: P, token: CancellationToken) => Promise<R> | R,
): void {
  connection.onRequest(
    method,
    handler(log, method, () => fallback, run),
  );
}

function registerListings(context: ServerContext): void {
  const { connection, editor, models } = context;
  const analysisOf = (uri: string, token: CancellationToken): Promise<Analysis | null> =>
    whileWanted(models.analysis(uri), token);
  // No default here: a listing that can't be made is a fault that the provider writes down itself.
  connection.onRequest(
    listingRequest,
    (params: ListingParams, token: CancellationToken): Promise<ListingResult> =>
      models.listing(params.uri, () => token.isCancellationRequested),
  );
  connection.onRequest(savedListingRequest, async ({ uri }: ListingParams): Promise<SavedListingResult> => {
    const { listing } = await models.served(uri);
    return { text: listing.state === 'unreadable' ? null : await savedText(listing, context.language()) };
  });
  on(context, modelChangedRequest, { changed: true }, async ({ uri }) => {
    const changed = await models.modelChanged(uri);
    // The same text may have other problems: a kept listing of a file that can't be read any more says so.
    if (!changed) editor.refreshOne('diagnostics');
    return { changed };
  });
  on(context, modelFiguresRequest, { key: null, figures: null, reason: null }, (params, token) =>
    modelFigures(context, params, token),
  );
  on(context, costDiffRequest, { total: null, lines: [] }, async ({ uri, before }, token) => {
    const [then, now] = await Promise.all([analysisOf(before, token), analysisOf(uri, token)]);
    return then && now ? costDiff(then, now, context.language()) : { total: null, lines: [] };
  });
  on(context, locateNodeRequest, { line: null }, async ({ uri, node }, token) => {
    const analysis = await analysisOf(uri, token);
    return { line: analysis && lineOf(analysis, node) };
  });
  on(context, nodeAtRequest, { node: null }, async ({ uri, line }, token) => {
    const analysis = await analysisOf(uri, token);
    return { node: analysis && nodeAtLine(analysis, line) };
  });
}

/** Characters of a query that count: nobody's words for a chip are longer. */
const longestQuery = 200;

function registerChips(context: ServerContext): void {
  on(context, chipsRequest, { chips: [], systems: [] }, async () => {
    const { catalogue } = await context.chips();
    return {
      chips: chipChoices(catalogue, context.language()),
      systems: systemChoices(await context.own.systems.all(), catalogue, context.language()),
    };
  });
  on(context, searchChipsRequest, { found: [], related: [], systems: [] }, async ({ query }) => {
    const words = query.slice(0, longestQuery);
    const { found, related } = searchChips(words, (await context.chips()).catalogue.chips);
    const systems = searchSystems(words, await context.own.systems.all());
    const [chipIds, otherIds, systemIds] = [found, related, systems].map((list) => list.map(({ id }) => id));
    return { found: chipIds!, related: otherIds!, systems: systemIds! };
  });
  on(context, newChipRequest, { id: '', text: null }, async (params) =>
    newChip(params, (await context.chips()).catalogue),
  );
  on(context, newSystemRequest, { id: '', text: null }, async (params) =>
    newSystem(params, await context.own.systems.all()),
  );
}

/** Requests about a model rather than a text: answered from the latest state, with an error where there is none. */
function registerModels(context: ServerContext): void {
  const { language, settings } = context;
  onModel(context, sparsityRequest, async (analysis, { uri }, scheduler) => ({
    text: await sparsityPage(analysis, context.files, language(), scheduler, progressTo(context, uri)),
  }));
  onModel(context, rankRequest, (analysis, params, scheduler) =>
    rankItems(analysis, params, language(), scheduler),
  );
  onModel(context, phasesRequest, (analysis, params, scheduler) => phases(analysis, params, scheduler));
  onModel(context, whatIfRequest, (analysis, params, scheduler) => variants(analysis, params, scheduler));
  const own = async () => {
    const mappings = [...(await context.own.mappings.all()).keys()];
    return { systems: await context.own.systems.all(), mappings };
  };
  onModel(context, newMappingRequest, async (analysis, params, scheduler) =>
    newMapping(analysis, params, await own(), language(), scheduler),
  );
  onModel(context, splitRequest, async (analysis, params, scheduler) => {
    const text = await splitPage(analysis, params, (await own()).systems, language(), scheduler);
    context.editor.refreshOne('codeLens');
    return { text };
  });
  onModel(context, splitChoicesRequest, async ({ catalogue }) =>
    splitChoices(catalogue, (await own()).systems, language()),
  );
  const chosen = async (analysis: Analysis): Promise<ChoicesResult> => {
    return choices(analysis, await own(), settings.keyOf(analysis.listing.modelUri), language());
  };
  // Fewer chips are the way out where there are no costs.
  onModel(context, choicesRequest, chosen, false);
  onModel(context, suggestionsRequest, async (analysis, _params, scheduler) => {
    await findSuggestions(analysis, scheduler);
    return {
      key: settings.keyOf(analysis.listing.modelUri),
      chip: analysis.chips[0]?.chip.name ?? '',
      suggestions: suggestionItems(analysis, language()),
    };
  });
  onModel(context, summaryRequest, (analysis, _params, scheduler) =>
    runPolitely(summary(analysis, reportHeadOf(analysis, language()), language()), scheduler),
  );
  onModel(context, rowsRequest, (analysis, params, scheduler) =>
    runPolitely(rows(analysis, params), scheduler),
  );
  onModel(context, costlyNodeRequest, (analysis, params, scheduler) =>
    runPolitely(costlyNode(analysis, params, language()), scheduler),
  );
  onModel(context, layersRequest, async (analysis, place, scheduler) => ({
    layers: await runPolitely(layers(analysis, place, language()), scheduler),
  }));
  onModel(context, layersAtRequest, async (analysis, { node }, scheduler) => ({
    layers: await runPolitely(layersAt(analysis, node, language()), scheduler),
  }));
  onModel(context, sourceCostsRequest, (analysis, params, scheduler) =>
    runPolitely(sourceCosts(analysis, params, language()), scheduler),
  );
  onModel(
    context,
    sourceNamesRequest,
    async (analysis, _params, scheduler) => ({
      names: await runPolitely(sourceNames(analysis), scheduler),
    }),
    false,
  );
  onModel(context, sourceOfNodeRequest, (analysis, { line }) => sourceOfNode(analysis, line), false);
  onModel(context, derivationRequest, (analysis, params, scheduler) =>
    runPolitely(derivation(analysis, params, context.language()), scheduler),
  );
  onModel(context, neighbourhoodRequest, (analysis, params, scheduler) =>
    runPolitely(neighbourhood(analysis, params), scheduler),
  );
  onModel(
    context,
    chipListRequest,
    async (analysis) => chipList(analysis, await context.own.chips.addressById(), language()),
    false,
  );
  onModel(context, exportReportRequest, (analysis, params, scheduler) =>
    exported(context, analysis, params, scheduler),
  );
}

function onModel<P extends { readonly uri: string }, R>(
  context: ServerContext,
  method: RequestMethod<P, R>,
  run: (analysis: Analysis, params: P, scheduler: Scheduler) => Promise<R> | R,
  needsCosts = true,
): void {
  const { connection, log, models, working, language } = context;
  const failure = (text: string): ResponseError<void> => new ResponseError(LSPErrorCodes.RequestFailed, text);
  const failed = (uri: string): ResponseError<void> => {
    const key = working.withheld(uri) ? 'status.withheld' : 'status.failed';
    return failure(message(language(), key, { model: modelName(uri) }));
  };
  const answer = async (params: P, token: CancellationToken): Promise<R | ResponseError<void>> => {
    const analysis = await whileWanted(models.latest(params.uri), token);
    if (!analysis) return failed(params.uri);
    if (analysis.refusal && needsCosts) return failure(problemText(analysis.refusal, language()));
    return working.during(params.uri, () => run(analysis, params, politeTo(token)));
  };
  connection.onRequest(
    method,
    handler(log, method, ({ uri }: P) => failed(uri), answer),
  );
}

async function exported(
  { editor, language }: ServerContext,
  analysis: Analysis,
  { format, export: id }: ExportReportParams,
  scheduler: Scheduler,
): Promise<ExportReportResult> {
  const { model } = analysis.listing;
  const { bindings } = analysis.choices.workload;
  const symbolic = format === 'json' ? await inferSymbolic(model, bindings, scheduler) : undefined;
  const input = { ...reportInput(analysis, language()), ...(symbolic && { symbolic }) };
  let chunks = 0;
  for await (const text of printReport(input, format, language(), scheduler)) {
    // Answered when it is written: what is made ahead would pile up.
    await editor.ask(exportChunkRequest, { export: id, text });
    chunks++;
  }
  return { chunks };
}
