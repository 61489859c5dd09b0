import { homeOf, mainOf, nearOf } from './levels';
import type { Inference } from '../inference/types';
import type { Kernel, KernelPlan } from '../kernels/types';
import type { Steps } from '../scheduler';
import type { LevelBytes } from './classes/shared/model';
import { modelFor } from './classes/index';
import { traitsOf } from './classes/traits';
import { flowOf, type Flow, type Passage } from './flow';
import type { Machine } from './machine';
import type { Sizing } from './sizing';
import { isOfActivations } from './skeleton';
import { samplesPerRun } from './samples';

/** Share of an on-chip memory that carries data from one kernel to the next; the rest holds what is being worked on. */
const usableShare = { hardware: 0.5, software: 0.75, mixed: 0.5 } as const;

/**
 * Bytes on the chip per operation per second of the largest peak: the most of all chips of the catalogue that are not
 * wafers (Graphcore GC200, 900 MB at 250 TFLOP/s). Where a capacity is not published it is at most this.
 */
const mostBytesPerRate = 900e6 / 250e12;

/**
 * Where each kernel's bytes come from. A value stays on the chip between producer and consumer when what passes in
 * between fits into the on-chip memory; weights stay there for good when all of them fit and the memory is managed by
 * software or is all that the chip has.
 */
export class Residency {
  private capacity = 0;
  private weightsStay = false;
  /** Software places data, so inputs and outputs of the graph are transferred straight to and from the chip. */
  private managed = false;
  /** Share of the weights that no memory of the chip holds. */
  private streamed = 0;
  /** A cache keeps all that a run reads and writes until the next run. */
  warm = false;
  private readonly bytesByKind: (LevelBytes | null)[] = [];

  private constructor(
    private readonly plan: KernelPlan,
    private readonly machine: Machine,
    readonly flow: Flow,
  ) {
    this.lay();
  }

  /** Bytes of all weights at the chip's formats, each counted once. */
  get weightBytes(): number {
    return this.flow.weightBytes;
  }

  static *of(inference: Inference, plan: KernelPlan, sizing: Sizing, machine: Machine): Steps<Residency> {
    // One sample's where the compiler takes them in turn.
    const inTurn = nearOf(machine)?.managed === 'software' && traitsOf[machine.chip.class].batchInTurn;
    const portion = inTurn ? 1 / Math.max(1, samplesPerRun(inference)) : 1;
    return new Residency(plan, machine, yield* flowOf(inference, plan, sizing, portion));
  }

  private lay(): void {
    const { machine } = this;
    const [main, near] = [mainOf(machine), nearOf(machine)];
    const managed = near?.managed ?? 'hardware';
    const whole = near?.capacityBytes ?? (near && !main ? this.mostCapacity : 0);
    this.capacity = whole * usableShare[managed];
    this.managed = managed === 'software';
    this.warm = !this.managed && this.flow.bytes <= this.capacity;
    this.placeWeights(whole, main === null);
  }

  /**
   * A cache keeps the weights of a small model from one run to the next; software-managed memory is filled anew unless
   * it is what the chip keeps its weights in.
   * @param whole bytes that the on-chip memory holds
   * @param isAlone there is no other memory
   */
  private placeWeights(whole: number, isAlone: boolean): void {
    const { chip } = this.machine;
    const inParts = modelFor(chip)?.inParts ?? false;
    const persistent = traitsOf[chip.class].weightsPersist || isAlone || inParts;
    const lies = this.weightBytes <= whole && !(inParts && this.plan.kernels.some(isOfActivations));
    this.weightsStay = persistent ? lies : this.warm;
    const excess = inParts ? 1 : 1 - whole / Math.max(this.weightBytes, 1);
    this.streamed = isAlone && !lies ? excess : 0;
  }

  /** All memory is on the chip, and nobody says how much it is. */
  get capacityUnknown(): boolean {
    const [main, near] = [mainOf(this.machine), nearOf(this.machine)];
    return main === null && near !== null && near.capacityBytes === null;
  }

  /** What a chip of this speed holds at most; all that is known where nobody says how much this one holds. */
  get mostCapacity(): number {
    return (this.machine.largestPeak ?? Infinity) * mostBytesPerRate;
  }

  /** Bytes of weights that come over the host link in every run. */
  get streamedBytes(): number {
    return this.weightBytes * this.streamed;
  }

  /** Bytes that have to be there at one time at the least: all weights, and the activations of the largest kernel. */
  get leastBytes(): number {
    return this.weightBytes + this.flow.largestActivations;
  }

  /** What keeps the model from running where nothing can be streamed: bytes needed and there are; null when it fits. */
  shortage(): {
    readonly fact: 'weights' | 'activations';
    readonly needed: number;
    readonly capacity: number;
  } | null {
    const [main, near] = [mainOf(this.machine), nearOf(this.machine)];
    const home = homeOf(this.machine, this.weightBytes) ?? near;
    if (home?.capacityBytes && this.weightBytes > home.capacityBytes) {
      return { fact: 'weights', needed: this.weightBytes, capacity: home.capacityBytes };
    }
    const activations = this.flow.largestActivations;
    if (main && near?.capacityBytes && activations > near.capacityBytes) {
      return { fact: 'activations', needed: activations, capacity: near.capacityBytes };
    }
    return null;
  }

  /** Bytes of a kernel by level, or null while a dimension is unknown. */
  bytesOf({ index }: Kernel): LevelBytes | null {
    const kind = this.flow.kinds[index]!;
    let bytes = this.bytesByKind[kind];
    if (bytes === undefined) this.bytesByKind[kind] = bytes = this.findBytes(this.flow.passages[kind]!);
    return bytes;
  }

  private findBytes({ sized, reads, writes }: Passage): LevelBytes | null {
    if (!sized) return null;
    const near = sized.weights + sized.inputs + sized.outputs;
    if (mainOf(this.machine) === null) {
      return { main: 0, mainWeights: 0, near, link: sized.weights * this.streamed };
    }
    const weights = this.weightsStay ? 0 : sized.weights;
    const inputs = sized.inputs * this.farShareOfInputs(reads);
    const outputs = sized.outputs * this.farShareOfOutputs(writes);
    return { main: weights + inputs + outputs, mainWeights: weights, near, link: 0 };
  }

  /** Share of the activations read that have left the chip since they were written. */
  private farShareOfInputs(reads: Passage['reads']): number {
    let all = 0;
    let far = 0;
    for (const { held, isGiven, passed } of reads) {
      all += held;
      if (isGiven && this.managed && held <= this.capacity) continue;
      if (passed < 0 || passed > this.capacity) far += held;
    }
    return all === 0 ? 1 : far / all;
  }

  /** Share of the activations written that somebody reads only after they have left the chip. */
  private farShareOfOutputs(writes: Passage['writes']): number {
    let all = 0;
    let far = 0;
    for (const { held, passed } of writes) {
      all += held;
      const isReadSoon = passed === null ? this.managed : passed <= this.capacity;
      if (held > this.capacity || !isReadSoon) far += held;
    }
    return all === 0 ? 1 : far / all;
  }
}
