import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Language } from '../../../l10n/language';
import { problemMessage } from '../../../l10n/problems';
import type { BudgetFile } from '../../engine/budgets/budgetFacts';
import { loadBudgets, mostBudgetBytes, type Budget } from '../../engine/budgets/load';
import type { ChipProblem } from '../../engine/chips/schemaCheck';
import { parseJson, parseJsonWithComments, type JsonText, type Path } from '../../engine/json';
import { problem, type Problem } from '../../engine/problem';
import { budgetRoot } from '../../workspace/budgetPaths';
import type { Arguments } from '../arguments';
import { ChipChoice } from '../chipChoice';
import { failed, usage, type Failure } from '../failure';
import { readText } from '../openModel';
import { SystemChoice } from '../systemChoice';

/** A place in a text, both from 1. */
interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** A budget file with what it names. */
export interface GivenBudgets {
  readonly path: string;
  /** The folder from which its globs go. */
  readonly root: string;
  readonly budgets: readonly Budget[];
  readonly baseline: BudgetFile['baseline'] | null;
  readonly chips: ChipChoice;
  /** Where something stands in it. */
  readonly placeOf: (path: Path) => TextPlace;
}

/** What `--budget` names. Throws what is wrong with it, with the place. */
export async function budgetsOf(words: Arguments, language: Language): Promise<GivenBudgets> {
  const path = words.text('budget');
  if (path === undefined) throw usage('cli.check.noBudget', { command: words.command });
  const { text, json } = await readJson(path, language, mostBudgetBytes, true);
  const chips = await ChipChoice.here(language);
  const systems = await SystemChoice.here(language, chips);
  const known = {
    chip: (id: string) => chips.byId(id),
    system: (id: string) => systems.all.find((system) => system.id === id),
  };
  const { budgets, baseline, problems } = loadBudgets(json.value, known);
  if (!budgets) throw brokenAt(path, text, json, problems[0], language);
  const placeOf = (of: Path): TextPlace => placeIn(text, json.spanOf(of, true).start);
  return {
    path,
    root: fileURLToPath(budgetRoot(pathToFileURL(resolve(path)).href)),
    budgets,
    baseline,
    chips,
    placeOf,
  };
}

/**
 * A JSON file that the user names. Throws what is wrong with it, with the line.
 * @param isLenient comments are allowed, as in settings
 */
export async function readJson(
  path: string,
  language: Language,
  mostBytes: number,
  isLenient = false,
): Promise<{ readonly text: string; readonly json: JsonText }> {
  const text = (await readText(path, mostBytes)).replace(/^\uFEFF/, '');
  const parsed = isLenient ? parseJsonWithComments(text) : parseJson(text);
  if (parsed.ok) return { text, json: parsed.json };
  const fault = problem('error', `chip.${parsed.fault}`, {});
  throw broken(path, placeIn(text, parsed.at.start), fault, language);
}

/** The first thing that is wrong with a JSON file, at its place. */
export function brokenAt(
  path: string,
  text: string,
  json: JsonText,
  fault: ChipProblem | undefined,
  language: Language,
): Failure {
  return broken(path, placeIn(text, json.spanOf(fault?.path ?? [], fault?.ofKey).start), fault, language);
}

function broken(
  path: string,
  { line, column }: TextPlace,
  fault: Problem | undefined,
  language: Language,
): Failure {
  const message = fault ? problemMessage(language, fault) : '';
  return failed('cli.error.model', { path: `${path}:${line}:${column}`, message });
}

function placeIn(text: string, at: number): TextPlace {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
