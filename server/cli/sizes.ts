import type { Bindings } from '../engine/graph/dim';
import type { Phase } from '../engine/workload';
import { parseBindings, type Arguments } from './arguments';

/** `--batch` and `--context`, by the names of the roles that they stand for: the cache in decoding, else the sequence. */
export function sizesIn(words: Arguments, phase: Phase): Bindings {
  const [batch, context] = [words.text('batch'), words.text('context')];
  const grown = phase === 'decode' ? 'past' : 'sequence';
  return parseBindings([
    ...(batch === undefined ? [] : [`batch=${batch}`]),
    ...(context === undefined ? [] : [`${grown}=${context}`]),
  ]);
}
