// A process that runs tests over and over, each time with another mutant on. Vitest stays up, so that a file of tests takes
// less than half a second to start; every run has a worker of its own, so that nothing that a mutant left behind is met again.
import { join } from 'node:path';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import type { FromJudge, ObservedFile, TestFile, ToJudge } from './messages';

/** Answers the requests of the parent process until it ends this one. */
export async function judge(): Promise<void> {
  const [{ root, woven }] = (await once()) as [Extract<ToJudge, { kind: 'start' }>];
  const runner = await TestRunner.start(root, new Map(woven));
  const answer = async (request: ToJudge): Promise<void> => {
    if (request.kind === 'observe') send({ kind: 'observed', file: await runner.observe(request.file) });
    if (request.kind !== 'judge') return;
    const { mutant, file, seconds } = request;
    const begin = process.cpuUsage();
    const watch = endAfter(seconds);
    const caughtBy = await runner.firstFailure(mutant, file);
    send({ kind: 'judged', caughtBy, seconds: secondsSince(begin) });
    clearInterval(watch);
  };
  process.on('disconnect', () => process.exit());
  process.on('message', (request: ToJudge) => void answer(request));
  send({ kind: 'ready' });
}

/** Ends this process when it has worked for some seconds: on a busy machine a clock says nothing. */
function endAfter(seconds: number): NodeJS.Timeout {
  const begin = process.cpuUsage();
  return setInterval(() => {
    if (secondsSince(begin) > seconds) process.exit();
  }, 200);
}

function secondsSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}

function once(): Promise<unknown[]> {
  return new Promise((resolve) => process.once('message', (...args) => resolve(args)));
}

function send(message: FromJudge): void {
  process.send?.(message);
}

class TestRunner {
  private failures: string[] = [];
  /** What went wrong outside of tests. */
  private broken: string | null = null;
  private modules: TestModule[] = [];

  private constructor(private readonly root: string) {}

  private vitest!: Vitest;

  static async start(root: string, woven: ReadonlyMap<string, string>): Promise<TestRunner> {
    // Other scripts don't wait for Vitest to load.
    const { createVitest } = await import('vitest/node');
    const runner = new TestRunner(root);
    runner.vitest = await createVitest(
      'test',
      {
        root,
        config: false,
        watch: false,
        pool: 'threads',
        maxWorkers: 1,
        include: ['test/**/*.test.ts'],
        // The tests' own is the second: it reads sources, in which mutants ask whether they are on.
        setupFiles: [join(root, 'scripts/mutants/setup.ts'), join(root, 'test/setup.ts')],
        testTimeout: 60_000,
        hookTimeout: 60_000,
        disableConsoleIntercept: true,
        reporters: [runner.reporter()],
        cache: false,
      },
      { plugins: [{ name: 'mutants', enforce: 'pre', load: (id) => woven.get(id) }] },
    );
    return runner;
  }

  private reporter(): Reporter {
    return {
      onTestCaseResult: (test) => {
        if (test.result().state === 'failed') this.failures.push(test.fullName);
      },
      onTestModuleEnd: (module) => {
        this.modules.push(module);
        for (const { message } of module.errors()) this.broken ??= message;
      },
    };
  }

  /** Runs a file of tests unchanged and tells which mutants each of them gets to. */
  async observe(path: string): Promise<ObservedFile> {
    const begin = process.cpuUsage();
    await this.run(null, { path, tests: null });
    const seconds = secondsSince(begin);
    const module = this.modules[0];
    const failed = [...(module?.children.allTests('failed') ?? [])].map(({ fullName }) => fullName);
    const tests = [...(module?.children.allTests('passed') ?? [])].map((test) => ({
      id: test.id,
      seconds: (test.diagnostic()?.duration ?? 0) / 1000,
      reached: test.meta().reached ?? [],
    }));
    return { path, broken: this.broken, failed, seconds, outside: module?.meta().reached ?? [], tests };
  }

  /** The name of the first test that fails while a mutant is on; null where all pass. */
  firstFailure(mutant: number, file: TestFile): Promise<string | null> {
    return this.run(mutant, file);
  }

  private async run(mutant: number | null, { path, tests }: TestFile): Promise<string | null> {
    this.failures = [];
    this.broken = null;
    this.modules = [];
    const project = this.vitest.getRootProject();
    project.config.bail = mutant === null ? 0 : 1;
    project.provide('mutant', mutant);
    const only = tests ? { testIds: [...tests] } : {};
    const { unhandledErrors } = await this.vitest.runTestSpecifications([
      project.createSpecification(join(this.root, path), only),
    ]);
    if (unhandledErrors.length > 0) this.broken ??= 'an error that nobody handled';
    return this.failures[0] ?? this.broken;
  }
}
