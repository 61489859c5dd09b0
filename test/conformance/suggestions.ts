/**
 * Applies every suggestion for every fixture on twelve chips in three phases and holds what it gains against what was promised.
 * Run: npm run conformance:suggestions
 */
import { phases } from '../../server/engine/workload';
import { fixtureNames, readFixture } from '../unit/inference/fixtures';
import { brokenPromises, judgedChips } from '../unit/mapping/suggest/promises';

async function main(): Promise<void> {
  let [pairs, wrong] = [0, 0];
  for (const name of fixtureNames) {
    const model = await readFixture(name);
    for (const chip of judgedChips)
      for (const phase of phases) {
        const broken = await brokenPromises(model, chip, { phase });
        pairs++;
        wrong += broken.length;
        for (const text of broken) console.log(`${name}, ${phase}: ${text}`);
      }
  }
  console.log(`${pairs} situations, ${wrong} broken promises`);
  process.exitCode = wrong > 0 ? 1 : 0;
}

void main();
