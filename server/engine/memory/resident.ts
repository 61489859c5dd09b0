import { addTo } from '../lists';
import { isStepDue, type Steps } from '../scheduler';
import { Arena, type Chunk } from './arena';
import type { Buffer, Buffers } from './buffers';
import type { PlannedArena } from './layout';

/** What a runtime's allocator holds, weights and inputs among it. Bytes. */
export interface Resident {
  /** After the first run. */
  readonly firstBytes: number;
  /** After all later runs. */
  readonly steadyBytes: number;
}

/**
 * What an arena of ONNX Runtime comes to. In the first run each kernel takes what it writes and gives back what nobody reads
 * any more. From the second run on one block as large as the plan of the first is taken for all that is no output and no
 * workspace (MemPatternPlanner, core/framework/mem_pattern_planner.h). Inputs are the caller's.
 * Null where a size is unknown.
 * @param block what is planned
 */
export function* residentOf(
  { steps, list }: Buffers,
  weightBytes: number | null,
  block: Pick<PlannedArena, 'bytes'> | null,
): Steps<Resident | null> {
  if (block === null || weightBytes === null || list.some(({ bytes }) => bytes === null)) return null;
  const own = list.filter(({ role, bytes }) => role !== 'input' && bytes! > 0) as (Buffer & {
    readonly bytes: number;
  })[];
  const inputs = list.reduce((sum, { role, bytes }) => sum + (role === 'input' ? bytes! : 0), 0);
  const given = weightBytes + inputs;
  const arena = new Arena();
  yield* run(arena, own, steps.length);
  const firstBytes = given + arena.touchedBytes;
  const isPlanned = ({ role }: Buffer): boolean => role === 'activation';
  const held = block.bytes > 0 ? arena.allocate(block.bytes) : undefined;
  yield* run(
    arena,
    own.filter((buffer) => !isPlanned(buffer)),
    steps.length,
  );
  if (held) arena.free(held);
  return { firstBytes, steadyBytes: given + arena.touchedBytes };
}

/** Takes and gives back all buffers, by the step at which they begin. */
function* run(
  arena: Arena,
  buffers: readonly (Buffer & { readonly bytes: number })[],
  steps: number,
): Steps<void> {
  const ending = new Map<number, Chunk[]>();
  let next = 0;
  for (let at = 0; at < steps; at++) {
    if (isStepDue(at)) yield;
    for (; next < buffers.length && buffers[next]!.from === at; next++) {
      const { to, bytes } = buffers[next]!;
      const chunk = arena.allocate(bytes);
      addTo(ending, to, chunk);
    }
    for (const chunk of ending.get(at) ?? []) arena.free(chunk);
    ending.delete(at);
  }
}
