/**
 * Prints how many nodes run on the chip both by a profile and by the runtime itself (answers.py), of models of one node and of
 * the fixtures:
 *   npm run conformance:support [-- RUNTIME...] [--verbose]
 * Exit code 1 where less than 98 % agree.
 */
import { answeredRuntimes, compareModel, compareProbes, readAnswers, type Agreement } from './compare';

const least = 0.98;

function print(name: string, { same, all, onlyOurs, onlyTheirs }: Agreement, isVerbose: boolean): boolean {
  const share = all === 0 ? 1 : same / all;
  console.log(`${name}: ${same} of ${all} (${(100 * share).toFixed(1)} %)`);
  for (const one of isVerbose ? onlyOurs : []) console.log(`  only the profile takes ${one}`);
  for (const one of isVerbose ? onlyTheirs : []) console.log(`  only the runtime takes ${one}`);
  return share >= least;
}

async function main(runtimes: readonly string[], isVerbose: boolean): Promise<number> {
  let below = 0;
  for (const runtime of runtimes) {
    const { made, apart, models } = readAnswers(runtime);
    const versions = Object.entries(made).map(([name, version]) => `${name} ${version}`);
    console.log(`${runtime} (${versions.join(', ')}); not judged: ${Object.keys(apart).length} probes`);
    if (!print('  probes', await compareProbes(runtime), isVerbose)) below++;
    for (const name of Object.keys(models))
      if (!print(`  ${name}`, await compareModel(runtime, name), isVerbose)) below++;
  }
  console.log(`below ${100 * least} %: ${below}`);
  return below > 0 ? 1 : 0;
}

const given = process.argv.slice(2);
const chosen = given.filter((word) => !word.startsWith('--'));
process.exit(await main(chosen.length > 0 ? chosen : answeredRuntimes(), given.includes('--verbose')));
