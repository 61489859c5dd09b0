import type { Chip } from '../../../chips/chip';
import type { KernelPlan } from '../../../kernels/types';
import { problem } from '../../../problem';
import type { Problem } from '../../../problem';
import { estimate } from '../../interval';
import type { Estimate } from '../../types';
import { largest } from '../../../lists';

/**
 * Spikes per neuron and time step, and time steps per inference, of converted networks: the usual range of
 * rate-coded conversions is 0.02 to 0.3 and 8 to 100 steps. Assumptions; nothing measured stands behind them.
 */
const spikeRate = { value: 0.1, low: 0.02, high: 0.3 };
const timeSteps = { value: 16, low: 8, high: 100 };
/** Seconds of a time step of chips that run in real time (TrueNorth and SpiNNaker: 1 kHz). */
const stepSeconds = 1e-3;

/** What a network becomes when it is converted to spikes, and whether a chip can hold it. */
export interface SpikingVerdict {
  /** One per output of a matrix operator. */
  readonly neurons: number;
  /** One per multiply-accumulate: connections, shared weights unrolled. */
  readonly synapses: number;
  /** Multiply-accumulates × spike rate × time steps. */
  readonly synapticOperations: Estimate;
  /** Chips that its neurons and synapses need; null where the capacity is not published. */
  readonly chipsNeeded: number | null;
  readonly fits: boolean | null;
  readonly joules: Estimate | null;
}

/** Counts a plan in a spiking chip's own units; null while a dimension is unknown. */
export function spikingVerdict(plan: KernelPlan, chip: Chip): SpikingVerdict | null {
  let neurons = 0;
  let synapses = 0;
  for (const kernel of plan.kernels) {
    if (!kernel.operations || kernel.repeat === null) return null;
    if (kernel.operations.matrix === 0) continue;
    synapses += (kernel.operations.matrix / 2) * kernel.repeat;
    for (const { role, elements } of kernel.operands) {
      if (role !== 'output') continue;
      if (elements === null) return null;
      neurons += elements;
    }
  }
  const at = (rate: number, steps: number) => synapses * rate * steps;
  const operations = estimate(
    at(spikeRate.value, timeSteps.value),
    at(spikeRate.low, timeSteps.low),
    at(spikeRate.high, timeSteps.high),
    'peak',
  );
  const held = chip.neuromorphic;
  const shares = [
    held?.neurons ? neurons / held.neurons.value : null,
    held?.synapses ? synapses / held.synapses.value : null,
  ].filter((share): share is number => share !== null);
  const chipsNeeded = shares.length === 0 ? null : Math.max(1, Math.ceil(largest(shares)));
  const each = held?.joulesPerSynapticOperation?.value;
  // Synaptic operations are the least that a run costs: neurons, routing and idle power come on top, which took a
  // Loihi tens of times more for a small network (Blouw et al. 2018). The most is all of its power for all steps.
  const most = (chip.power.tdpWatts?.value ?? 0) * timeSteps.value * stepSeconds;
  return {
    neurons,
    synapses,
    synapticOperations: operations,
    chipsNeeded,
    fits: chipsNeeded === null ? null : chipsNeeded === 1,
    joules:
      each === undefined
        ? null
        : estimate(
            operations.value * each,
            operations.low * each,
            Math.max(operations.high * each, most),
            'peak',
          ),
  };
}

/** The verdict in words' place: counts, chips, and the accuracy that conversion is known to cost. */
export function spikingProblem(chip: Chip, verdict: SpikingVerdict): Problem {
  const args = {
    neurons: verdict.neurons,
    synapses: verdict.synapses,
    operations: Math.round(verdict.synapticOperations.value),
    rate: spikeRate.value,
    steps: timeSteps.value,
  };
  const { chipsNeeded: chips } = verdict;
  return chips === null
    ? problem('information', 'cost.spiking', args)
    : problem('information', 'cost.spiking-chips', { ...args, chip: chip.name, chips });
}
