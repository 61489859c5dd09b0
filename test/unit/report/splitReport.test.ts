import { expect, it } from 'vitest';
import type { Prepared } from '../../../server/engine/analyse';
import { meanPue } from '../../../server/engine/cost/grids';
import type { Estimate } from '../../../server/engine/cost/types';
import { splitReport, type SplitRates } from '../../../server/engine/report/splitReport';
import type { CutAnswer, CutAsked } from '../../../server/engine/whereToCut';
import type { Workload } from '../../../server/engine/workload';
import { chain, dense } from '../cost/layers';

const sure = (value: number): Estimate => ({ value, low: value, high: value, basis: 'class' });

/** Four samples in a run, of which the device spends 8 J, the cloud's chip 20 J in half a second. */
function perThousand(
  rates: SplitRates,
  { samples = 4, deviceJoules = 8 }: { samples?: number; deviceJoules?: number } = {},
) {
  const { inference, plan } = chain([samples, 25], [dense(samples, 25, 10)]);
  const part = (seconds: number, joules: number) => ({
    ...{ isEmpty: false, seconds: sure(seconds), joules: sure(joules), fits: true },
  });
  const cut = {
    ...{ first: 0, second: 0, transfer: null, edgeTransfer: null, ioSeconds: 0, refusal: null },
    parts: { device: part(1, deviceJoules), edge: { ...part(0, 0), isEmpty: true }, cloud: part(0.5, 20) },
    ...{ seconds: sure(1.5), deviceJoules: sure(deviceJoules), idleJoules: 0 },
  };
  const place = {
    target: { id: 'p' },
    unit: { chip: { id: 'c' }, host: null, count: 1 },
    analysis: { cost: { precision: { compute: 'fp32' } }, profile: { id: 'r' }, plan },
  };
  const answer = {
    choice: { cuts: [cut], best: cut, tied: [cut] },
    chain: { cuts: [1], steps: { nodes: [0], members: [[0]] }, spans: [] },
    ...{ curve: [], heldBytes: [0], int8Bytes: [0], leastRate: null },
    ...{ device: place, edge: null, cloud: place },
  } as unknown as CutAnswer;
  const network = { id: 'n', upBytesPerSecond: { value: 1 }, rttSeconds: { value: 0 } };
  const asked = {
    demand: {},
    int8: false,
    inputBytes: null,
    network,
    edgeNetwork: null,
  } as unknown as CutAsked;
  const asking = { path: 'm', workload: {} as Workload, rates };
  const report = splitReport({ inference } as Prepared, asking, asked, answer);
  expect(report.cuts[0]!.joules).toBe(deviceJoules + 20);
  return report.cuts[0]!.perThousand;
}

const rates: SplitRates = { deviceGrams: 100, cloudGrams: 400, batteryWattHours: 12, pricePerHour: 2 };

it('1,000 requests are 250 runs of four samples', () => {
  const of = perThousand(rates);
  // 8 J × 250 ÷ 3,600; the cloud's 20 J with what its data centre takes besides.
  const [near, far] = [2000 / 3600, (5000 * meanPue) / 3600];
  expect(of.deviceWattHours).toBeCloseTo(near, 12);
  expect(of.farWattHours).toBeCloseTo(far, 12);
  // 100 and 400 g for each kWh, which is 1,000 Wh.
  expect(of.gramsCo2).toBeCloseTo((near * 100 + far * 400) / 1000, 12);
  // Half a second 250 times, at 2 an hour.
  expect(of.price).toBeCloseTo((125 / 3600) * 2, 12);
  // A charge of 12 Wh.
  expect(of.requestsPerCharge).toBeCloseTo((12 / near) * 1000, 6);
});

it('what nobody states is unknown, and what takes nothing costs nothing', () => {
  const nobody = { deviceGrams: null, cloudGrams: null, batteryWattHours: null, pricePerHour: null };
  expect(perThousand(nobody)).toMatchObject({ gramsCo2: null, price: null, requestsPerCharge: null });
  expect(perThousand({ ...rates, deviceGrams: null }).gramsCo2).toBeNull();
  // Without energy on the device its electricity is no matter, and no charge ever ends.
  const free = perThousand({ ...rates, deviceGrams: null }, { deviceJoules: 0 });
  expect(free.gramsCo2).toBeCloseTo(((5000 * meanPue) / 3600) * 0.4, 12);
  expect(free.requestsPerCharge).toBeNull();
});
