import { LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { CancellationToken } from 'vscode-languageserver';
import { message } from '../../l10n/messages';
import { runPolitely } from '../engine/scheduler';
import type { Scheduler } from '../engine/scheduler';
import {
  chipsRequest,
  choicesRequest,
  exportChunkRequest,
  exportReportRequest,
  listingRequest,
  locateNodeRequest,
  modelChangedRequest,
  newChipRequest,
  nodeAtRequest,
  rowsRequest,
  sparsityRequest,
  summaryRequest,
} from '../protocol';
import type {
  ChoicesParams,
  ChoicesResult,
  ExportChunkParams,
  ExportReportParams,
  ExportReportResult,
  ListingParams,
  ListingResult,
  RequestMethod,
} from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { inferSymbolic } from '../engine/inference/symbolic';
import { lineOf, nodeAtLine } from '../workspace/nodeIndex';
import { reportHeadOf, reportInput } from '../workspace/reports';
import { printReport } from '../printReport';
import { politeTo } from '../workspace/turns';
import { chipChoices, choices } from './choices';
import { problemText } from './diagnostics';
import { ask, describe, handler, whileWanted } from './handler';
import { modelName } from './names';
import { newChip } from './newChip';
import { rows } from './rows';
import type { ServerContext } from './context';
import { progressTo, sparsityPage } from './sparsity';
import { summary } from './summary';

/** Connects our own requests (protocol.ts) with the features. */
export function registerCustomRequests(context: ServerContext): void {
  const { connection, models, settings, log, language } = context;

  const on = <P, R>(
    method: RequestMethod<P, R>,
    fallback: R,
    run: (params: P, token: CancellationToken) => Promise<R> | R,
  ): void => {
    connection.onRequest(
      method,
      handler(log, method, () => fallback, run),
    );
  };
  const refreshProblems = (): void => {
    connection.languages.diagnostics.refresh().catch((error: unknown) => log.error(describe(error)));
  };
  const analysisOf = (uri: string, token: CancellationToken): Promise<Analysis | null> =>
    whileWanted(models.analysis(uri), token);

  // No default here: a listing that can't be made is a fault that the provider writes down itself.
  connection.onRequest(
    listingRequest,
    (params: ListingParams, token: CancellationToken): Promise<ListingResult> =>
      models.listing(params.uri, () => token.isCancellationRequested),
  );
  on(modelChangedRequest, { changed: true }, async ({ uri }) => {
    const changed = await models.modelChanged(uri);
    // The same text may have other problems: a kept listing of a file that can't be read any more says so.
    if (!changed) refreshProblems();
    return { changed };
  });
  on(locateNodeRequest, { line: null }, async ({ uri, node }, token) => {
    const analysis = await analysisOf(uri, token);
    return { line: analysis && lineOf(analysis, node) };
  });
  on(nodeAtRequest, { node: null }, async ({ uri, line }, token) => {
    const analysis = await analysisOf(uri, token);
    return { node: analysis && nodeAtLine(analysis, line) };
  });
  on(chipsRequest, { chips: [] }, async () => ({
    chips: chipChoices((await context.chips()).catalogue, language()),
  }));
  on(newChipRequest, { id: '', text: null }, async (params) =>
    newChip(params, (await context.chips()).catalogue),
  );
  const failure = (uri: string): ResponseError<void> =>
    new ResponseError<void>(
      LSPErrorCodes.RequestFailed,
      message(language(), context.working.withheld(uri) ? 'status.withheld' : 'status.failed', {
        model: modelName(uri),
      }),
    );
  /** Requests about a model rather than a text: answered from the latest state, with an error where there is none. */
  const onModel = <P extends { readonly uri: string }, R>(
    method: RequestMethod<P, R>,
    run: (analysis: Analysis, params: P, scheduler: Scheduler) => Promise<R> | R,
    needsCosts = true,
  ): void => {
    const answer = async (params: P, token: CancellationToken): Promise<R | ResponseError<void>> => {
      const analysis = await whileWanted(models.latest(params.uri), token);
      if (!analysis) return failure(params.uri);
      if (!analysis.refusal || !needsCosts)
        return context.working.during(params.uri, () => run(analysis, params, politeTo(token)));
      const why = problemText(analysis.refusal, language());
      return new ResponseError<void>(LSPErrorCodes.RequestFailed, why);
    };
    connection.onRequest(
      method,
      handler(log, method, ({ uri }: P) => failure(uri), answer),
    );
  };
  onModel(sparsityRequest, async (analysis, { uri }, scheduler) => ({
    text: await sparsityPage(analysis, context.files, language(), scheduler, progressTo(context, uri)),
  }));
  const chosen = (analysis: Analysis, _params: ChoicesParams): ChoicesResult =>
    choices(analysis, settings.keyOf(analysis.listing.modelUri), language());
  // Fewer chips are the way out where there are no costs.
  onModel(choicesRequest, chosen, false);
  onModel(summaryRequest, (analysis, _params, scheduler) =>
    runPolitely(summary(analysis, reportHeadOf(analysis, language()), language()), scheduler),
  );
  onModel(rowsRequest, (analysis, params, scheduler) => runPolitely(rows(analysis, params), scheduler));
  const exported = async (
    analysis: Analysis,
    { format, export: id }: ExportReportParams,
    scheduler: Scheduler,
  ): Promise<ExportReportResult> => {
    const { model } = analysis.listing;
    const { bindings } = analysis.choices.workload;
    const symbolic = format === 'json' ? await inferSymbolic(model, bindings, scheduler) : undefined;
    const input = { ...reportInput(analysis, language()), ...(symbolic && { symbolic }) };
    let chunks = 0;
    for await (const text of printReport(input, format, language(), scheduler)) {
      const params: ExportChunkParams = { export: id, text };
      // Answered when it is written: what is made ahead would pile up.
      await ask(connection, exportChunkRequest, params);
      chunks++;
    }
    return { chunks };
  };
  onModel(exportReportRequest, exported);
}
