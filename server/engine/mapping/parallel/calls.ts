import type { Collective } from '../../collectives/types';

/** Devices that take part in a collective, by what they share. */
export type CallGroup = 'tp' | 'ep' | 'cp' | 'dp' | 'pp';

/** A collective that an element of the chain needs. */
export interface Call {
  readonly group: CallGroup;
  readonly collective: Collective;
  /** Of the whole tensor; null while a size is unknown. */
  readonly bytes: number | null;
  /** Calls for each micro-batch. */
  readonly times: number;
}
