import { relative, resolve, sep } from 'node:path';
import type { Budget } from '../../engine/budgets/load';
import { filesBelow } from '../../node/filesBelow';
import { isNamed } from '../../workspace/budgetPaths';

/** A model with the budgets that name it. */
export interface MatchedModel {
  /** From the root of the budget file, with slashes. */
  readonly path: string;
  readonly budgets: readonly Budget[];
}

/**
 * The models below a root that budgets name, in the order of their paths. Folders that are links are not followed.
 * @param within files and folders, from the folder that the command was called in: only models in them; none: all
 */
export async function matchedModels(
  root: string,
  budgets: readonly Budget[],
  within: readonly string[],
): Promise<readonly MatchedModel[]> {
  const only = within.map((path) => slashed(relative(root, resolve(path))));
  const paths = (await filesBelow(root)).filter((path) => isIn(path, only)).sort();
  return paths
    .map((path) => ({ path, budgets: budgets.filter((budget) => isNamed(path, budget)) }))
    .filter((model) => model.budgets.length > 0);
}

function isIn(path: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some((one) => one === '' || path === one || path.startsWith(`${one}/`));
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}
