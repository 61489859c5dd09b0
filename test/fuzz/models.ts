import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fuzzAnalysis, fuzzBinary, fuzzFile } from './checks';
import { damaged, formatBases } from './formats';
import { mutated } from './bytes';
import { everyOperator, fuzzOperator } from './operators';
import type { Fuzzer } from './fuzzer';
import { pick, randomOf } from './random';
import { restructured } from './structure';

const folder = 'test/fixtures/models/';

/** Model files of all formats: damaged bytes, well-formed files that make no sense, operators with senseless operands. */
export function modelFuzzer(): Fuzzer {
  const bases = readdirSync(folder)
    .filter((name) => /\.onnx(\.gz)?$/.test(name))
    .map((name) => {
      const stored = readFileSync(folder + name);
      return { name, bytes: new Uint8Array(name.endsWith('.gz') ? gunzipSync(stored) : stored) };
    });
  // Small ones mostly: they are as good at showing faults and let more be tried.
  const small = bases.filter(({ bytes }) => bytes.length < 20_000);
  const others = formatBases();
  const operators = everyOperator();
  return {
    async one(seed) {
      const random = randomOf(seed);
      if (random(4) === 0) {
        const [domain, operator] = pick(random, operators);
        const wrong = await fuzzOperator(domain, operator, seed);
        if (wrong) throw new Error(`${domain}:${operator}: ${wrong}`);
        return 'operator';
      }
      if (random(3) === 0) {
        const base = pick(random, others);
        const bytes = damaged(base, seed);
        const result = await fuzzFile(base.name, bytes);
        if (result !== 'unreadable') await fuzzAnalysis(bytes, random, base.name);
        return `${base.name.split('.').at(-1)} ${result}`;
      }
      const base = pick(random, random(4) ? small : bases);
      const bytes = random(3) ? restructured(base.bytes, random) : mutated(base.bytes, seed);
      const result = await fuzzBinary(bytes);
      if (result !== 'unreadable') await fuzzAnalysis(bytes, random);
      return result;
    },
    memory: () => process.memoryUsage().rss,
    stop: () => Promise.resolve(),
  };
}
