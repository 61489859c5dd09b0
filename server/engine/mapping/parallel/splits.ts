/** How many devices share a model, and in which way. */
export interface Split {
  /** Each matrix is divided among so many (tensor parallelism). */
  readonly tp: number;
  /** The chain of layers is cut into so many stages (pipeline parallelism). */
  readonly pp: number;
  /** So many copies each take a part of the batch (data parallelism). */
  readonly dp: number;
  /** Experts of a layer are shared out among so many of the devices that hold a stage (expert parallelism); 1: none are. */
  readonly ep: number;
  /** The tokens of a prompt are shared out among so many (context parallelism). */
  readonly cp: number;
}

/** What limits the splits of a model. */
export interface SplitLimits {
  /** Equal devices that there are. */
  readonly devices: number;
  /** Elements of the chain of layers, between which it can be cut. */
  readonly elements: number;
  /** Sequences; null where the model has no such dimension, so that copies do whole runs. */
  readonly batch: number | null;
  /** Whether tokens can be shared out. */
  readonly hasContext: boolean;
  /** Whether layers have experts, which can lie on different devices. */
  readonly hasExperts: boolean;
}

/** Devices that a split takes: experts lie on those that hold the rest of a layer. */
export function devicesOf({ tp, pp, dp, cp }: Split): number {
  return tp * pp * dp * cp;
}

/**
 * All splits whose devices divide those that there are, the ones with the most devices first. What no model can use is left out: more
 * stages than elements, more copies than sequences.
 */
export function* splitsOf(limits: SplitLimits): Generator<Split> {
  const { devices, elements, batch, hasContext, hasExperts } = limits;
  for (const used of divisorsOf(devices).reverse()) {
    for (const tp of divisorsOf(used)) {
      for (const pp of divisorsOf(used / tp)) {
        if (pp > elements) continue;
        for (const cp of hasContext ? divisorsOf(used / tp / pp) : [1]) {
          const dp = used / tp / pp / cp;
          if (batch !== null && dp > batch) continue;
          for (const ep of hasExperts ? divisorsOf(tp) : [1]) yield { tp, pp, dp, ep, cp };
        }
      }
    }
  }
}

/** Divisors of a whole number of at least 1, ascending. */
export function divisorsOf(value: number): number[] {
  const [low, high]: [number[], number[]] = [[], []];
  for (let one = 1; one * one <= value; one++) {
    if (value % one !== 0) continue;
    low.push(one);
    if (one * one !== value) high.unshift(value / one);
  }
  return [...low, ...high];
}

/** A split in the words of frameworks: `tp 4 pp 2`; what is 1 is left out, but for `tp`. */
export function splitLabel({ tp, pp, dp, ep, cp }: Split): string {
  const rest = Object.entries({ pp, dp, ep, cp }).filter(([, count]) => count > 1);
  return [`tp ${tp}`, ...rest.map(([name, count]) => `${name} ${count}`)].join(' ');
}
