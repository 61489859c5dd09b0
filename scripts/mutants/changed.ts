import { execFileSync, type StdioOptions } from 'node:child_process';

/** Paths that differ from `main`; on `main` itself, from the state before the last merge. None where there is no history. */
export function changedFiles(root: string): string[] {
  const attempt = (...args: string[]): string | null => {
    try {
      const stdio: StdioOptions = ['ignore', 'pipe', 'ignore'];
      return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio }).trim() || null;
    } catch {
      return null;
    }
  };
  const head = attempt('rev-parse', 'HEAD');
  if (head === null) return [];
  const main = attempt('merge-base', 'HEAD', 'main') ?? attempt('merge-base', 'HEAD', 'origin/main');
  const base = main && main !== head ? main : lastMergeBase(head, attempt);
  if (base === null) return [];
  return attempt('diff', '--name-only', base)?.split('\n') ?? [];
}

/** Before the last merge where it is the newest commit, else the merge itself; without merges, the commit before. */
function lastMergeBase(head: string, attempt: (...args: string[]) => string | null): string | null {
  const merge = attempt('rev-list', '--merges', '--first-parent', '--max-count=1', 'HEAD');
  return merge === null || merge === head ? attempt('rev-parse', 'HEAD^1') : merge;
}
