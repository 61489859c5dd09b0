import type { Ranged } from '../ratio';
import { figureOf, type Cut, type CutObjective, type Places } from './cuts';

/** A figure of a cut over the time that a byte takes: a straight line. */
interface Line {
  readonly cut: Cut;
  /** Where a byte takes no time. */
  readonly fixed: Ranged;
  /** Per second that a byte takes on the way up. */
  readonly slope: number;
}

/** Rates of the uplink between which one cut is the best; the downlink is in proportion. */
export interface Stretch {
  readonly cut: Cut;
  /** Bytes per second; 0 at the slow end. */
  readonly from: number;
  /** Null: however fast it is. */
  readonly to: number | null;
  /** Where `to` may lie, as far as the estimates of the two cuts beside it are off; null where nothing follows. */
  readonly toRange: { readonly low: number; readonly high: number | null } | null;
}

/**
 * Which cut is the best at which rate: the lower envelope of straight lines over the time of a byte, so that the
 * crossovers are exact. Cuts that are refused for other reasons than a deadline are left out.
 */
export function curveOf(places: Places, objective: CutObjective, cuts: readonly Cut[]): readonly Stretch[] {
  const lines = cuts
    .filter(({ refusal }) => refusal === null || refusal === 'deadline')
    .map((cut) => lineOf(places, objective, cut));
  const envelope = lowerEnvelope(lines);
  return envelope.map(({ cut }, i) => {
    const next = envelope[i + 1];
    const from = i === 0 ? 0 : rateAt(envelope[i - 1]!, envelope[i]!);
    if (!next) return { cut, from, to: null, toRange: null };
    return { cut, from, to: rateAt(envelope[i]!, next), toRange: rangeAt(envelope[i]!, next) };
  });
}

/** The slowest uplink at which some cut keeps a deadline, by value; 0 where none is needed, null where no rate is enough. */
export function leastRate(places: Places, deadlineSeconds: number, cuts: readonly Cut[]): number | null {
  let least: number | null = null;
  for (const cut of cuts) {
    if (cut.refusal !== null && cut.refusal !== 'deadline') continue;
    const { fixed, slope } = lineOf(places, 'latency', cut);
    const left = deadlineSeconds - fixed.value;
    if (left < 0 || (left === 0 && slope > 0)) continue;
    const rate = slope === 0 ? 0 : slope / left;
    if (least === null || rate < least) least = rate;
  }
  return least;
}

function lineOf({ connection, device }: Places, objective: CutObjective, cut: Cut): Line {
  const { transfer } = cut;
  const figure = figureOf(cut, objective)!;
  const ratio = connection.upBytesPerSecond / connection.downBytesPerSecond;
  const bytes = transfer ? transfer.upBytes + transfer.downBytes * ratio : 0;
  // While bytes move, the radio is active and the device waits.
  const perSecond = objective === 'latency' ? 1 : connection.activeWatts + (device.idleWatts ?? 0);
  const moving = (bytes / connection.upBytesPerSecond) * perSecond;
  const { value, low, high } = figure;
  // What moves is exact: the range is that of the rest.
  return {
    cut,
    fixed: { value: value - moving, low: low - moving, high: high - moving },
    slope: bytes * perSecond,
  };
}

/** Lines of which each is the lowest somewhere, the flattest first: that of the slowest network. */
function lowerEnvelope(lines: readonly Line[]): Line[] {
  const byFixed = [...lines].sort((a, b) => a.slope - b.slope || a.fixed.value - b.fixed.value);
  const hull: Line[] = [];
  for (const line of byFixed) {
    // A steeper line is of use only where it starts lower.
    if (hull.length > 0 && line.fixed.value >= hull.at(-1)!.fixed.value) continue;
    while (hull.length > 1 && timeAt(hull.at(-2)!, line) >= timeAt(hull.at(-2)!, hull.at(-1)!)) hull.pop();
    hull.push(line);
  }
  return hull;
}

/** Seconds per byte at which two lines meet. */
function timeAt(flat: Line, steep: Line): number {
  return (flat.fixed.value - steep.fixed.value) / (steep.slope - flat.slope);
}

function rateAt(flat: Line, steep: Line): number {
  return 1 / timeAt(flat, steep);
}

/** Where they meet if the one is as low and the other as high as they may be, and the other way round. */
function rangeAt(flat: Line, steep: Line): { readonly low: number; readonly high: number | null } {
  const slope = steep.slope - flat.slope;
  const [most, least] = [flat.fixed.high - steep.fixed.low, flat.fixed.low - steep.fixed.high];
  return { low: slope / most, high: least > 0 ? slope / least : null };
}
