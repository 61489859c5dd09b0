/** A constant to fit: where it starts, and the bounds that keep it physical. Searched on a logarithmic scale. */
export interface Free {
  readonly name: string;
  readonly start: number;
  readonly low: number;
  readonly high: number;
}

export type Values = Record<string, number>;

/** A point of the search with its loss. */
interface Point {
  readonly x: readonly number[];
  readonly y: number;
}

type Probe = (x: readonly number[]) => Point;

/** Nelder and Mead's simplex over the free constants, in a transformed space that cannot leave the bounds. */
export function minimise(
  free: readonly Free[],
  loss: (values: Values) => number,
  evaluations: number,
): Values {
  let used = 0;
  const at: Probe = (x) => {
    used++;
    return { x, y: loss(toValues(free, x)) };
  };
  let best = at(startOf(free));
  // Restarts from the best point escape the collapsed simplices that many constants bring about.
  for (let round = 0; round < 3 && used < evaluations; round++) {
    const step = round === 0 ? 0.7 : 0.35;
    const simplex = [
      best,
      ...free.map((_, i) => at(best.x.map((value, j) => (i === j ? value + step : value)))),
    ];
    const limit = used + evaluations / 3;
    while (used < limit) {
      simplex.sort((a, b) => a.y - b.y);
      if (simplex[free.length]!.y - simplex[0]!.y < 1e-6) break;
      moveWorst(simplex, at);
    }
    simplex.sort((a, b) => a.y - b.y);
    best = simplex[0]!;
  }
  return toValues(free, best.x);
}

/** From the transformed space back: the logistic function of a coordinate is its place between the logarithms of the bounds. */
function toValues(free: readonly Free[], x: readonly number[]): Values {
  return Object.fromEntries(
    free.map(({ name, low, high }, i) => {
      const share = 1 / (1 + Math.exp(-x[i]!));
      return [name, Math.exp(Math.log(low) + share * (Math.log(high) - Math.log(low)))];
    }),
  );
}

function startOf(free: readonly Free[]): number[] {
  return free.map(({ start, low, high }) => {
    const share = (Math.log(start) - Math.log(low)) / (Math.log(high) - Math.log(low));
    const inside = Math.min(0.98, Math.max(0.02, share));
    return Math.log(inside / (1 - inside));
  });
}

/** One step: reflects, expands or contracts the worst point of a sorted simplex, or else shrinks it towards the best. */
function moveWorst(simplex: Point[], at: Probe): void {
  const n = simplex.length - 1;
  const [first] = simplex;
  const worst = simplex[n]!;
  const centre = first!.x.map((_, j) => simplex.slice(0, n).reduce((s, p) => s + p.x[j]!, 0) / n);
  const towards = (factor: number): Point => at(centre.map((c, j) => c + factor * (worst.x[j]! - c)));
  const reflected = towards(-1);
  if (reflected.y < first!.y) {
    const expanded = towards(-2);
    simplex[n] = expanded.y < reflected.y ? expanded : reflected;
  } else if (reflected.y < simplex[n - 1]!.y) simplex[n] = reflected;
  else {
    const contracted = towards(reflected.y < worst.y ? -0.5 : 0.5);
    if (contracted.y < worst.y) simplex[n] = contracted;
    else
      for (let i = 1; i <= n; i++)
        simplex[i] = at(simplex[i]!.x.map((v, j) => first!.x[j]! + (v - first!.x[j]!) / 2));
  }
}

/** A stable fold number for a key, so that rows of one key are never split between fitting and scoring. */
export function foldOf(key: string, folds: number): number {
  let hash = 2166136261;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 16777619);
  // The low bits of FNV are too regular for short keys: mix once more.
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) % folds;
}

export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return NaN;
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (sorted[Math.min(low + 1, sorted.length - 1)]! - sorted[low]!) * (at - low);
}
