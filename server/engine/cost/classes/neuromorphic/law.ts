import type { ClassModel } from '../shared/model';
import { systolic } from '../shared/systolic';

/** Neuromorphic chips that compute in operations per second are arrays; spikes are counted beside (spiking.ts). */
export const neuromorphic: ClassModel = systolic;
