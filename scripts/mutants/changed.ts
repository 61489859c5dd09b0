import { execFileSync } from 'node:child_process';

/** Paths that differ from `main`; on `main` itself, from the state before the last merge. */
export function changedFiles(root: string): string[] {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const attempt = (...args: string[]): string | null => {
    try {
      return git(...args) || null;
    } catch {
      return null;
    }
  };
  const head = git('rev-parse', 'HEAD');
  const main = attempt('merge-base', 'HEAD', 'main') ?? attempt('merge-base', 'HEAD', 'origin/main');
  const base = main && main !== head ? main : lastMergeBase(head, attempt);
  if (base === null) return [];
  return git('diff', '--name-only', base).split('\n').filter(Boolean);
}

/** Before the last merge where it is the newest commit, else the merge itself; without merges, the commit before. */
function lastMergeBase(head: string, attempt: (...args: string[]) => string | null): string | null {
  const merge = attempt('rev-list', '--merges', '--first-parent', '--max-count=1', 'HEAD');
  return merge === null || merge === head ? attempt('rev-parse', 'HEAD^1') : merge;
}
