import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchProfile } from '../../../server/engine/cost/calibrate/matchProfile';
import { readProfile } from '../../../server/engine/cost/calibrate/readProfile';
import { layerNodes } from '../../../server/engine/cost/calibrate/trtProfile';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { infer } from '../../../server/engine/inference/infer';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';
import { chain, dense, measured, profileOf } from './layers';
import { argOf } from '../../../server/engine/problem';

const fixtures = join(__dirname, '../../fixtures');
const read = (text: string, layers?: string) =>
  readProfile(text, { origin: 'test', ...(layers === undefined ? {} : { layers }) }, uninterrupted);
const node = (name: string, dur: number, ts: number, more: object = {}) => ({
  ...{ cat: 'Node', tid: 1, name: `${name}_kernel_time`, dur, ts },
  args: { op_name: 'MatMul', provider: 'CPUExecutionProvider', ...more },
});
const run = (dur: number, ts: number) => ({ cat: 'Session', tid: 1, name: 'model_run', dur, ts });
const lines = (events: readonly object[]) =>
  `[\n${events.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`;

describe('a trace of ONNX Runtime', () => {
  it('gives the fastest run of each node but the first run', async () => {
    const events = [
      ...[{ cat: 'Session', name: 'model_loading_uri', dur: 100, ts: 0 }, node('n0', 10, 5), run(20, 4)],
      ...[node('n0', 120, 105), run(150, 100), node('n0', 100, 305), run(140, 300)],
    ];
    const { profile, problems } = await read(lines(events));
    expect(problems).toEqual([]);
    expect(profile).toMatchObject({ kind: 'onnxruntime', runs: 2, statistic: 'fastest' });
    expect(profile!.places).toEqual(['CPUExecutionProvider']);
    expect(profile!.wholeSeconds).toBeCloseTo(140e-6, 12);
    expect(profile!.rows).toHaveLength(1);
    expect(profile!.rows[0]).toMatchObject({ names: ['n0'], operator: 'MatMul', count: 2, repeat: 1 });
    expect(profile!.rows[0]!.seconds).toBeCloseTo(100e-6, 12);
    expect(profile!.rows[0]!.medianSeconds).toBeCloseTo(120e-6, 12);
    // A file on one line, and one wrapped as other tools do, say the same.
    expect((await read(JSON.stringify(events))).profile).toEqual(profile);
    expect((await read(JSON.stringify({ traceEvents: events }, null, 1))).profile).toEqual(profile);
    // A run that was killed leaves half an entry.
    const cut = await read(lines(events).slice(0, -8));
    expect(cut.profile!.rows[0]!.count).toBe(2);
    expect(cut.problems.map(({ code }) => code)).toEqual(['profile.cut-off']);
  });

  it('is rid of what the profiler adds, which rows show that do nothing', async () => {
    const events = [node('n0', 50, 10), node('r', 4, 70, { op_name: 'Reshape' }), run(99, 0)];
    const { profile } = await read(lines(events));
    expect(profile!.profilerSeconds).toBeCloseTo(4e-6, 12);
    expect(profile!.rows[0]!.seconds).toBeCloseTo(46e-6, 12);
    expect(profile!.rows[1]!.seconds).toBe(0);
    expect((await read(lines([node('n0', 50, 10), run(99, 0)]))).profile!.profilerSeconds).toBeNull();
  });

  it('takes the nodes of a loop out of its own time and counts their runs', async () => {
    const inner = [0, 1, 2, 3].map((i) => node('body', 10, 20 + 20 * i));
    const { profile } = await read(
      lines([...inner, node('loop', 100, 10, { op_name: 'Loop' }), run(120, 0)]),
    );
    const [body, loop] = profile!.rows;
    expect([body!.repeat, body!.seconds]).toEqual([4, 10e-6]);
    expect(loop!.seconds).toBeCloseTo(60e-6, 12);
    expect(profile!.seconds).toBeCloseTo(100e-6, 12);
  });

  it('takes what the device did where the trace has it, and says so where it has not', async () => {
    const cuda = { provider: 'CUDAExecutionProvider' };
    const bare = await read(lines([node('n0', 5, 0, cuda), run(9, 0)]));
    expect(bare.problems.map((one) => [one.code, argOf(one, 'provider')])).toEqual([
      ['profile.launch-only', 'CUDAExecutionProvider'],
    ]);
    const kernels = [20, 30].map((dur) => ({ cat: 'Kernel', name: 'gemm', dur, ts: 1 }));
    const full = await read(lines([node('n0', 5, 0, cuda), ...kernels, run(60, 0)]));
    expect(full.problems).toEqual([]);
    expect(full.profile!.rows[0]!.seconds).toBeCloseTo(50e-6, 12);
  });

  it('matches the kernels of its model, but for the copies between layouts', async () => {
    const bytes = readFileSync(join(fixtures, 'models/tiny-conv.onnx'));
    const { value: model } = await readOnnx(
      { size: bytes.length, read: (at, length) => Promise.resolve(bytes.subarray(at, at + length)) },
      uninterrupted,
    );
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    const inference = await infer(model!, workload, {}, uninterrupted);
    const plan = await planKernels(inference, profileById('onnxruntime-cpu')!, uninterrupted);
    const text = readFileSync(join(fixtures, 'profiles/tiny-conv.onnxruntime.json'), 'utf8');
    const { profile } = await read(text);
    expect([profile!.runs, profile!.rows.length]).toEqual([2, 11]);
    const matched = matchProfile(inference, plan, profile!);
    // Copies have no name of the model; of all but the first the shapes are too small to tell them by.
    expect(matched.unmatchedKernels.map((kernel) => plan.kernels[kernel]!.fusion)).toEqual([
      ...['ReorderInput', 'ReorderOutput', 'ReorderOutput'],
    ]);
    expect(matched.conflicts).toEqual([]);
    expect(matched.unmatchedRows.map((row) => profile!.rows[row]!.operator)).toEqual([
      ...['ReorderInput', 'ReorderOutput', 'ReorderOutput'],
    ]);
    // Conv fused with Relu: 16 and 9 µs after the first run, of which the profiler took the 4 µs that Flatten shows.
    expect(profile!.profilerSeconds).toBeCloseTo(4e-6, 12);
    expect(matched.kernels[0]).toBeCloseTo(5e-6, 12);
    // 5 + 1 + 2 + 2 + 2 + 1 + 1 µs, of them 1 for the first copy. Without the profiler the model takes 16 µs.
    expect(profile!.seconds).toBeCloseTo(14e-6, 12);
    expect(matched.kernels[1]).toBeCloseTo(1e-6, 12);
    expect(matched.unmatchedSeconds).toBe(0);
    // The same times at another batch must not be compared.
    const wider = await infer(model!, { ...workload, bindings: { batch: 4 } }, {}, uninterrupted);
    const widerPlan = await planKernels(wider, profileById('onnxruntime-cpu')!, uninterrupted);
    const [conflict] = matchProfile(wider, widerPlan, profile!).conflicts;
    expect(conflict).toMatchObject({ measured: [1, 8, 8, 8], expected: [4, 8, 8, 8] });
  });
});

describe('a file of trtexec --exportProfile', () => {
  const text = `[
  { "count" : 50 }
, { "name" : "conv1 + relu1", "timeMs" : 50, "averageMs" : 1.1, "medianMs" : 1.0, "percentage" : 60 }
, { "name" : "__myl_FcAdd_myl0_3", "timeMs" : 30, "averageMs" : 0.6, "medianMs" : 0.5, "percentage" : 40 }
]`;

  it('gives layers with the nodes that they fuse', async () => {
    const { profile } = await read(text);
    expect(profile).toMatchObject({ kind: 'trtexec', runs: 50, statistic: 'median' });
    expect(profile!.seconds).toBeCloseTo(1.5e-3, 12);
    expect(profile!.rows.map(({ names, seconds }) => [names, seconds])).toEqual([
      [['conv1', 'relu1'], 1e-3],
      [[], 5e-4],
    ]);
    const layers = JSON.stringify({
      Layers: [
        { Name: '__myl_FcAdd_myl0_3', Metadata: '[ONNX Layer: /fc/MatMul]\u001e[ONNX Layer: /fc/Add]' },
      ],
    });
    expect((await read(text, layers)).profile!.rows[1]!.names).toEqual(['/fc/MatMul', '/fc/Add']);
  });

  it('writes names in many ways', () => {
    expect(layerNodes('PWN(PWN(sigmoid), mul)')).toEqual(['sigmoid', 'mul']);
    expect(layerNodes('{ForeignNode[/a/MatMul.../b/Add]}')).toEqual(['/a/MatMul', '/b/Add']);
    expect(layerNodes('/fc/MatMul_myl0_3')).toEqual(['/fc/MatMul']);
    expect(layerNodes('q/Conv || k/Conv')).toEqual(['q/Conv', 'k/Conv']);
    expect(layerNodes('reshape_before_/fc/MatMul')).toEqual(['/fc/MatMul']);
    expect(layerNodes('Reformatting CopyNode for Input Tensor 0 to conv1')).toEqual([]);
    expect(layerNodes('(Unnamed Layer* 12) [Shuffle]')).toEqual(['(Unnamed Layer* 12) [Shuffle]']);
  });

  it('lays a layer of several kernels over all of them', () => {
    const { inference, plan } = chain(
      [8, 512],
      [1, 2, 3, 4, 5].map((i) => dense(8, 512, 256 * i)),
    );
    const stretch = measured('{ForeignNode[n1...n3]}', 3e-3, { names: ['n1', 'n3'], isRange: true });
    const matched = matchProfile(inference, plan, profileOf([stretch, measured('n0', 1e-3)]));
    expect(matched.groups).toEqual([
      { rows: [1], kernels: [0], seconds: 1e-3 },
      { rows: [0], kernels: [1, 2, 3], seconds: 3e-3 },
    ]);
    expect([...matched.kernels]).toEqual([1e-3, NaN, NaN, NaN, NaN]);
    expect(matched.unmatchedKernels).toEqual([4]);
    expect(matched.share).toBe(1);
  });
});

describe('a table', () => {
  it('of nodes needs a name and a time', async () => {
    const { profile, problems } = await read('node,ms,operator\n"a, b",2,MatMul\nc,,\nd,0.5,\n');
    expect(profile).toMatchObject({ kind: 'node-table', statistic: 'stated', runs: null });
    expect(profile!.rows.map(({ names, seconds, operator }) => [names, seconds, operator])).toEqual([
      [['a, b'], 2e-3, 'MatMul'],
      [['d'], 5e-4, null],
    ]);
    expect(problems).toMatchObject([{ code: 'profile.lines-skipped', args: { count: 1 } }]);
  });

  it('may be the counters of OpenVINO', async () => {
    const text =
      'layerName;execStatus;layerType;execType;realTime (ms);cpuTime (ms)\nconv1;EXECUTED;Convolution;jit;0.4;0.4\nTotal;;;;0.4;0.4\n';
    const { profile, problems } = await read(text);
    expect(problems).toEqual([]);
    expect(profile!.rows.map(({ names, operator }) => [names, operator])).toEqual([
      [['conv1'], 'Convolution'],
    ]);
    expect(profile!.seconds).toBeCloseTo(4e-4, 12);
  });

  it('of kernels is laid over the kernels of their size and format', async () => {
    const { inference, plan } = chain([8, 512], [dense(8, 512, 256), dense(8, 256, 512), dense(8, 512, 256)]);
    const table = 'chip,dtype,m,n,k,seconds\nmine,fp32,8,256,512,1e-5\nmine,bf16,8,512,256,2e-5\n';
    const { profile } = await read(table);
    expect(profile).toMatchObject({ kind: 'kernel-table', seconds: null, places: ['mine'] });
    const matched = matchProfile(inference, plan, profile!, { precisionOf: () => 'fp32' });
    expect([...matched.kernels]).toEqual([1e-5, NaN, 1e-5]);
    expect(matched.unmatchedRows).toEqual([1]);
  });
});

describe('what is no profile', () => {
  it.each([
    ['profile.unknown', '{"a": 1}'],
    ['profile.unknown', 'no json'],
    ['profile.unknown', 'a,b\n1,2\n'],
    ['profile.unknown', '['.repeat(200_000)],
    ['profile.unknown', `[${', '.repeat(500_000)}x`],
    ['profile.empty', ' \n'],
    ['profile.no-rows', 'name,seconds\nx,fast\n'],
    ['profile.unknown', 'm,n,k,dtype,seconds\n1,2,zero,fp32,1\n'],
  ])('%s', async (code, text) => {
    const { profile, problems } = await read(text);
    expect(profile).toBeNull();
    expect(problems.map((one) => one.code)).toEqual([code]);
  });

  it('may be any text: nothing is thrown, and what is read is numbers and names', async () => {
    const word = fc.constantFrom(
      ...[
        'cat',
        'Node',
        'name',
        'x_kernel_time',
        'dur',
        'ts',
        'tid',
        'args',
        'averageMs',
        'count',
        'op_name',
        '{',
        '}',
      ],
      ...[
        '[',
        ']',
        '"',
        ':',
        ',',
        '\n',
        '1e999',
        '-5',
        'null',
        'm,n,k',
        'seconds',
        'dtype',
        ';',
        'ForeignNode[',
        '...',
      ],
    );
    const json = fc.array(
      fc.dictionary(
        fc.constantFrom('cat', 'name', 'dur', 'ts', 'tid', 'args', 'averageMs', 'medianMs', 'count'),
        fc.oneof(
          fc.jsonValue(),
          fc.constantFrom('Node', 'Session', 'Kernel', 'model_run', 'a_kernel_time', 3),
        ),
      ),
    );
    const texts = fc.oneof(
      fc.array(word, { maxLength: 60 }).map((words) => words.join('')),
      json.map((events) => JSON.stringify(events)),
      json.map((events) => lines(events)),
      fc.string({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const { profile, problems } = await read(text);
        if (!profile) return problems.some(({ severity }) => severity === 'error');
        return profile.rows.every(
          ({ seconds, names, count }) =>
            seconds >= 0 &&
            Number.isFinite(seconds) &&
            count >= 1 &&
            names.every((name) => typeof name === 'string'),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('has names and fields of the wrong kind, which are passed over', async () => {
    const odd = [
      { cat: 'Node', name: 5, dur: 1 },
      { cat: 'Node', name: 'x_kernel_time', dur: -1 },
      { cat: 'Node', name: 'x_kernel_time', dur: 1e300 },
      { cat: 'Node', name: 'y_kernel_time', dur: 3, ts: 'later', args: [1] },
      { cat: 'Node', name: `${'z'.repeat(5000)}_kernel_time`, dur: 4, args: { output_type_shape: 'none' } },
    ];
    const { profile } = await read(lines(odd));
    expect(profile!.rows.map(({ name, seconds }) => [name.length, seconds])).toEqual([
      [1, 3e-6],
      [2000, 4e-6],
    ]);
  });
});
