import type { Prepared } from '../../analyse';
import { defaultTraining, type Workload } from '../../workload';
import type { Change } from './types';

/** What the command line calls the ways of training. */
const trainingOptions = [
  ['optimizer', 'optimizer'],
  ['masterWeights', 'master-weights'],
  ['recompute', 'recompute'],
  ['zero', 'zero'],
  ['devices', 'devices'],
  ['loraRank', 'lora-rank'],
  ['accumulation', 'accumulate'],
] as const;

/** A model on a chip, as the command line is told of it. */
export interface Asked {
  readonly path: string;
  readonly chip: string;
  /** Undefined: the one that belongs to the chip. */
  readonly host?: string;
  /** Path of the mapping that puts nodes on units, the first of which is the chip. */
  readonly mapping?: string;
  readonly prepared: Pick<Prepared, 'workload'>;
}

/**
 * The words of the command that shows what a change gains: the analysis with the setting, or, where something outside of
 * the estimate is to be changed, the commands that measure.
 */
export function verifyWords(
  { path, chip, host, mapping, prepared }: Asked,
  change: Change,
): readonly string[] {
  const workload = changed(prepared.workload, change);
  const measures = change.kind === 'flag';
  const onChip = change.kind === 'chip' ? change.value : chip;
  const hosted = host === undefined || measures ? [] : ['--host', host];
  const cache = workload.cache && !measures ? ['--cache', workload.cache] : [];
  const cacheType = workload.cacheType && !measures ? ['--cache-type', workload.cacheType] : [];
  const { gpuLayers = null, flashAttention = null } = workload;
  const layers = gpuLayers === null || measures ? [] : ['--gpu-layers', String(gpuLayers)];
  return [
    'siliconlens',
    measures ? 'verify' : 'analyze',
    path,
    ...(mapping === undefined || measures ? ['--chip', onChip] : ['--mapping', mapping]),
    ...hosted,
    ...optionsOf(workload),
    ...cache,
    ...cacheType,
    ...layers,
    ...(flashAttention === null || measures ? [] : ['--flash-attention', flashAttention ? 'on' : 'off']),
    ...(measures ? [] : trainingWords(workload)),
  ];
}

/** The workload as it is after a change of a setting. */
export function changed(workload: Workload, change: Change): Workload {
  switch (change.kind) {
    case 'precision':
      return { ...workload, precision: change.value };
    case 'runtime':
      return { ...workload, runtime: change.value };
    case 'cache':
      return { ...workload, cache: change.value };
    case 'dimensions':
      return { ...workload, bindings: { ...workload.bindings, ...change.value } };
    case 'training':
      return { ...workload, training: { ...workload.training, ...change.value } };
    case 'chip':
    case 'flag':
    case 'graph':
      return workload;
  }
}

function optionsOf({ bindings, values, phase, precision, runtime }: Workload): string[] {
  return [
    ...Object.entries(bindings).flatMap(([name, value]) => ['--bind', `${name}=${value}`]),
    ...Object.entries(values ?? {}).flatMap(([name, value]) => ['--value', `${name}=${value.join()}`]),
    ...(phase === 'inference' ? [] : ['--phase', phase]),
    ...(precision === 'as-stored' ? [] : ['--precision', precision]),
    ...(runtime === null ? [] : ['--runtime', runtime]),
  ];
}

function trainingWords({ phase, training = {} }: Workload): string[] {
  if (phase !== 'training') return [];
  return trainingOptions.flatMap(([name, option]) => {
    const value = training[name];
    const isDefault = value === undefined || value === null || value === defaultTraining[name];
    return isDefault ? [] : [`--${option}`, String(value)];
  });
}
