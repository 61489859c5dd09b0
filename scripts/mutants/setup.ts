// Runs before each test file while mutants are judged: says which mutant is on, or notes which ones a test gets to.
import { afterAll, afterEach, beforeEach, inject, type TaskMeta } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The mutant that is on, or null where it is noted which ones are reached. */
    mutant: number | null;
  }
  export interface TaskMeta {
    /** Mutants that this test gets to; of a file, those reached outside of its tests. */
    reached?: number[];
  }
}

const active = inject('mutant');
// A list, and no set: what notes is called in the innermost loops.
let seen: boolean[] = [];
const isOn = (id: number): boolean => id === active;
const note = (id: number): boolean => {
  seen[id] = true;
  return false;
};
Object.assign(globalThis, { mutant: active === null ? note : isOn });

function takeSeen(): number[] {
  const ids = Object.keys(seen).map(Number);
  seen = [];
  return ids;
}

if (active === null) {
  const outside: number[] = [];
  let file: { meta: TaskMeta } | null = null;
  beforeEach(({ task }) => {
    ({ file } = task);
    for (const id of takeSeen()) outside.push(id);
  });
  afterEach(({ task }) => void (task.meta.reached = takeSeen()));
  afterAll(() => {
    if (file) file.meta.reached = [...outside, ...takeSeen()];
  });
}
