import type { CancellationToken } from 'vscode-languageserver';
import type { ModelFigures, ModelFiguresParams, ModelFiguresResult, ModelOnChip } from '../protocol';
import { message } from '../../l10n/server';
import { runPolitely } from '../engine/scheduler';
import { platform } from '../platform';
import type { Analysis } from '../workspace/analysis';
import { chosenChips, chosenHost } from '../workspace/chosenChips';
import { digestSteps } from '../workspace/modelDigest';
import { reportHeadOf } from '../workspace/reports';
import type { Served } from '../workspace/served';
import { politeTo } from '../workspace/turns';
import { dimensionChoices } from './choices';
import type { ServerContext } from './context';
import { problemText } from './diagnostics';
import { whileWanted } from './handler';
import { modelName } from './names';

/** The figures of a model for a list of many, unless those from before still hold. */
export async function modelFigures(
  context: ServerContext,
  { uri, known }: ModelFiguresParams,
  token: CancellationToken,
): Promise<ModelFiguresResult> {
  const { models, language } = context;
  const served = await models.served(uri);
  const { listing } = served;
  const none = (reason: string): ModelFiguresResult => ({ key: null, figures: null, reason });
  const failed = (): ModelFiguresResult =>
    none(message(language(), 'status.failed', { model: modelName(uri) }));
  if (listing.state === 'unreadable') {
    const [first] = listing.problems;
    return first ? none(problemText(first, language())) : failed();
  }
  const key = await keyOf(context, served, token);
  if (key === known) return { key, figures: null, reason: null };
  const analysis = await whileWanted(models.latest(uri), token);
  if (!analysis) return failed();
  if (analysis.refusal) return none(problemText(analysis.refusal, language()));
  return { key, figures: figuresOf(context, analysis), reason: null };
}

/** A digest of the model and of all that its figures depend on, but for the version of the product. */
async function keyOf(
  { settings, own, language }: ServerContext,
  { listing }: Served,
  token: CancellationToken,
): Promise<string> {
  const choices = await settings.choices(listing.modelUri);
  const { catalogue, systems, mappings } = await own.surroundings(choices.customChips);
  const facts = {
    model: await runPolitely(digestSteps(listing.model), politeTo(token)),
    choices,
    chips: chosenChips(choices.chips, catalogue).chips,
    host: chosenHost(choices, catalogue),
    systems,
    mappings: [...mappings],
    // Names of chips are in it.
    language: language(),
  };
  const hash = platform().newHash();
  hash.update(JSON.stringify(facts));
  return hash.end();
}

function figuresOf({ language }: ServerContext, analysis: Analysis): ModelFigures {
  const { model, chips } = reportHeadOf(analysis, language());
  const assumed = dimensionChoices(analysis)
    .filter(({ origin, value }) => origin === 'default' && value !== null)
    .map(({ name, value }) => `${name} = ${value}`);
  return {
    parameters: model.parameters,
    ...(model.isLowerBound && { isLowerBound: true }),
    assumed,
    chips: chips.map(({ id, name, total: { latencySeconds }, memory }): ModelOnChip => {
      const { highWaterBytes, leastBytes, mostBytes, capacityBytes, streamedBytes, fits, fitsUnknown } =
        memory;
      return {
        id,
        name,
        latencySeconds,
        memory: { highWaterBytes, leastBytes, mostBytes, capacityBytes, streamedBytes, fits, fitsUnknown },
      };
    }),
  };
}
