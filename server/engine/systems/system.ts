import type { Chip } from '../chips/chip';
import type { System } from './systemFacts';

export type { System } from './systemFacts';

/**
 * What a model runs on.
 * @public
 */
export type Target = Chip | System;
