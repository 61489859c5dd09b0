import { costsOn, prepare } from '../../../../server/engine/analyse';
import { chipById } from '../../../../server/engine/chips/catalogue';
import { wholeTotal } from '../../../../server/engine/cost/totals';
import { samplesPerRun } from '../../../../server/engine/cost/samples';
import type { Model } from '../../../../server/engine/graph/model';
import { changed } from '../../../../server/engine/mapping/suggest/command';
import { suggest } from '../../../../server/engine/mapping/suggest/suggest';
import type { Situation } from '../../../../server/engine/mapping/suggest/trial';
import type { Option, Suggestion, SuggestionCode } from '../../../../server/engine/mapping/suggest/types';
import { uninterrupted } from '../../../../server/engine/scheduler';
import type { Workload } from '../../../../server/engine/workload';
import { situationOf } from './situations';

/** Chips of twelve classes and kinds. */
export const judgedChips = [
  'nvidia-jetson-agx-orin-64gb',
  'nvidia-h100-sxm',
  'nvidia-rtx-4090',
  'intel-xeon-8480',
  'qualcomm-snapdragon-8gen3-hexagon',
  'apple-m4-ane',
  'google-tpu-v5e',
  'graphcore-ipu-gc200',
  'groq-lpu-v1',
  'xilinx-versal-vck190',
  'intel-habana-gaudi2',
  'arm-cortex-m7',
] as const;

/** One way that was promised to gain something, and what it gains. */
interface Kept {
  readonly what: string;
  readonly promised: Option['gain'];
  /** Seconds of a run, or of each sample in it; null is unknown. */
  readonly seconds: number | null;
  readonly bytes: number | null;
}

/** What came of making the suggestions for a model on a chip. */
interface Judged {
  /** Codes of what is suggested. */
  readonly codes: readonly SuggestionCode[];
  /** How many settings were made. */
  readonly made: number;
  /** What is wrong: empty where all promises are kept. */
  readonly broken: readonly string[];
}

/** Makes every setting that is suggested for a model on a chip. */
export async function judgePromises(
  model: Model,
  chip: string,
  workload: Partial<Workload>,
): Promise<Judged> {
  const situation = await situationOf(model, chip, workload);
  const suggestions = await suggest(situation);
  const wrong = contradictions(suggestions);
  let made = 0;
  for (const one of suggestions)
    for (const option of [one, ...one.others]) {
      const kept = await applied(situation, option);
      if (!kept) continue;
      made++;
      wrong.push(...brokenBy(kept));
    }
  const codes = suggestions.map(({ code }) => code);
  return { codes, made, broken: wrong.map((text) => `${chip}: ${text}`) };
}

/** More than seven, not by saving, or two about one matter. */
function contradictions(suggestions: readonly Suggestion[]): string[] {
  const wrong: string[] = [];
  if (suggestions.length > 7) wrong.push(`${suggestions.length} suggestions`);
  const settings = suggestions.map(({ change }) => change.kind).filter((kind) => kind !== 'graph');
  if (new Set(settings).size < settings.length) wrong.push(`one setting twice: ${settings.join()}`);
  const edited = suggestions
    .filter(({ change }) => change.kind === 'graph')
    .flatMap(({ nodes }) => [...new Set(nodes)]);
  if (new Set(edited).size < edited.length) wrong.push('one node edited twice');
  const shares = suggestions
    .filter(({ code }) => code !== 'does-not-fit')
    .map(({ gain, seconds }) => (gain.seconds && seconds.before ? gain.seconds.value / seconds.before : 0));
  if (shares.some((share, at) => at > 0 && share > shares[at - 1]! + 1e-12)) wrong.push('not by saving');
  return wrong;
}

/** The setting is made and the model analysed from the beginning; null for what is no setting. */
async function applied({ prepared, analysis }: Situation, option: Option): Promise<Kept | null> {
  const { change } = option;
  if (change.kind === 'graph' || change.kind === 'flag') return null;
  // What another chip takes is told only where it is compared.
  if (change.kind === 'chip' && option.gain.seconds === null) return null;
  const after = await prepare(prepared.model, changed(prepared.workload, change), uninterrupted);
  const chip = chipById(change.kind === 'chip' ? change.value : analysis.chip.id)!;
  const found = await costsOn(after, chip, uninterrupted);
  const time = (of: Situation['analysis'], samples: number): number | null => {
    const total = wholeTotal(of.cost.total.latencySeconds);
    return total && total.value / (option.gain.isPerSample ? samples : 1);
  };
  const [first, second] = [
    time(analysis, samplesPerRun(prepared.inference)),
    time(found, samplesPerRun(after.inference)),
  ];
  const [before, now] = [analysis.fit.highWaterBytes, found.fit.highWaterBytes];
  return {
    what: JSON.stringify(change),
    promised: option.gain,
    seconds: first === null || second === null ? null : first - second,
    bytes: before === null || now === null ? null : before - now,
  };
}

function brokenBy({ what, promised, seconds, bytes }: Kept): string[] {
  const wrong: string[] = [];
  if (promised.bytes !== bytes) wrong.push(`${what}: ${bytes} bytes instead of ${promised.bytes}`);
  if (promised.seconds === null || seconds === null) {
    if (promised.seconds !== seconds)
      wrong.push(`${what}: ${seconds} s, promised ${promised.seconds?.value ?? null}`);
    return wrong;
  }
  const { low, high, value } = promised.seconds;
  const slack = 1e-9 * Math.abs(seconds);
  if (seconds < low - slack || seconds > high + slack)
    wrong.push(`${what}: ${seconds} s, promised ${low} to ${high}`);
  if (Math.abs(seconds - value) > slack) wrong.push(`${what}: ${seconds} s, promised ${value}`);
  return wrong;
}
