/**
 * Damages fixtures in many ways and reads them; prints every seed that fails, and the slowest file.
 *
 * npx esbuild test/conformance/fuzz.ts --bundle --platform=node --format=cjs --outfile=dist/fuzz.js
 * node dist/fuzz.js [COUNT] [FIRST_SEED] [analyse]   (from the root; 20000 from seed 1 if left out; `analyse` goes on to
 * the report, which takes longer)
 */
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { printListing } from '../../server/engine/formats/onnxText/print';
import { memorySource } from '../../server/engine/graph/byteSource';
import { uninterrupted } from '../../server/engine/scheduler';
import { fuzzAnalysis, fuzzSeed } from './fuzzOne';
import { mutated } from './mutate';

const folder = 'test/fixtures/models/';
/** Limits of one file: seconds, and bytes of memory that the process has at most. */
const limit = { seconds: 2, bytes: 300e6 };

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 20_000);
  const first = Number(process.argv[3] ?? 1);
  const analyse = process.argv[4] === 'analyse';
  const bases: { name: string; bytes: Uint8Array; isText: boolean }[] = [];
  for (const name of readdirSync(folder).filter((item) => /\.onnx(\.gz)?$/.test(item))) {
    const stored = readFileSync(folder + name);
    const bytes = new Uint8Array(name.endsWith('.gz') ? gunzipSync(stored) : stored);
    bases.push({ name, bytes, isText: false });
    if (analyse) continue;
    const { value } = await readOnnx(memorySource(bytes), uninterrupted);
    const text = printListing(value!, { fileName: name }).text;
    bases.push({ name, bytes: new TextEncoder().encode(text), isText: true });
  }
  const results: Record<string, number> = {};
  let slowest = { milliseconds: 0, name: '', seed: 0 };
  let largest = 0;
  for (let seed = first; seed < first + count; seed++) {
    const base = bases[seed % bases.length]!;
    const start = performance.now();
    try {
      const result = analyse
        ? await fuzzAnalysis(mutated(base.bytes, seed))
        : await fuzzSeed(base.bytes, base.isText, seed);
      results[result] = (results[result] ?? 0) + 1;
    } catch (error) {
      results['failed'] = (results['failed'] ?? 0) + 1;
      console.log(
        `${base.name}${base.isText ? ' as text' : ''}, seed ${seed}: ${error instanceof Error ? error.stack?.split('\n').slice(0, 4).join(' | ') : String(error)}`,
      );
    }
    const milliseconds = performance.now() - start;
    if (milliseconds > slowest.milliseconds) slowest = { milliseconds, name: base.name, seed };
    largest = Math.max(largest, process.memoryUsage().rss);
  }
  const ok = !results['failed'] && slowest.milliseconds < limit.seconds * 1000 && largest < limit.bytes;
  console.log(
    `${count} files: ${JSON.stringify(results)}; slowest ${slowest.milliseconds.toFixed(0)} ms (${slowest.name}, seed ${slowest.seed}); process at most ${(largest / 1e6).toFixed(0)} MB`,
  );
  process.exitCode = ok ? 0 : 1;
}

void main();
