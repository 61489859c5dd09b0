/**
 * Applies every suggestion for every fixture on twelve chips in three phases and holds what it gains against what was promised.
 * Run: npm run conformance:suggestions [-- FIXTURE…]
 */
import { phases } from '../../server/engine/workload';
import { fixtureNames, readFixture } from '../unit/inference/fixtures';
import { judgePromises, judgedChips } from '../unit/mapping/suggest/promises';

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const sum = { situations: 0, suggestions: 0, made: 0, broken: 0 };
  const times = new Map<string, number>();
  for (const name of fixtureNames.filter((one) => asked.length === 0 || asked.includes(one))) {
    const model = await readFixture(name);
    const of = { situations: 0, suggestions: 0, made: 0, broken: 0 };
    for (const chip of judgedChips)
      for (const phase of phases) {
        const { codes, made, broken } = await judgePromises(model, chip, { phase });
        of.situations++;
        of.suggestions += codes.length;
        of.made += made;
        of.broken += broken.length;
        for (const code of codes) times.set(code, (times.get(code) ?? 0) + 1);
        for (const text of broken) console.log(`${name}, ${phase}: ${text}`);
      }
    console.log(`${name}: ${line(of)}`);
    for (const key of ['situations', 'suggestions', 'made', 'broken'] as const) sum[key] += of[key];
  }
  for (const [code, count] of [...times].sort((a, b) => b[1] - a[1])) console.log(`  ${code} ${count}`);
  console.log(`all: ${line(sum)}`);
  process.exitCode = sum.broken > 0 ? 1 : 0;
}

function line(of: Readonly<Record<'situations' | 'suggestions' | 'made' | 'broken', number>>): string {
  return `${of.situations} situations, ${of.suggestions} suggestions, ${of.made} settings made, ${of.broken} broken promises`;
}

void main();
