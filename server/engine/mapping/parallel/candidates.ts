import type { Candidate, World } from './placement';
import type { Schedule } from './schedule';
import type { Split } from './splits';

/** Micro-batches that are tried, as multiples of the stages: more of them shrink the bubble and make matrices narrower. */
const depths = [1, 2, 4] as const;
/** Sequences of a micro-batch that are tried in training: more of them make matrices wider and take more memory. */
const trainedSizes = [1, 2, 4, 8] as const;
/** Chunks of layers on each device that are tried in training. */
const chunks = [1, 2, 4] as const;

/**
 * The ways to cut the sequences of one copy into micro-batches. Decoding needs as many as there are stages: with fewer, stages wait; more
 * read the weights more often. A pipeline that fills and drains may gain by more.
 * @param batch sequences of all copies; null where the model has no such dimension
 * @param elements of the chain, of which each chunk has one at least
 */
export function candidatesOf(
  split: Split,
  batch: number | null,
  step: World['step'],
  elements: number,
): readonly Candidate[] {
  const own = batch === null ? 1 : Math.ceil(batch / split.dp);
  if (step === 'training') return trained(split, own, elements);
  const wanted = split.pp === 1 ? [1] : step === 'steady' ? [split.pp] : depths.map((by) => by * split.pp);
  const counts = new Set(wanted.map((count) => Math.min(count, own)));
  return [...counts].map((count) => candidate(split, own, Math.ceil(own / count)));
}

function trained(split: Split, own: number, elements: number): Candidate[] {
  const sizes = trainedSizes.filter((size) => own % size === 0);
  return sizes.flatMap((size) =>
    chunks
      .filter((count) => count === 1 || isInterleaved(split, own / size, count, elements))
      .map((count) => candidate(split, own, size, count === 1 ? {} : { name: 'interleaved', chunks: count })),
  );
}

/** Interleaved stages take micro-batches in groups of as many as there are stages (Narayanan et al. 2021, §2.2.2). */
function isInterleaved({ pp }: Split, microBatches: number, count: number, elements: number): boolean {
  return pp > 1 && microBatches % pp === 0 && elements >= pp * count;
}

function candidate(
  split: Split,
  own: number,
  microBatch: number,
  schedule: Partial<Pick<Schedule, 'name' | 'chunks'>> = {},
): Candidate {
  const microBatches = Math.ceil(own / microBatch);
  return { split, microBatch, schedule: { name: '1f1b', chunks: 1, ...schedule, microBatches } };
}
