import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { memorySource } from '../../../server/engine/graph/byteSource';
import type { Model } from '../../../server/engine/graph/model';
import { runtimeProfiles } from '../../../server/engine/kernels/profile';
import { buildReport } from '../../../server/engine/report/build';
import { printCsv } from '../../../server/engine/report/print/csv';
import { printTable } from '../../../server/engine/report/print/table';
import type { Report } from '../../../server/engine/report/types';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';
import { reportWords } from '../../../server/reportWords';
import { fixture } from '../formats/fixtures';
import { bytes, modelOf, part, text } from '../formats/wire';

/** Of classes whose laws and default runtimes differ. */
const chips = [
  'nvidia-t4',
  'generic-x86-avx2-desktop',
  'google-tpu-v5e',
  'hailo-8',
  'apple-m4-ane',
  'graphcore-ipu-gc200',
];

function workloadOf(runtime: string | null): Workload {
  return { bindings: {}, phase: 'inference', precision: 'as-stored', runtime };
}

async function reportOf(model: Model, runtime: string | null = null): Promise<Report> {
  const prepared = await prepare(model, workloadOf(runtime), uninterrupted);
  const analyses = [];
  for (const id of chips) analyses.push(await costsOn(prepared, chipById(id)!, uninterrupted));
  return buildReport({
    tool: { version: '0', catalogueVersion: '0' },
    path: 'm.onnx',
    prepared,
    chips: analyses,
    carbonIntensity: null,
    problems: [],
    lineOf: () => null,
    textOf: ({ code }) => code,
  });
}

async function parsed(text: string): Promise<Model> {
  return (await parseOnnxText(text, uninterrupted)).value!;
}

const head = '<ir_version: 10, opset_import: ["" : 21]>';
const unfinished = `${head}
hand (float[1, 3, 224, 224] x, float[64, 3, 7, 7] w) => (float[1, 64, 112, 112] y)
{
  conv_out = Conv <strides = [2, 2], pads = [3, 3, 3, 3]> (x, w)
  y = Relu (conv_out)
  z = MaxPool <kernel_shape = [2, 2]> (yy)
}
`;

describe('a graph that is not all there', () => {
  it('has totals of what is known, the same work on every chip', async () => {
    const { chips: found } = await reportOf(await parsed(unfinished));
    for (const { id, total, memory } of found) {
      // 2 x 64·112·112 outputs x 3·7·7 products, and one operation per element of Relu.
      const work = 2 * 64 * 112 * 112 * 147 + 64 * 112 * 112;
      const all = (total.operations.value ?? 0) + (total.eliminatedOperations.value ?? 0);
      expect({ id, partial: total.latencySeconds?.isLowerBound, all }).toEqual({
        id,
        partial: true,
        all: work,
      });
      expect(total.latencySeconds!.value).toBeGreaterThan(0);
      expect(total.throughput).toBeNull();
      expect(memory).toMatchObject({ fits: null, fitsUnknown: 'partial', highWaterBytes: null });
    }
  });

  it('says so wherever a total is printed', async () => {
    const report = await reportOf(await parsed(unfinished));
    const table = printTable(report, reportWords('en'));
    expect(table).toMatch(/nvidia-t4 .*at least [\d.]+ µs \(1 node unknown\) +\? +\? +\?/);
    expect(table).toContain('Parts of the model are missing or wrong');
    expect(printTable(report, reportWords('ko'))).toMatch(
      /nvidia-t4 .*최소 [\d.]+ µs\(노드 1개 알 수 없음\)/,
    );
    const [columns, first] = [...printCsv(report)]
      .join('')
      .split('\r\n')
      .map((line) => line.split(','));
    // Counted from the end: a shape before it has commas of its own.
    const cell = (name: string): string => first!.at(columns!.indexOf(name) - columns!.length)!;
    // Of the whole run only a part is known, which has columns of its own.
    expect([cell('chip_seconds'), cell('chip_joules'), cell('chip_seconds_at_most')]).toEqual(['', '', '']);
    expect(Number(cell('chip_seconds_at_least'))).toBe(report.chips[0]!.total.latencySeconds!.value);
    expect(Number(cell('chip_joules_at_least'))).toBe(report.chips[0]!.total.joules!.value);
    expect(cell('chip_unknown_nodes')).toBe('1');
  });

  it('is one whose line breaks off too, while a whole one is none', async () => {
    const broken = unfinished.replace('z = MaxPool <kernel_shape = [2, 2]> (yy)', 'z = MaxPool <kernel_sh');
    expect(
      (await reportOf(await parsed(broken))).chips.every(({ total }) => total.operations.isLowerBound),
    ).toBe(true);
    const whole = unfinished.replace('(yy)', '(y)');
    const { total, memory } = (await reportOf(await parsed(whole))).chips[0]!;
    expect([total.latencySeconds!.isLowerBound, memory.fits]).toEqual([false, true]);
  });

  it.each(['w = Relu y)', 'w = Relu (', 'w = Conv <pads = [1', 'w = MaxPool <kernel_shape = [2, 2'])(
    'as the line “%s”, lacks nothing that its node is blamed for',
    async (line) => {
      const { value, problems } = await parseOnnxText(
        `${head} g (float[1, 2, 8, 8] x) => () {\ny = Exp (x)\n${line}\n}`,
        uninterrupted,
      );
      expect(problems.map(({ severity }) => severity)).toContain('error');
      const { inference } = await prepare(value!, workloadOf(null), uninterrupted);
      expect(inference.problems).toEqual([]);
    },
  );

  it('without outputs runs all of its nodes', async () => {
    const model = await parsed(`${head} g (float[1024] x) => () { y = Exp (x) z = Relu (y) }`);
    for (const { id } of runtimeProfiles) {
      for (const { total } of (await reportOf(model, id)).chips) {
        // One operation per element and node.
        expect(total.operations.value).toBe(2048);
        expect(total.eliminatedOperations.value).toBe(0);
      }
    }
  });

  it.each(['tiny-conv.onnx', 'tiny-mlp.onnx', 'speech-lstm-gru.onnx'])(
    'as %s cut anywhere, is never free, whole or sure to fit',
    async (name) => {
      const whole = fixture(name);
      for (let step = 1; step < 24; step++) {
        const cut = whole.subarray(0, Math.floor((whole.length * step) / 24));
        const { value, problems } = await readOnnx(memorySource(cut), uninterrupted);
        if (!value) continue;
        expect(problems.filter(({ code }) => code === 'format.truncated')).toHaveLength(1);
        const { inference } = await prepare(value, workloadOf(null), uninterrupted);
        // All that is missing follows from the one place where the file ends.
        expect(inference.problems.map(({ code }) => code)).toEqual([]);
        const runtime = runtimeProfiles[step % runtimeProfiles.length]!.id;
        const found = (await reportOf(value, runtime)).chips;
        for (const { total, memory } of found) {
          expect(total.operations.isLowerBound).toBe(true);
          expect(total.latencySeconds?.value).not.toBe(0);
          expect(memory.fits).not.toBe(true);
          expect(total.throughput).toBeNull();
        }
      }
    },
  );

  it.each([
    ['cut in the middle', 'tiny-mlp.onnx', (whole: Uint8Array) => whole.subarray(0, whole.length / 2)],
    ['with a node of more outputs than are read', null, torn],
  ])('%s tells where reading ended, not that the file lacks names', async (_what, name, make) => {
    const { value, problems } = await readOnnx(
      memorySource(make(name === null ? new Uint8Array() : fixture(name))),
      uninterrupted,
    );
    expect(problems.filter(({ severity }) => severity === 'error')).toHaveLength(1);
    const { inference } = await prepare(value!, workloadOf(null), uninterrupted);
    expect(inference.isPartial).toBe(true);
    const codes = inference.problems.map(({ code }) => code);
    expect(codes.filter((code) => code.endsWith('-undefined'))).toEqual([]);
  });
});

/** Of 70,000 outputs of a node 65,535 are read beside its input; the last one is used. */
function torn(): Uint8Array {
  const pieces = Array.from({ length: 70_000 }, (_, i) => text(2, `s${i}`));
  return modelOf([
    bytes(1, [text(1, 'x'), ...pieces, text(4, 'Split')].flat()),
    part(1, text(1, 's69999'), text(2, 'y'), text(4, 'Relu')),
    part(11, text(1, 'x')),
    part(12, text(1, 'y')),
  ]);
}
