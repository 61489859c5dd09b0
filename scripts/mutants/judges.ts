import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromJudge, ObservedFile, ToJudge } from './messages';
import type { Trial } from './trials';

/** The argument by which a process of this program knows that it is a judge. */
export const judgeArgument = '--judge';

/** A judge of its own process: a mutant may run without an end, or take all memory. */
export class Judge {
  private child: ChildProcess | null = null;

  constructor(
    private readonly root: string,
    private readonly woven: ReadonlyMap<string, string>,
  ) {}

  async observe(file: string): Promise<ObservedFile> {
    const answer = await this.ask({ kind: 'observe', file });
    if (answer?.kind === 'observed') return answer.file;
    return { path: file, broken: 'it comes to no end', failed: [], seconds: 0, outside: [], tests: [] };
  }

  /** Whether a test notices the mutant, one by having no end, and how long a processor was at it. */
  async catches(mutant: number, file: Trial): Promise<{ isCaught: boolean; seconds: number }> {
    const most = 10 + 5 * file.seconds;
    const answer = await this.ask({ kind: 'judge', mutant, file, seconds: most });
    if (answer?.kind !== 'judged') return { isCaught: true, seconds: most };
    return { isCaught: answer.caughtBy !== null, seconds: answer.seconds };
  }

  end(): void {
    this.child?.kill('SIGKILL');
    this.child = null;
  }

  /** The answer; null when the process ended. The next request gets a new process. */
  private async ask(request: ToJudge): Promise<FromJudge | null> {
    const child = this.child ?? (await this.start());
    this.child = child;
    const answer = await reply(child, request);
    if (!answer) this.end();
    return answer;
  }

  private async start(): Promise<ChildProcess> {
    const child = fork(fileURLToPath(import.meta.url), [judgeArgument], {
      cwd: this.root,
      env: { ...process.env, SILICONLENS_CHANGE_DETECTORS: 'off', NODE_ENV: 'test', VITEST: 'true' },
      execArgv: ['--max-old-space-size=2048'],
      stdio: ['ignore', 'ignore', process.env['MUTANTS_DEBUG'] ? 'inherit' : 'ignore', 'ipc'],
    });
    const woven = [...this.woven];
    const answer = await reply(child, { kind: 'start', root: this.root, woven });
    if (answer?.kind !== 'ready') throw new Error('Vitest did not start.');
    return child;
  }
}

function reply(child: ChildProcess, request: ToJudge): Promise<FromJudge | null> {
  return new Promise((resolve) => {
    const settle = (answer: FromJudge | null): void => {
      child.off('message', settle).off('exit', onExit);
      resolve(answer);
    };
    const onExit = (): void => settle(null);
    child.on('message', settle).on('exit', onExit);
    child.send(request);
  });
}

/** Gives tasks to judges as they become free; the results are in the order of the tasks. */
export async function inTurn<T, R>(
  judges: readonly Judge[],
  tasks: readonly T[],
  work: (judge: Judge, task: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = tasks.entries();
  await Promise.all(
    judges.map(async (judge) => {
      for (const [index, task] of waiting) results[index] = await work(judge, task);
    }),
  );
  return results;
}
