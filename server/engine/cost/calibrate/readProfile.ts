import { problem } from '../../problem';
import type { ArgsOf, ProblemCode } from '../../problem';
import type { Scheduler } from '../../scheduler';
import { readTable } from './measuredTable';
import { isObject, OrtTrace, type Json } from './ortTrace';
import { profileLimits, type ReadProfile } from './measurement';
import { trtLayers, trtProfile } from './trtProfile';

/** What a profile is read with, besides its text. */
export interface ProfileOptions {
  /** Where it is from, as residuals and overlays name it: usually the file's name. */
  readonly origin: string;
  /** The text of the file that `trtexec --exportLayerInfo` wrote beside a profile. */
  readonly layers?: string;
}

/**
 * Reads measured times from the text of a file, whichever kind it is: a trace of ONNX Runtime's profiler (also one that
 * was cut off, as a crash leaves it), a file of `trtexec --exportProfile`, or a CSV (see `readTable`). The text may be
 * hostile: sizes and counts are capped (`profileLimits`), nothing is thrown but a `CancelledError`. Call it with the
 * whole text, then lay the result over a plan with `matchProfile`:
 *
 *     const { profile, problems } = await readProfile(text, { origin: 'run.json' }, scheduler);
 *     const matched = profile && matchProfile(inference, plan, profile, { precisionOf: (k) => cost.kernels[k].precision });
 */
export async function readProfile(
  text: string,
  options: ProfileOptions,
  scheduler: Scheduler,
): Promise<ReadProfile> {
  if (text.length > profileLimits.characters)
    return failure('profile.too-large', { limit: profileLimits.characters / 2 ** 20 });
  const begin = /^\uFEFF?\s*(\S)/.exec(text.slice(0, 4096))?.[1];
  if (begin === undefined) return failure('profile.empty', {});
  if (begin !== '[' && begin !== '{') return readTable(text, options.origin, scheduler);
  const found = await gather(text, scheduler);
  if (!found.trace.isEmpty) {
    const read = found.trace.finish();
    return found.isCut
      ? { ...read, problems: [...read.problems, problem('information', 'profile.cut-off', {})] }
      : read;
  }
  if (found.layers.length > 0) {
    const layers = options.layers === undefined ? undefined : trtLayers(parsed(options.layers));
    return trtProfile(found.layers, layers);
  }
  return failure('profile.unknown', {});
}

function failure<C extends ProblemCode>(code: C, args: ArgsOf<C>): ReadProfile {
  return { profile: null, problems: [problem('error', code, args)] };
}

interface Gathered {
  readonly trace: OrtTrace;
  readonly layers: Json[];
  isCut: boolean;
}

/** Both writers put one entry on a line, so that no more than a line has to be parsed at once. */
async function gather(text: string, scheduler: Scheduler): Promise<Gathered> {
  const found: Gathered = { trace: new OrtTrace(), layers: [], isCut: false };
  let count = 0;
  for (let at = 0; at < text.length && count < profileLimits.events;) {
    const pause = scheduler.tick();
    if (pause) await pause;
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const line = end - at <= profileLimits.line ? text.slice(at, end) : '';
    const entry = entryOf(line);
    if (entry === undefined) found.isCut ||= newline === -1 && line.includes('{');
    else if (take(found, entry)) count++;
    at = end + 1;
  }
  if (count === 0) await gatherWhole(text, found, scheduler);
  return found;
}

/** The object that a line holds between commas; undefined for brackets, for other text and for half an object. */
function entryOf(line: string): unknown {
  // Loops instead of patterns: a line may be a megabyte of commas.
  let start = 0;
  while (start < line.length && ' \t\r\uFEFF,['.includes(line[start]!)) start++;
  let end = line.length;
  while (end > start && ' \t\r,]'.includes(line[end - 1]!)) end--;
  return line[start] === '{' && line[end - 1] === '}' ? parsed(line.slice(start, end)) : undefined;
}

function take(found: Gathered, entry: unknown): boolean {
  if (!isObject(entry)) return false;
  if (typeof entry['cat'] === 'string') found.trace.add(entry);
  else if (typeof entry['averageMs'] === 'number' || typeof entry['count'] === 'number')
    found.layers.push(entry);
  else return false;
  return true;
}

/** Files that another tool has laid out anew: one line, or indented. */
async function gatherWhole(text: string, found: Gathered, scheduler: Scheduler): Promise<void> {
  if (text.length > profileLimits.wholeCharacters) return;
  const json = parsed(text);
  const events: unknown = isObject(json) ? json['traceEvents'] : json;
  if (!Array.isArray(events)) return;
  for (const event of events.slice(0, profileLimits.events) as unknown[]) {
    const pause = scheduler.tick();
    if (pause) await pause;
    take(found, event);
  }
}

/** Undefined for text that is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
