import type { Figure, Source } from '../chips/chip';
import catalogue from './references.json';

/** Something that computes and is no machine: its power stands beside that of systems, and no model runs on it. */
export interface Reference {
  readonly id: string;
  readonly name: string;
  readonly nameKo: string;
  readonly aliases: readonly string[];
  /** Power at work, watts. */
  readonly watts: Figure;
  readonly neurons: Figure;
  readonly synapses: Figure;
  readonly notes: readonly string[];
  readonly sources: readonly Source[];
}

/** What systems are compared with. */
export const references = catalogue as readonly Reference[];
