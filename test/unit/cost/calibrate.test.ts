import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import schema from '../../../server/engine/chips/chip.schema.json';
import { resolveUserChip } from '../../../server/engine/chips/userChips';
import { calibrateRows } from '../../../server/engine/cost/calibrate/fit';
import { calibrateProfiles } from '../../../server/engine/cost/calibrate/fromProfile';
import { predict } from '../../../server/engine/cost/classes/gpu/fit';
import { matchProfile } from '../../../server/engine/cost/calibrate/matchProfile';
import { overlayOf } from '../../../server/engine/cost/calibrate/overlay';
import { parseRows } from '../../../server/engine/cost/calibrate/rows';
import { score } from '../../../server/engine/cost/calibrate/score';
import { constantsFor } from '../../../server/engine/cost/constants';
import { estimateChip } from '../../../server/engine/cost/estimate';
import { profileById } from '../../../server/engine/kernels/profile';
import type { Workload } from '../../../server/engine/workload';
import { chain, dense, measured, profileOf } from './layers';

const b200 = chipById('nvidia-b200')!;
const workload: Workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null };

/** A table as a chip with the given shares would give it. */
function table(compute: number, bandwidth: number): string {
  const lines = ['chip,dtype,m,n,k,seconds'];
  for (const m of [1, 16, 128, 1024, 8192]) {
    for (const [n, k] of [
      [512, 1024],
      [1024, 4096],
      [4096, 1024],
      [4096, 4096],
      [8192, 2048],
      [6144, 4096],
      [16384, 4096],
    ]) {
      const row = parseRows(`chip,dtype,m,n,k,seconds\nx,bf16,${m},${n},${k},1`, 'made up')[0]!;
      const base = constantsFor(b200, 'gemm', 'bf16').value;
      lines.push(`my-chip,bf16,${m},${n},${k},${predict(row, { ...base, compute, bandwidth }, b200)}`);
    }
  }
  return lines.join('\n');
}

describe('calibration from a table', () => {
  it('explains rows that were never seen, and the overlay brings its constants to estimates', () => {
    const rows = parseRows(table(0.5, 0.6), 'my bench');
    expect(rows).toHaveLength(35);
    const fitted = calibrateRows(rows, b200, 500)[0]!;
    expect(fitted.score.median).toBeLessThan(0.06);
    expect(fitted.calibration.source).toBe('fitted to 35 rows of my bench');
    // The class constants, which the rows do not follow, are much further off.
    const base = constantsFor(b200, 'gemm', 'bf16').value;
    const before = score(rows.map((row) => ({ predicted: predict(row, base, b200), measured: row.seconds })));
    expect(before.median).toBeGreaterThan(0.15);

    const overlay = overlayOf(b200, 'my-b200', [fitted.calibration], 'Measured in a test.');
    const validate = new Ajv({ strict: false }).compile(schema);
    expect(validate(overlay), JSON.stringify(validate.errors)).toBe(true);
    const { chip } = resolveUserChip(JSON.parse(JSON.stringify(overlay)), 'overlay.json');
    expect(constantsFor(chip!, 'gemm', 'bf16').value['compute']).toBe(
      fitted.calibration.constants['compute'],
    );
    // Bins with 20 rows in them or beside them count as calibrated, others say class.
    expect(constantsFor(chip!, 'gemm', 'bf16').interval(2e-5).basis).toBe('calibrated');
    expect(constantsFor(chip!, 'gemm', 'bf16').interval(1).basis).toBe('class');
  });

  it('reads the three kinds of tables by their columns', () => {
    const [attention] = parseRows(
      'chip,phase,dtype,batch,query_length,heads,kv_heads,head_dim,kv_length,seconds\na,generation,bf16,2,1,32,8,128,511,1e-5',
      'x',
    );
    expect(attention).toMatchObject({ group: 'attention-decode', keyLength: 512, kvHeads: 8 });
    const [norm] = parseRows('chip,op,dtype,b,m,n,k,rows,cols,seconds\na,ln,fp32,,,,,128,768,1e-5', 'x');
    expect(norm).toMatchObject({ group: 'normalization', rows: 128, columns: 768 });
    expect(parseRows('a,b\n1,2', 'x')).toEqual([]);
    expect(calibrateRows(parseRows('chip,dtype,m,n,k,seconds\na,bf16,1,1,1,1', 'x'), b200)).toEqual([]);
  });
});

describe('profiles', () => {
  it('bring estimates of their model to what was measured', () => {
    const layers = Array.from({ length: 24 }, (_, i) => dense(256, 512 + 64 * i, 2048));
    const { inference, plan } = chain([256, 512], layers);
    const chip = chipById('intel-xeon-8480')!;
    const runtime = profileById('onnxruntime-cpu')!;
    const before = estimateChip({ inference, plan, workload }, chip, runtime);
    const nodes = plan.kernels.map((kernel) =>
      measured(`n${kernel.index}`, before.kernels[kernel.index]!.seconds!.value * 2.5),
    );
    const matched = matchProfile(inference, plan, profileOf([...nodes, measured('ReorderInput', 1e-6)]));
    expect(matched.unmatchedSeconds).toBeCloseTo(1e-6, 12);
    expect(matched.kernels.every((seconds) => seconds > 0)).toBe(true);
    const fits = calibrateProfiles(
      [{ inference, plan, profile: runtime, workload, matched }],
      chip,
      'a profile',
    );
    const calibration = fits.flatMap((fit) => (fit.calibration ? [fit.calibration] : []));
    expect(calibration).toHaveLength(1);
    expect(calibration[0]!.source).toBe('fitted to 24 kernels of a profile');
    // 24 rows carry 4 constants at most.
    expect(Object.keys(calibration[0]!.constants).length).toBeLessThanOrEqual(4);
    expect(fits[0]!.before.median).toBeCloseTo(1.5, 2);
    expect(fits[0]!.after!.median).toBeLessThan(0.1);
    // What is hardly longer than the profiler's own time says nothing.
    const kernels = matched.kernels.map((seconds, i) => (i === 0 ? 5e-6 : seconds));
    const [net] = calibrateProfiles(
      [
        {
          inference,
          plan,
          profile: runtime,
          workload,
          matched: { ...matched, kernels },
          profilerSeconds: 3e-6,
        },
      ],
      chip,
      'a profile',
    );
    expect(net!.rows).toBe(23);

    const own = { ...chip, id: 'measured', calibration };
    const after = estimateChip({ inference, plan, workload }, own, runtime);
    const total = nodes.reduce((sum, { seconds }) => sum + seconds, 0);
    expect(Math.abs(before.total.latencySeconds!.value! / total - 1)).toBeGreaterThan(0.5);
    expect(Math.abs(after.total.latencySeconds!.value! / total - 1)).toBeLessThan(0.05);
    expect(after.kernels[5]!.seconds?.basis).toBe('calibrated');
  });
});
