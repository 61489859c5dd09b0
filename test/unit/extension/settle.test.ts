import { describe, expect, it } from 'vitest';
import { type FileLook, settled } from '../../../extension/listing/settle';

/** A clock that only moves when someone waits. */
function fakeClock() {
  let time = 0;
  return {
    now: () => time,
    wait: (milliseconds: number) => {
      time += milliseconds;
      return Promise.resolve();
    },
  };
}

describe('waiting for a file to rest', () => {
  it('takes 300 ms for a file that nobody writes', async () => {
    const clock = fakeClock();
    await settled(
      () => Promise.resolve({ size: 5, mtime: 1 }),
      () => false,
      clock,
    );
    expect(clock.now()).toBe(300);
  });

  it('begins anew with every change of size or time, and with coming back after being gone', async () => {
    const clock = fakeClock();
    const at = (time: number): FileLook | null => {
      if (time < 200) return { size: 1, mtime: 1 };
      if (time < 400) return { size: 2, mtime: 1 };
      if (time < 600) return null;
      return time < 700 ? { size: 2, mtime: 1 } : { size: 2, mtime: 2 };
    };
    await settled(
      () => Promise.resolve(at(clock.now())),
      () => false,
      clock,
    );
    expect(clock.now()).toBe(1000);
  });

  it('begins anew with a change after which size and time are as before', async () => {
    const clock = fakeClock();
    const look = () => Promise.resolve({ size: 5, mtime: 1, version: clock.now() < 200 ? 'a' : 'b' });
    await settled(look, () => false, clock);
    // Seen at 200 ms, and 300 ms of rest from there.
    expect(clock.now()).toBe(500);
  });

  it('rests when the file stays gone', async () => {
    const clock = fakeClock();
    await settled(
      () => Promise.resolve(null),
      () => false,
      clock,
    );
    expect(clock.now()).toBe(300);
  });

  it('ends when nobody wants to know any more, and for a file that never rests', async () => {
    const clock = fakeClock();
    const restless = () => Promise.resolve({ size: clock.now(), mtime: 0 });
    await settled(restless, () => clock.now() >= 500, clock);
    expect(clock.now()).toBe(500);
    await settled(restless, () => false, clock);
    expect(clock.now()).toBe(30_500);
  });
});
