import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import type { ChipClass } from '../../../server/engine/chips/chip';
import { FormatTable } from '../../../server/engine/cost/kernelFormat';
import type { Level } from '../../../server/engine/cost/levels';
import { machineFor, type Machine } from '../../../server/engine/cost/machine';
import { Residency } from '../../../server/engine/cost/residency';
import { Sizing } from '../../../server/engine/cost/sizing';
import { runThrough } from '../../../server/engine/scheduler';
import { chain, dense, withSilentView, type Layer } from './layers';

const t4 = machineFor(chipById('nvidia-t4')!, 'fp32');

interface Memory {
  /** Bytes on the chip; null where nobody says. */
  readonly near: number | null;
  readonly managed?: Level['managed'];
  /** Bytes outside it; left out where there is no such memory. */
  readonly far?: number;
  readonly class?: ChipClass;
  readonly largestPeak?: number;
}

function machineOf({
  near,
  managed = 'hardware',
  far,
  class: of = 'gpu',
  largestPeak = 1e9,
}: Memory): Machine {
  const level = { bandwidth: 1e9, managed };
  const levels: Level[] = [
    ...(far === undefined ? [] : [{ ...level, name: 'far', onChip: false, capacityBytes: far }]),
    { ...level, name: 'near', onChip: true, capacityBytes: near },
  ];
  return { ...t4, levels, largestPeak, chip: { ...t4.chip, class: of } };
}

/** What reads and writes `elements` floats of each of a batch. */
function relu(elements: number, batch = 1): Layer {
  const operations = { matrix: 0, vector: batch * elements, special: 0 };
  const shape = [batch, elements];
  return {
    operator: 'Relu',
    operatorClass: 'elementwise',
    operations,
    weightElements: 0,
    outputShape: shape,
  };
}

interface Held {
  readonly residency: Residency;
  /** Bytes of outside memory by kernel. */
  readonly main: (number | undefined)[];
}

function held(memory: Memory, layers: readonly Layer[], batch = 1): Held {
  return heldOf(memory, chain([batch, 25], layers));
}

function heldOf(memory: Memory, { inference, plan }: ReturnType<typeof chain>): Held {
  const machine = machineOf(memory);
  const sizing = runThrough(Sizing.of(inference, new FormatTable(machine.chip, 'as-stored')));
  const residency = runThrough(Residency.of(inference, plan, sizing, machine));
  return { residency, main: plan.kernels.map((kernel) => residency.bytesOf(kernel)?.main) };
}

/** Three kernels that hand on 25 floats, 100 bytes. */
const three = [relu(25), relu(25), relu(25)];

describe('activations', () => {
  it('come from outside at first and go there at last where a cache places them', () => {
    // Half of 1,100 bytes is for what is handed on: less than the 600 of a run, more than 100.
    const { main, residency } = held({ near: 1100, far: 1e9 }, three);
    expect(main).toEqual([100, 0, 100]);
    expect(residency.warm).toBe(false);
  });

  it('all stay from one run to the next where a cache holds all that a run moves', () => {
    // 600 bytes are half of 1,200.
    expect(held({ near: 1200, far: 1e9 }, three).residency.warm).toBe(true);
    expect(held({ near: 1199, far: 1e9 }, three).residency.warm).toBe(false);
    expect(held({ near: 1200, far: 1e9, managed: 'software' }, three).residency.warm).toBe(false);
  });

  it('leave the chip where one does not fit into the share for what is handed on', () => {
    expect(held({ near: 200, far: 1e9 }, three).main).toEqual([100, 0, 100]);
    expect(held({ near: 199, far: 1e9 }, three).main).toEqual([200, 200, 200]);
  });

  it('pass a view that no kernel runs as if it were not there', () => {
    const four = chain([1, 25], [...three, relu(25)]);
    const main = (near: number, node: number) => heldOf({ near, far: 1e9 }, withSilentView(four, node)).main;
    // As three kernels without a view do.
    for (const node of [1, 2]) {
      expect(main(200, node)).toEqual([100, 0, 100]);
      expect(main(199, node)).toEqual([200, 200, 200]);
    }
    // A view of an input is that input, which software sends straight to the chip; nobody else reads the last one's output.
    const managed = { near: 134, far: 1e9, managed: 'software' } as const;
    for (const node of [0, 1, 2, 3])
      expect(heldOf(managed, withSilentView(four, node)).main).toEqual([0, 0, 0]);
  });

  it('are placed by software in three quarters, inputs and outputs of the model too', () => {
    // 100 of 134 bytes are less than three quarters, of 133 more.
    expect(held({ near: 134, far: 1e9, managed: 'software' }, three).main).toEqual([0, 0, 0]);
    expect(held({ near: 133, far: 1e9, managed: 'software' }, three).main).toEqual([200, 200, 200]);
    expect(held({ near: 200, far: 1e9, managed: 'mixed' }, three).main).toEqual([100, 0, 100]);
    expect(held({ near: 199, far: 1e9, managed: 'mixed' }, three).main).toEqual([200, 200, 200]);
  });

  it('of a batch go one sample after the other where a compiler takes them in turn', () => {
    const eight = [relu(25, 8), relu(25, 8)];
    const memory = { near: 200, far: 1e9, managed: 'software' } as const;
    expect(held({ ...memory, class: 'asic' }, eight, 8).main).toEqual([0, 0]);
    expect(held({ ...memory, class: 'gpu' }, eight, 8).main).toEqual([1600, 1600]);
    // One sample alone is all of it.
    expect(held({ near: 133, far: 1e9, managed: 'software', class: 'asic' }, three).main).toEqual([
      200, 200, 200,
    ]);
    // A cache knows nothing of samples.
    expect(held({ near: 200, far: 1e9, class: 'asic' }, eight, 8).main).toEqual([1600, 1600]);
  });

  it('are read on the chip alone where there is no other memory', () => {
    const { residency, main } = held({ near: 1e6 }, three);
    expect(main).toEqual([0, 0, 0]);
    expect(residency.bytesOf(chain([1, 25], three).plan.kernels[0]!)).toMatchObject({ near: 200, link: 0 });
  });
});

describe('weights', () => {
  // 25 × 25 floats: 2,500 bytes; 100 bytes in and as many out.
  const layers = [dense(1, 25, 25)];

  it('are read from outside in every run, unless a cache holds all that a run moves', () => {
    expect(held({ near: 5398, far: 1e9 }, layers).main).toEqual([2700]);
    // 2,700 are half of 5,400: weights stay; what comes and goes does not count here.
    expect(held({ near: 5400, far: 1e9 }, layers).main).toEqual([200]);
  });

  it('stay where the chip keeps them in memory that software manages, if they fit', () => {
    const memory = { far: 1e9, managed: 'software', class: 'lpu' } as const;
    expect(held({ ...memory, near: 2500 }, layers).main).toEqual([0]);
    expect(held({ ...memory, near: 2499 }, layers).main).toEqual([2500]);
    // A GPU fills such a memory anew.
    expect(held({ ...memory, near: 2500, class: 'gpu' }, layers).main).toEqual([2500]);
  });

  it('come over the host link as far as the only memory does not hold them', () => {
    const { residency } = held({ near: 1000 }, layers);
    // 1,500 of 2,500.
    expect(residency.streamedBytes).toBeCloseTo(1500, 9);
    expect(residency.weightBytes).toBe(2500);
    const { inference, plan } = chain([1, 25], layers);
    expect(inference.values).toHaveLength(3);
    const machine = machineOf({ near: 1000 });
    const sizing = runThrough(Sizing.of(inference, new FormatTable(machine.chip, 'as-stored')));
    const again = runThrough(Residency.of(inference, plan, sizing, machine));
    expect(again.bytesOf(plan.kernels[0]!)).toMatchObject({ main: 0, near: 2700, link: 1500 });
    expect(held({ near: 2500 }, layers).residency.streamedBytes).toBe(0);
    expect(held({ near: 1000, far: 1e9 }, layers).residency.streamedBytes).toBe(0);
  });

  it('are added up, with the activations of the largest kernel', () => {
    expect(held({ near: 1e9 }, [dense(1, 25, 25), dense(1, 25, 10)]).residency.weightBytes).toBe(3500);
    expect(held({ near: 1e9 }, [dense(1, 25, 25), dense(1, 25, 10)]).residency.leastBytes).toBe(3700);
  });
});

describe('a memory of which nobody says how large it is', () => {
  it('holds at most what the densest chip of its speed does', () => {
    // 900 MB at 250 TFLOP/s (GC200): 3.6 bytes for each million operations per second.
    const { residency } = held({ near: null, largestPeak: 500e6 }, [dense(1, 25, 25)]);
    expect(residency.capacityUnknown).toBe(true);
    expect(residency.mostCapacity).toBeCloseTo(1800, 6);
    // 700 of 2,500 bytes.
    expect(residency.streamedBytes).toBeCloseTo(700, 6);
  });

  it('is no matter where there is another one', () => {
    expect(held({ near: null, far: 1e9 }, three).residency.capacityUnknown).toBe(false);
    expect(held({ near: 1e9 }, three).residency.capacityUnknown).toBe(false);
  });
});

describe('a shortage', () => {
  const layers = [dense(1, 25, 25)];
  const of = (memory: Memory) => held(memory, layers).residency.shortage();

  it('is of weights, in the memory where they live', () => {
    expect(of({ near: 100, far: 2499 })).toEqual({ fact: 'weights', needed: 2500, capacity: 2499 });
    expect(of({ near: 2499 })).toEqual({ fact: 'weights', needed: 2500, capacity: 2499 });
    expect(of({ near: 2500 })).toBeNull();
  });

  it('is of activations that the memory on the chip has to hold beside another one', () => {
    expect(of({ near: 199, far: 2500 })).toEqual({ fact: 'activations', needed: 200, capacity: 199 });
    expect(of({ near: 200, far: 2500 })).toBeNull();
    expect(of({ near: null, far: 2500 })).toBeNull();
  });
});
