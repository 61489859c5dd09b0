import { costsOn, prepare } from '../../../../server/engine/analyse';
import { chipById } from '../../../../server/engine/chips/catalogue';
import type { Chip } from '../../../../server/engine/chips/chip';
import { parseOnnxText } from '../../../../server/engine/formats/onnxText/parse';
import type { Model } from '../../../../server/engine/graph/model';
import { suggest } from '../../../../server/engine/mapping/suggest/suggest';
import type { Situation } from '../../../../server/engine/mapping/suggest/trial';
import type { Suggestion, SuggestionCode } from '../../../../server/engine/mapping/suggest/types';
import { uninterrupted } from '../../../../server/engine/scheduler';
import type { Workload } from '../../../../server/engine/workload';

const plain: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };

/** A model of a text; its header is that of opset 21 unless it has one. */
export async function modelOf(text: string): Promise<Model> {
  const whole = text.trimStart().startsWith('<')
    ? text
    : `<ir_version: 10, opset_import: ["": 21, "com.microsoft": 1]>\n${text}`;
  const { value, problems } = await parseOnnxText(whole, uninterrupted);
  const error = problems.find(({ severity }) => severity === 'error');
  if (!value || error) throw new Error(JSON.stringify(error));
  return value;
}

/** A model on a chip of the catalogue, or on another one. */
export async function situationOf(
  model: Model,
  chip: string | Chip,
  workload: Partial<Workload> = {},
): Promise<Situation> {
  const prepared = await prepare(model, { ...plain, ...workload }, uninterrupted);
  const found = typeof chip === 'string' ? chipById(chip)! : chip;
  const analysis = await costsOn(prepared, found, uninterrupted);
  return { prepared, analysis, scheduler: uninterrupted };
}

/** What is suggested for a model that is written as text. */
export async function suggested(
  text: string,
  chip: string | Chip,
  workload: Partial<Workload> = {},
): Promise<readonly Suggestion[]> {
  return suggest(await situationOf(await modelOf(text), chip, workload));
}

/** The suggestion of a code; throws where there is none. */
export function ofCode(suggestions: readonly Suggestion[], code: SuggestionCode): Suggestion {
  const found = suggestions.find((one) => one.code === code);
  if (!found) throw new Error(`no ${code} in ${suggestions.map((one) => one.code).join(', ') || 'nothing'}`);
  return found;
}

/** The share of the time that a suggestion takes away. */
export function shareOf({ gain, seconds }: Suggestion): number {
  return gain.seconds!.value / seconds.before!;
}

/** A number of a suggestion's texts. */
export function factOf({ facts }: Suggestion, name: string): number | string | undefined {
  return facts[name]?.value;
}
