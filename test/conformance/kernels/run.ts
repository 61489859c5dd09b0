/**
 * Prints how many kernels of the plan for ONNX Runtime on the CPU agree with those that it runs, for each model, with the
 * sizes of the file and with fixed ones, at each level of optimisation:
 *   npm run conformance:kernels [-- NAME...] [--verbose]
 * Exit code 1 where less than 95 % agree.
 */
import { answeredModels, compareAt, readAnswers, shareOf } from './compare';
import notCompared from './notCompared.json';

const least = 0.95;

async function main(names: readonly string[], isVerbose: boolean): Promise<number> {
  let below = 0;
  for (const name of names) {
    const answers = readAnswers(name);
    for (const [sizes, levels] of Object.entries(answers.answers)) {
      const parts: string[] = [];
      const details: string[] = [];
      for (const [level, theirs] of Object.entries(levels)) {
        const agreement = await compareAt(answers, sizes, level);
        const share = shareOf(agreement);
        if (share < least) below++;
        parts.push(
          `${level} ${agreement.same}/${agreement.ours}/${agreement.theirs} ${(100 * share).toFixed(1)}`,
        );
        if (!isVerbose) continue;
        const operatorOf = new Map(theirs.map(([operator, nodes]) => [nodes.join(), operator]));
        for (const key of agreement.onlyOurs) details.push(`  ${sizes}/${level} ours ${key}`);
        for (const key of agreement.onlyTheirs)
          details.push(`  ${sizes}/${level} theirs ${key} ${operatorOf.get(key) ?? ''}`);
      }
      console.log(`${name} ${sizes}: ${parts.join(', ')}`);
      for (const line of details) console.log(line);
    }
  }
  for (const [name, reason] of Object.entries(notCompared)) console.log(`${name}: not compared: ${reason}`);
  console.log(`same/ours/theirs and the share of the larger in %; below ${100 * least} %: ${below}`);
  return below > 0 ? 1 : 0;
}

const given = process.argv.slice(2);
const chosen = given.filter((word) => !word.startsWith('--'));
process.exit(await main(chosen.length > 0 ? chosen : answeredModels(), given.includes('--verbose')));
