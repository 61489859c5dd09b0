import { optimizers, recomputations, zeroStages, type Training } from '../engine/workload';
import type { SettingsReader } from './settingsReader';

/** The settings `training.…`: those that are set. */
export function trainingIn(reader: SettingsReader): Partial<Training> {
  const settings: { [Name in keyof Training]?: Training[Name] | undefined } = {
    optimizer: reader.oneOf('training.optimizer', optimizers),
    masterWeights: reader.truth('training.masterWeights'),
    recompute: reader.oneOf('training.recompute', recomputations),
    zero: reader.oneOf('training.zero', zeroStages),
    devices: reader.count('training.devices'),
    loraRank: reader.count('training.loraRank'),
    accumulation: reader.count('training.accumulation'),
  };
  const set = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set);
}
