import type { Steps } from '../../scheduler';
import { cacheRoom, type CacheRoom } from './room';
import { simulate, usualSimulation, type Simulated } from './simulate';
import { rolesOf, steadyState } from './steady';
import type { CurvePoint, Policy, SteadyState, StepModel, Traffic } from './types';

/** A service with everything that is said of it. */
export interface Service {
  readonly traffic: Traffic;
  readonly policy: Policy;
  readonly devicesPerReplica: number;
  readonly room: CacheRoom;
  readonly steady: SteadyState;
  /** Null where requests pile up, and where too few are answered. */
  readonly simulated: Simulated | null;
  /** By sequences at a time. */
  readonly curve: readonly CurvePoint[];
  /** Of the curve within both limits the point with the most tokens per device; null where none is. */
  readonly best: CurvePoint | null;
  /** The most requests per second whose mean times keep both limits; null where none do, or users are given. */
  readonly mostPerSecond: number | null;
  /** US dollars for a million tokens of answers at this load, and at the best point; null where no price is given. */
  readonly price: { readonly now: number | null; readonly best: number | null } | null;
}

/** What is asked of {@link serve} besides. */
export interface ServeOptions {
  readonly seed?: number;
  /** Of one device for an hour. */
  readonly usdPerDeviceHour?: number | null;
}

/** A service in closed form and simulated, with its curve and its limits. */
export function* serve(
  model: StepModel,
  traffic: Traffic,
  policy: Policy,
  options: ServeOptions = {},
): Steps<Service> {
  const steady = steadyState(model, traffic, policy);
  const simulation = { ...usualSimulation, seed: options.seed ?? usualSimulation.seed };
  const simulated = steady.saturated ? null : yield* simulate(model, traffic, policy, simulation);
  const curve = curveOf(model, traffic, policy);
  const best = curve
    .filter(({ isWithin }) => isWithin)
    .reduce<CurvePoint | null>(
      (most, one) => (most && most.tokensPerSecondPerDevice >= one.tokensPerSecondPerDevice ? most : one),
      null,
    );
  const price = options.usdPerDeviceHour ?? null;
  return {
    ...{ traffic, policy, devicesPerReplica: model.devices, room: cacheRoom(model, traffic, policy) },
    ...{ steady, simulated, curve, best },
    mostPerSecond: traffic.arrival.kind === 'rate' ? mostPerSecond(model, traffic, policy) : null,
    price: price === null ? null : pricesOf(price, steady, best),
  };
}

/** Means within the limits. */
export function isWithin(
  { ttft, tpot }: { readonly ttft: number | null; readonly tpot: number | null },
  { ttftLimit, tpotLimit }: Traffic,
): boolean {
  if (ttft === null || tpot === null) return false;
  return ttft <= (ttftLimit ?? Infinity) && tpot <= (tpotLimit ?? Infinity);
}

/** Whether 99 % of the simulated requests keep both limits; null where none were simulated. */
export function isTailWithin({ simulated, traffic }: Pick<Service, 'simulated' | 'traffic'>): boolean | null {
  return simulated && isWithin({ ttft: simulated.ttft.p99, tpot: simulated.tpot.p99 }, traffic);
}

/** Tokens per second of one user against those of one device, by sequences at a time: each replica has so many users. */
export function curveOf(model: StepModel, traffic: Traffic, policy: Policy): CurvePoint[] {
  const { batch: most } = cacheRoom(model, traffic, policy);
  const { decoders } = rolesOf(policy);
  const points: CurvePoint[] = [];
  for (let batch = 1; batch <= most; batch = batch < most ? Math.min(2 * batch, most) : most + 1) {
    const closed: Traffic = { ...traffic, arrival: { kind: 'closed', users: batch * decoders } };
    const { ttft, tpot, tokensPerSecondPerDevice } = steadyState(model, closed, policy);
    if (ttft === null || tpot === null) continue;
    points.push({
      ...{ batch, ttft, tpot, tokensPerSecondPerDevice, tokensPerSecondPerUser: 1 / tpot },
      isWithin: isWithin({ ttft, tpot }, traffic),
    });
  }
  return points;
}

const doublings = 60;

/** Times grow with the rate: doubled until a limit breaks, then halved. */
function mostPerSecond(model: StepModel, traffic: Traffic, policy: Policy): number | null {
  const holds = (perSecond: number): boolean => {
    const state = steadyState(model, { ...traffic, arrival: { kind: 'rate', perSecond } }, policy);
    return state.saturated === null && isWithin(state, traffic);
  };
  let low = 2 ** -20;
  if (!holds(low)) return null;
  let high = low;
  for (let i = 0; i < doublings && holds(high); i++) [low, high] = [high, 2 * high];
  for (let i = 0; i < doublings && high / low > 1.001; i++) {
    const middle = Math.sqrt(low * high);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

const secondsPerHour = 3600;
const million = 1e6;

function pricesOf(
  usdPerDeviceHour: number,
  { saturated, tokensPerSecondPerDevice: now }: SteadyState,
  best: CurvePoint | null,
): Service['price'] {
  const of = (rate: number): number | null =>
    rate > 0 ? (million * usdPerDeviceHour) / secondsPerHour / rate : null;
  return { now: saturated ? null : of(now), best: best && of(best.tokensPerSecondPerDevice) };
}
