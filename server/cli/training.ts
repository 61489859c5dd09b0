import { optimizers, recomputations, zeroStages, type Phase, type Training } from '../engine/workload';
import { entryOf } from '../../outside/table';
import { choiceOf, parseCount, type Arguments } from './arguments';
import { usage } from './failure';

const truths = ['true', 'false'] as const;
const stages = zeroStages.map(String);

/** The options about training that were given. Throws a usage `Failure` where there are any and nothing is trained. */
export function trainingOptions(words: Pick<Arguments, 'text' | 'choice'>, phase: Phase): Partial<Training> {
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

/** What `--train` may say, by the option that it stands for. */
const short: Readonly<Record<string, string>> = {
  lora: 'lora-rank',
  optimizer: 'optimizer',
  recompute: 'recompute',
  zero: 'zero',
  master: 'master-weights',
};

/** `--train lora=16,recompute=full`: the options about training in one word. Throws a usage `Failure` for what it does not know. */
export function trainIn(words: Arguments, phase: Phase): Partial<Training> {
  const text = words.text('train');
  if (text === undefined) return {};
  const pairs = new Map<string, string>();
  for (const part of text.split(',')) {
    const [, name = '', value = ''] = /^([a-z]+)=(.+)$/.exec(part) ?? [];
    const option = entryOf(short, name);
    if (option === undefined)
      throw usage('cli.error.train', { value: part, allowed: Object.keys(short).join(', ') });
    pairs.set(option, value);
  }
  return trainingOptions(optionsOf(pairs), phase);
}

/** Options that were given in another way. */
function optionsOf(given: ReadonlyMap<string, string>): Pick<Arguments, 'text' | 'choice'> {
  return {
    text: (name) => given.get(name),
    choice: (name, allowed) => choiceOf(given.get(name), name, allowed),
  };
}
