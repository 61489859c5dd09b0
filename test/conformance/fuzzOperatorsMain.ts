import { everyOperator, fuzzOperator } from './fuzzOperators';

async function main(): Promise<void> {
  const trials = Number(process.argv[2] ?? 30);
  const first = Number(process.argv[3] ?? 1);
  let failed = 0;
  let slowest = { milliseconds: 0, name: '' };
  for (const [domain, operator] of everyOperator()) {
    const seen = new Set<string>();
    for (let seed = first; seed < first + trials; seed++) {
      const start = performance.now();
      const wrong = await fuzzOperator(domain, operator, seed);
      const milliseconds = performance.now() - start;
      if (milliseconds > slowest.milliseconds) slowest = { milliseconds, name: `${operator} seed ${seed}` };
      if (!wrong) continue;
      failed++;
      // The same fault once per operator is enough.
      const kind = wrong.replace(/-?\d+(\.\d+)?(e[+-]?\d+)?/g, '#');
      if (!seen.has(kind)) console.log(`${domain}:${operator} seed ${seed}: ${wrong}`);
      seen.add(kind);
    }
  }
  console.log(
    `${everyOperator().length} operators × ${trials}: ${failed} wrong; slowest ${slowest.milliseconds.toFixed(0)} ms (${slowest.name})`,
  );
  process.exitCode = failed > 0 ? 1 : 0;
}

void main();
