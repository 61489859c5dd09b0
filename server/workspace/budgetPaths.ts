import { isModelCommandPath } from '../../modelFormats/names';
import type { Budget } from '../engine/budgets/load';
import { matchesGlob } from './glob';

/** Whether a document is a budget file, by its address. */
export function isBudgetFile(uri: string): boolean {
  return /\/\.siliconlens\/budget\.json$|[^/]\.budget\.json$/i.test(uri);
}

/** The address of the folder from which a budget file's globs go: its own, of `.siliconlens/budget.json` the one around that. */
export function budgetRoot(uri: string): string {
  return uri.replace(/\/[^/]*$/, '').replace(/\/\.siliconlens$/, '');
}

/** Whether a glob of a budget file names a model, both from its root. */
export function globMatches(glob: string, path: string): boolean {
  return isModelCommandPath(path) && matchesGlob(glob.replace(/^\.\//, ''), path);
}

/** Whether a budget names a model by one of its globs. */
export function isNamed(path: string, { models }: Pick<Budget, 'models'>): boolean {
  return models.some((glob) => globMatches(glob, path));
}
