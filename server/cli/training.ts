import { optimizers, recomputations, zeroStages, type Phase, type Training } from '../engine/workload';
import { parseCount, type Arguments } from './arguments';
import { usage } from './failure';

const truths = ['true', 'false'] as const;
const stages = zeroStages.map(String);

/** The options about training that were given. Throws a usage `Failure` where there are any and nothing is trained. */
export function trainingOptions(words: Arguments, phase: Phase): Partial<Training> {
  const masterWeights = words.choice('master-weights', truths);
  const zero = words.choice('zero', stages);
  const options: readonly (readonly [option: string, name: keyof Training, value: unknown])[] = [
    ['optimizer', 'optimizer', words.choice('optimizer', optimizers)],
    ['master-weights', 'masterWeights', masterWeights && masterWeights === 'true'],
    ['recompute', 'recompute', words.choice('recompute', recomputations)],
    ['zero', 'zero', zeroStages.find((stage) => String(stage) === zero)],
    ['devices', 'devices', parseCount('devices', words.text('devices'))],
    ['lora-rank', 'loraRank', parseCount('lora-rank', words.text('lora-rank'))],
    ['accumulate', 'accumulation', parseCount('accumulate', words.text('accumulate'))],
  ];
  const given = options.filter(([, , value]) => value !== undefined);
  const [first] = given;
  if (first && phase !== 'training') throw usage('cli.error.notTraining', { option: `--${first[0]}` });
  return Object.fromEntries(given.map(([, name, value]) => [name, value]));
}
