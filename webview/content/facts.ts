import type { Summary, SummaryChip } from '../../server/protocol';
import { range, show, summed, text, word } from '../text';
import { basisOf, memoryUse, mostly, precisionOf, runtimeOf, throughputOf } from './chips';
import type { Fact } from './table';
import { termed } from './terms';

/** All that is said of a chip in one place. */
export function chipFacts(chip: SummaryChip, workload: Summary['workload']): Fact[] {
  const { latencySeconds, io, startSeconds } = chip.total;
  const facts: Fact[] = [
    [
      termed('webview.chips.latency'),
      latencySeconds && !latencySeconds.isLowerBound
        ? `${show.seconds(latencySeconds.value)} (${range(latencySeconds)})`
        : summed(latencySeconds, show.seconds),
    ],
  ];
  if (chip.measured)
    facts.push([termed('webview.measured.allRows'), show.seconds(chip.measured.totalSeconds)]);
  facts.push(
    [termed('webview.chips.basis'), word('webview.basis', basisOf(chip))],
    [termed('webview.chips.throughput'), throughputOf(chip)],
    [termed('webview.chips.energy'), energyOf(chip)],
    [termed('webview.chips.io'), show.seconds(io.seconds)],
    [termed('webview.chips.start'), show.seconds(startSeconds)],
    [termed('webview.chips.memoryUse'), memoryUse(chip)],
    [termed('webview.chips.mostly'), mostly(chip)],
    [termed('webview.chips.precision'), precisionOf(chip)],
    [termed('webview.chips.runtime'), runtimeOf(chip, workload)],
  );
  const { cache, training } = chip.memory;
  if (cache) facts.push([termed('webview.chips.cache'), word('webview.cache', cache)]);
  for (const fact of training ? trainingFacts(training) : []) facts.push(fact);
  const { arenaBytes, resident } = chip.memory;
  if (arenaBytes !== null) facts.push([termed('webview.chips.arena'), show.bytes(arenaBytes)]);
  if (resident) {
    const [first, steady] = [resident.firstBytes, resident.steadyBytes].map(show.bytes);
    facts.push([
      termed('webview.chips.resident'),
      text('webview.resident', { first: first!, steady: steady! }),
    ]);
  }
  return facts;
}

/** How it is trained, and what that takes besides the weights. */
function trainingFacts(training: NonNullable<SummaryChip['memory']['training']>): Fact[] {
  const { peak, savedBytes } = training;
  const facts: Fact[] = [[termed('webview.chips.training'), training.label]];
  if (savedBytes !== null) facts.push([termed('webview.training.saved'), show.bytes(savedBytes)]);
  if (!peak) return facts;
  const value = text('webview.training.statesValue', {
    gradients: show.bytes(peak.gradients),
    optimizer: show.bytes(peak.optimizer),
    master: show.bytes(peak.master),
  });
  return [...facts, [termed('webview.training.states'), value]];
}

/** Joules of a run, and of 1,000 requests in watt-hours and, at the user's grid intensity, in grams. */
function energyOf({ total, efficiency }: SummaryChip): string {
  const { wattHoursPerThousandRequests, gramsCo2PerThousandRequests } = efficiency;
  const run = summed(total.joules, show.joules);
  if (!wattHoursPerThousandRequests) return run;
  const energy = show.wattHours(wattHoursPerThousandRequests.value);
  if (!gramsCo2PerThousandRequests) return text('webview.energy.runAndThousand', { run, energy });
  const grams = show.grams(gramsCo2PerThousandRequests.value);
  return text('webview.energy.runAndCarbon', { run, energy, grams });
}
