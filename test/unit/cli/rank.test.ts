import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { RankReport } from '../../../server/engine/report/rankReport';
import { run } from '../../../server/cli/run';
import { siliconlens, temporaryFolder, type Printed } from './commandLine';

const { write } = temporaryFolder();
const resnet = write('resnet50.onnx', gunzipSync(readFileSync('test/fixtures/models/resnet50.onnx.gz')));
const rank = (...words: string[]): Promise<Printed> => siliconlens('rank', resnet, ...words);
const reportOf = async (...words: string[]): Promise<RankReport> =>
  JSON.parse((await rank('--format', 'json', ...words)).out) as RankReport;

const asked = '--limit latency=10ms --limit watts=10 --place device --objective energy'.split(' ');

describe('siliconlens rank', () => {
  it('answers with chips that keep the limits, and with a reason for each other', async () => {
    const { ranked, rejected, best, objective } = await reportOf(...asked);
    expect(objective).toBe('energy');
    for (const { figures } of ranked) {
      expect(figures.latency!.value).toBeLessThanOrEqual(0.01);
      expect(figures.watts!.value).toBeLessThanOrEqual(10);
    }
    const joules = ranked.map(({ figures }) => figures.energy!.value);
    expect(joules).toEqual([...joules].sort((a, b) => a - b));
    expect(best).toContain(ranked[0]!.id);
    const reasonOf = (id: string) => rejected.find((one) => one.id === id)?.broken;
    // The board is rated 25 W; the edge TPU streams weights over USB and takes some 40 ms.
    expect(reasonOf('nvidia-jetson-orin-nano')).toMatchObject({ limit: 'watts', value: 25, times: 2.5 });
    expect(reasonOf('google-coral-edge-tpu')).toMatchObject({ limit: 'latency' });
    expect(reasonOf('apple-m4-ane')).toEqual({ limit: 'watts', value: null });
  });

  it('says in the table that chips cannot be told apart, and why others are not there', async () => {
    const { code, out } = await rank(...asked);
    expect(code).toBe(0);
    expect(out).toMatch(/\d cannot be told apart as the best: \S+/);
    expect(out).toMatch(/nvidia-jetson-orin-nano +Rated power: 25 W, limit 10 W \(2\.5×\)/);
    expect(out).toMatch(/nvidia-k80 +discontinued/);
  });

  it('gives programs the same in JSON and CSV', async () => {
    const { ranked, rejected } = await reportOf('--chip', 'nvidia-l4', '--chip', 'nvidia-k80');
    const { out } = await rank('--chip', 'nvidia-l4', '--chip', 'nvidia-k80', '--format', 'csv');
    const [head, ...rows] = out
      .trim()
      .split('\r\n')
      .map((row) => row.split(','));
    const cell = (row: number, name: string) => rows[row]![head!.indexOf(name)];
    expect(rows).toHaveLength(2);
    expect(cell(0, 'chip')).toBe('nvidia-l4');
    expect(Number(cell(0, 'latencySeconds'))).toBe(ranked[0]!.figures.latency!.value);
    expect([cell(1, 'chip'), cell(1, 'brokenLimit')]).toEqual(['nvidia-k80', 'status']);
    expect(rows.every((row) => row.length === head!.length)).toBe(true);
    expect(rejected[0]!.broken).toMatchObject({ is: ['discontinued'] });
  });

  it('chooses a precision for each chip', async () => {
    const { ranked } = await reportOf('--precisions', 'fp16,int8', '-c', 'nvidia-l4', '-c', 'hailo-8');
    expect(ranked.map(({ precision }) => precision)).toEqual(['int8', 'int8']);
  });

  it('ends with 3 where nothing keeps the limits', async () => {
    const { code, error } = await rank('--limit', 'latency=1ns');
    expect([code, error]).toEqual([3, 'siliconlens: no chip keeps all limits\n']);
  });

  it('takes seats of vendors in capitals or not', async () => {
    const { ranked } = await reportOf('--country', 'kr');
    expect(new Set(ranked.map(({ id }) => id.split('-')[0]))).toContain('furiosa');
    expect(ranked.map(({ id }) => id).join()).not.toContain('nvidia');
  });

  it('reads limits with their units, and the strictest of several', async () => {
    const limitsOf = async (...limits: string[]) =>
      (await reportOf('-c', 'nvidia-l4', ...limits.flatMap((one) => ['--limit', one]))).limits.figures;
    const many = [
      'latency=10ms',
      'latency=1s',
      'energy=2J',
      'memory=4GiB',
      'watts = 0.5 kW',
      'throughput=1/s',
    ];
    expect(await limitsOf(...many)).toEqual({
      latency: 0.01,
      energy: 2,
      memory: 4 * 1024 ** 3,
      watts: 500,
      throughput: 1,
    });
  });

  it.each([
    [
      ['--limit', 'latency=10 miles'],
      '--limit latency takes a number above 0, bare or in s, ms, us, µs, ns, not “latency=10 miles”',
    ],
    [['--limit', 'latency=0ms'], '--limit latency takes a number above 0'],
    [
      ['--limit', 'speed=3'],
      '--limit takes NAME=N, where NAME is one of latency, throughput, tokens, energy, watts, memory, price, not “speed=3”',
    ],
    [['--limit', '__proto__=3'], '--limit takes NAME=N'],
    [['--place', 'moon'], '--place takes one of mcu, device, edge-server, cloud, vehicle, not “moon”'],
    [['--country', 'kr,atlantis'], '--country takes one of AU, '],
    [['--precisions', 'fp16,half'], '--precisions takes one of'],
    [['--objective', 'price'], '--objective price needs what chips cost'],
    [['--price', 'nvidia-l4'], '--price takes CHIP=N'],
    [['--price', 'nvidia-l4=cheap'], '--price takes CHIP=N'],
    [['--price', 'nvidia-l4=3', '-c', 'nvidia-t4'], '--price nvidia-l4: this chip is not among those'],
    [['--vendor', 'NVIDAI'], 'made by “NVIDAI”; the nearest names are NVIDIA'],
    [['--vendor', 'zzz'], 'no chip of the catalogue is made by “zzz”; “siliconlens chips” lists them'],
    [['--vendor', '-'], 'no chip of the catalogue is made by “-”'],
    [['--vendor', ''], '--vendor needs a value'],
    [['--place', 'device', '--place', ','], '--place needs a value'],
  ])('refuses %j', async (words, message) => {
    const { code, error } = await rank(...words);
    expect(code).toBe(2);
    expect(error).toContain(message);
  });

  it('takes vendors by a part of a name or in Korean, of chips that are not asked about too', async () => {
    const { ranked, rejected } = await reportOf(
      '--vendor',
      'nvid,하일로',
      '-c',
      'nvidia-l4',
      '-c',
      'intel-xeon-8480',
    );
    expect(ranked.map(({ id }) => id)).toEqual(['nvidia-l4']);
    expect(rejected[0]!.broken).toMatchObject({ limit: 'vendor', is: ['Intel'] });
  });

  it('takes prices by names of chips', async () => {
    const words = ['--objective', 'price', '--price', 'L4=2500', '--price', 'hailo-8=90'];
    const { ranked } = await reportOf(...words, '-c', 'nvidia-l4', '-c', 'hailo-8');
    expect(ranked.map(({ id, figures }) => [id, figures.price!.value])).toEqual([
      ['hailo-8', 90],
      ['nvidia-l4', 2500],
    ]);
  });

  it('speaks Korean', async () => {
    let out = '';
    await run(['rank', resnet, '-c', 'nvidia-l4', '-c', 'nvidia-k80', '--lang', 'ko'], {
      out: (text) => (out += text),
      error: () => {},
      locale: 'C',
    });
    expect(out).toContain('지연 시간이 짧은 순서로 나열한 칩');
    expect(out).toMatch(/nvidia-k80 +단종/);
  });

  it('finds the chips that carry several streams, and how busy they are', async () => {
    const { ranked, rejected, limits, streams } = await reportOf('--streams', '8x30');
    expect(limits.figures!.latency).toBeCloseTo(1 / 240, 12);
    expect(streams).toEqual({ count: 8, perSecond: 30, batch: 1, deadlineSeconds: null });
    for (const { figures } of ranked) expect(figures.latency!.value).toBeLessThanOrEqual(1 / 240);
    expect(rejected.some(({ broken }) => broken.limit === 'latency')).toBe(true);
    const one = ['--chip', 'nvidia-l4'];
    const latency = (await reportOf(...one)).ranked[0]!.figures.latency!.value;
    const { out } = await rank('--streams', '8x30', ...one);
    expect(out).toContain('8 streams of 30 frames per second each');
    expect(out).toContain(`${Math.round(latency * 240 * 100)}%`);
    // Eight frames in one run may take all of the time.
    const batched = await reportOf('--streams', '8x30', '--bind', 'batch=8', ...one);
    expect(batched.limits.figures!.latency).toBeCloseTo(1 / 30, 12);
    const { code, error } = await rank('--streams', '8');
    expect([code, error]).toEqual([
      2,
      'siliconlens: --streams takes NUMBERxRATE, such as 8x30 for eight cameras of 30 frames per second, not “8”\n',
    ]);
  });

  it('takes the power mode that serves the objective best within the limits', async () => {
    const orin = ['--chip', 'nvidia-jetson-agx-orin-64gb'];
    const fastest = (await reportOf(...orin)).ranked[0]!;
    expect(fastest.mode).toBeNull();
    // Within 30 W the mode of 30 W is the fastest.
    const { ranked } = await reportOf(...orin, '--limit', 'watts=30');
    expect(ranked[0]).toMatchObject({ mode: '30w', figures: { watts: { value: 30 } } });
    expect(ranked[0]!.figures.latency!.value).toBeGreaterThan(fastest.figures.latency!.value);
    // The least energy: no mode takes less.
    const [least] = (await reportOf(...orin, '--objective', 'energy')).ranked;
    for (const mode of ['15w', '30w', '50w']) {
      const chip = `nvidia-jetson-agx-orin-64gb@${mode}`;
      const { figures } = (await reportOf('--chip', chip, '--objective', 'energy')).ranked[0]!;
      expect(figures.energy!.value).toBeGreaterThanOrEqual(least!.figures.energy!.value);
    }
    const { out } = await rank(...orin, '--limit', 'watts=30');
    expect(out).toContain('in its mode 30w');
    expect((await rank('--chip', 'nvidia-jetson-agx-orin-64gb@31w')).code).toBe(2);
    // A mode costs what the chip costs.
    const priced = ['--price', 'nvidia-jetson-agx-orin-64gb=2000', '--limit', 'price=2000'];
    expect((await reportOf(...orin, '--limit', 'watts=30', ...priced)).ranked[0]).toMatchObject({
      mode: '30w',
      figures: { price: { value: 2000 } },
    });
  });
});
