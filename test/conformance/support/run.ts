/**
 * Prints how many nodes run on the chip both by a profile and by the runtime itself (answers.py), of models of one node and of
 * the fixtures:
 *   npm run conformance:support [-- RUNTIME...] [--verbose]
 * Exit code 1 where less than 98 % agree, or than reasons.json says.
 */
import {
  answeredRuntimes,
  compareModel,
  compareNetwork,
  compareProbes,
  expectedOf,
  readAnswers,
  shareOf,
  velaAnswers,
  type Agreement,
} from './compare';

function print(name: string, agreement: Agreement, isVerbose: boolean): boolean {
  const { same, all, onlyOurs, onlyTheirs } = agreement;
  const { least, reason } = expectedOf(name);
  const share = shareOf(agreement);
  console.log(`${name}: ${same} of ${all} (${(100 * share).toFixed(1)} %)${reason ? `: ${reason}` : ''}`);
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
    if (!print(`${runtime} probes`, await compareProbes(runtime), isVerbose)) below++;
    for (const name of Object.keys(models))
      if (!print(`${runtime} ${name}`, await compareModel(runtime, name), isVerbose)) below++;
  }
  const { networks } = velaAnswers();
  for (const [name, chips] of chosen.length > 0 ? [] : Object.entries(networks))
    for (const chip of Object.keys(chips))
      if (!print(`vela ${name} ${chip}`, await compareNetwork(name, chip), isVerbose)) below++;
  console.log(`below 98 %, or what reasons.json says: ${below}`);
  return below > 0 ? 1 : 0;
}

const given = process.argv.slice(2);
const chosen = given.filter((word) => !word.startsWith('--'));
process.exit(await main(chosen.length > 0 ? chosen : answeredRuntimes(), given.includes('--verbose')));
