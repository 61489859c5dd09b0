import { describe, expect, it } from 'vitest';
import { Arena } from '../../../server/engine/memory/arena';
import { plannedArena } from '../../../server/engine/memory/layout';
import { planned } from '../../../server/engine/memory/planned';
import { residentOf } from '../../../server/engine/memory/resident';
import type { Buffer } from '../../../server/engine/memory/buffers';
import { runThrough } from '../../../server/engine/scheduler';

const mebi = 1024 * 1024;

describe('an arena of best fit with coalescing', () => {
  it('hands out multiples of 256 bytes, and touches no more than it hands out', () => {
    const arena = new Arena();
    arena.allocate(1);
    arena.allocate(257);
    expect(arena.touchedBytes).toBe(256 + 512);
  });

  it('takes the smallest free chunk that is large enough', () => {
    const arena = new Arena();
    const large = arena.allocate(2048);
    arena.allocate(256);
    const small = arena.allocate(1024);
    arena.allocate(256);
    arena.free(large);
    arena.free(small);
    // 1,024 were freed behind 2,304: no further byte is touched.
    expect(arena.allocate(1024).offset).toBe(2304);
    expect(arena.touchedBytes).toBe(2048 + 256 + 1024 + 256);
  });

  it('joins neighbours that are free', () => {
    const arena = new Arena();
    const [a, b, c] = [arena.allocate(256), arena.allocate(256), arena.allocate(256)];
    arena.allocate(256);
    arena.free(a);
    arena.free(c);
    arena.free(b);
    expect(arena.allocate(768).offset).toBe(0);
  });

  it('leaves a chunk whole of which less than half would be left', () => {
    const arena = new Arena();
    const chunk = arena.allocate(1024);
    arena.allocate(256);
    arena.free(chunk);
    // 768 of 1,024: the rest of 256 is lost, so that the next 256 lie behind.
    arena.allocate(768);
    expect(arena.allocate(256).offset).toBe(1280);
  });

  it('grows by regions of twice the size', () => {
    const arena = new Arena();
    // Regions of 1, 2 and 8 MiB: two of 0.6 do not fit into the first; 5 need more than the 4 that are next.
    arena.allocate(0.6 * mebi);
    const second = arena.allocate(0.6 * mebi);
    const third = arena.allocate(5 * mebi);
    expect([second.offset, third.offset]).toEqual([0, 0]);
    expect(third.region.chunks.reduce((sum, { size }) => sum + size, 0)).toBe(8 * mebi);
    expect(second.region).not.toBe(third.region);
  });
});

const buffer = (from: number, to: number, bytes: number, role: Buffer['role'] = 'activation') => ({
  value: 0,
  role,
  from,
  to,
  bytes,
});

describe('a plan of one block', () => {
  it('puts a buffer into the gap of which it leaves least', () => {
    // 100, 10, 60, 10 side by side; at step 1 the first and the third end, and 50 fit best behind 110.
    const list = [buffer(0, 0, 100), buffer(0, 2, 10), buffer(0, 0, 60), buffer(0, 2, 10), buffer(1, 2, 50)];
    const { bytes, offsets } = runThrough(planned(list, 3));
    expect([...offsets]).toEqual([0, 100, 110, 170, 110]);
    expect(bytes).toBe(180);
  });

  it('uses what lies behind the last one that lives', () => {
    const list = [buffer(0, 1, 30), buffer(0, 0, 70), buffer(1, 1, 60)];
    const { bytes, offsets } = runThrough(planned(list, 2));
    expect([...offsets]).toEqual([0, 30, 30]);
    expect(bytes).toBe(100);
  });
});

describe('what is held', () => {
  it('has the block of the plan beside the first run, unless a free chunk takes it', () => {
    const steps = [0, 1, 2].map(() => null as never);
    // Alive: 0.5, then 0.5 + 0.4, then 0.4 and the output of 0.25 MiB: the first region, touched to 0.9 and reused.
    const list = [
      buffer(0, 2, 1000, 'input'),
      buffer(0, 1, 0.5 * mebi),
      buffer(1, 2, 0.4 * mebi),
      buffer(2, 2, 0.25 * mebi, 'output'),
    ];
    const whole = Math.ceil((0.4 * mebi) / 256) * 256;
    const block = runThrough(plannedArena({ steps, list }, { allocator: 'arena' }));
    const resident = runThrough(residentOf({ steps, list }, 7, block))!;
    expect(resident.firstBytes).toBe(7 + 1000 + 0.5 * mebi + whole);
    // The plan has 0.9 MiB, the region of 1 MiB is free again: it takes all of it, since less than half would be left,
    // and the output goes to a region of its own.
    expect(resident.steadyBytes).toBe(7 + 1000 + Math.ceil((0.9 * mebi) / 256) * 256 + 0.25 * mebi);
  });

  it('is not known while a size is not', () => {
    const list = [{ ...buffer(0, 0, 1), bytes: null }];
    expect(runThrough(plannedArena({ steps: [null as never], list }, { allocator: 'arena' }))).toBeNull();
    expect(runThrough(residentOf({ steps: [null as never], list }, 0, { bytes: 0 }))).toBeNull();
    expect(runThrough(residentOf({ steps: [], list: [] }, null, { bytes: 0 }))).toBeNull();
    expect(runThrough(residentOf({ steps: [], list: [] }, 0, null))).toBeNull();
  });
});
