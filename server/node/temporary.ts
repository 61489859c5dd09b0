import { unlinkSync } from 'node:fs';

/** Files that nobody wants if the process ends now. */
const unfinished = new Set<string>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Removes a file if the process is ended before it is finished, by a signal or otherwise.
 * @returns to be called when the file is finished or gone
 */
export function removedAtEnd(path: string): () => void {
  if (unfinished.size === 0) {
    process.on('exit', removeAll);
    for (const signal of signals) process.on(signal, end);
  }
  unfinished.add(path);
  return () => {
    if (unfinished.delete(path) && unfinished.size === 0) forget();
  };
}

function forget(): void {
  process.off('exit', removeAll);
  for (const signal of signals) process.off(signal, end);
}

function removeAll(): void {
  for (const path of unfinished) {
    try {
      unlinkSync(path);
    } catch {
      // It was not there yet, or has its place already.
    }
  }
  unfinished.clear();
}

/** Cleans up and lets the signal do what it does without us. */
function end(signal: NodeJS.Signals): void {
  removeAll();
  forget();
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
