import { commandFuzzer } from './commands';
import { editingFuzzer } from './editing';
import type { Fuzzer, FuzzMessage } from './fuzzer';
import { modelFuzzer } from './models';

const fuzzers: Readonly<Record<string, () => Promise<Fuzzer> | Fuzzer>> = {
  models: modelFuzzer,
  editing: editingFuzzer,
  commands: commandFuzzer,
};

/** The process that tries: `--kind KIND FIRST_SEED END`; tells its parent of every seed. */
export async function attacker(): Promise<void> {
  const [kind = '', first, end] = process.argv.slice(3);
  const tell = (message: FuzzMessage): void => void process.send?.(message);
  const fuzzer = await fuzzers[kind]!();
  for (let seed = Number(first), i = 0; Date.now() < Number(end); seed++, i++) {
    tell({ kind: 'began', seed });
    const start = performance.now();
    try {
      const result = await fuzzer.one(seed);
      tell({ kind: 'ended', seed, result, milliseconds: performance.now() - start });
    } catch (error) {
      tell({ kind: 'failed', seed, reason: described(error) });
    }
    const bytes = fuzzer.memory();
    if (bytes !== null) tell({ kind: 'memory', bytes });
    // Lets the messages out: a loop that never waits would keep them.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await fuzzer.stop();
  process.disconnect();
}

function described(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '').split('\n').slice(0, 5).join(' | ') : String(error);
}
