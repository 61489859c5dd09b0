import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { SplitReport } from '../../../server/engine/report/splitReport';
import { networks } from '../../../server/engine/systems/networks';
import { run } from '../../../server/cli/run';
import { siliconlens, temporaryFolder, type Printed } from './commandLine';

const { write } = temporaryFolder();
const model = write('mobilenetv2.onnx', gunzipSync(readFileSync('test/fixtures/models/mobilenetv2.onnx.gz')));
const asked = '--device raspberry-pi-coral --cloud nvidia-l4 --network lte'.split(' ');
const split = (...words: string[]): Promise<Printed> => siliconlens('split', model, ...words);
const reportOf = async (...words: string[]): Promise<SplitReport> =>
  JSON.parse((await split(...words, '--format', 'json')).out) as SplitReport;

describe('siliconlens split', () => {
  it('takes the accelerator of a system with its host, and tries every cut', async () => {
    const report = await reportOf(...asked);
    expect(report.device).toMatchObject({
      target: 'raspberry-pi-coral',
      chip: 'google-coral-edge-tpu',
      host: 'broadcom-bcm2712',
    });
    expect(report.network).toMatchObject({ id: 'lte', upBytesPerSecond: 750_000, rttSeconds: 0.07 });
    const [all, last] = [report.cuts[0]!, report.cuts.at(-1)!];
    expect(all.nodes.device).toBe(0);
    expect(last.nodes.edge + last.nodes.cloud).toBe(0);
    expect(report.cuts.length).toBeGreaterThan(30);
    // A picture of 224 x 224 in three channels, a byte each as the chip holds it: 0.2007 s at 750 kB/s.
    expect(all.sends).toEqual([{ value: 'image', bytes: 224 * 224 * 3 * 4, isRaw: true }]);
    expect(all.transfer!.upBytes).toBe(224 * 224 * 3);
    // 1,000 results of four bytes come back at 13 Mbit/s.
    expect(all.transfer!.downBytes).toBe(4000);
    expect(all.transfer!.seconds).toBeCloseTo(0.07 + 150_528 / 750_000 + 4000 / 1_625_000, 9);
    // 438.39 and 51.97 mW per Mbit/s are nJ per bit; 1.28804 W while bits move.
    const moving = 150_528 / 750_000 + 4000 / 1_625_000;
    expect(all.transfer!.joules).toBeCloseTo(
      (150_528 * 8 * 438.39 + 4000 * 8 * 51.97) * 1e-9 + 1.28804 * moving,
      6,
    );
    // The round trip alone is longer than all of it on the device.
    expect(report.best).toBe(report.cuts.length - 1);
    expect(last.seconds!.value).toBeLessThan(0.07);
  });

  it('gives every cut the sum of its parts', async () => {
    for (const { device, cloud, transfer, ioSeconds, seconds } of (await reportOf(...asked)).cuts) {
      const parts = [device?.seconds?.value, cloud?.seconds?.value, transfer?.seconds, ioSeconds];
      expect(parts.reduce<number>((sum, one) => sum + (one ?? 0), 0)).toBeCloseTo(seconds!.value, 12);
    }
  });

  it('sends what is stated, and a byte for each number where that is asked for', async () => {
    const words = ['--device', 'generic-x86-avx2-desktop', '--cloud', 'nvidia-l4', '--network', 'wifi'];
    const plain = await reportOf(...words);
    const small = await reportOf(...words, '--int8-transfer', '--input-size', '50kB');
    expect(plain.cuts[0]!.transfer!.upBytes).toBe(602_112);
    expect(small.cuts[0]!.transfer!.upBytes).toBe(50_000);
    const at = 20;
    expect(small.cuts[at]!.transfer!.upBytes * 4).toBe(plain.cuts[at]!.transfer!.upBytes);
    expect(plain.cuts[at]!.int8Bytes).toBe(small.cuts[at]!.transfer!.upBytes);
  });

  it('keeps the input on the device, a deadline, and does without a network', async () => {
    const words = ['--device', 'generic-x86-avx2-desktop', '--cloud', 'nvidia-l4', '--network', 'wifi5'];
    const kept = await reportOf(...words, '--private-input');
    expect(kept.cuts[0]!.refusal).toBe('input-leaves');
    expect(kept.cuts[kept.best!]!.nodes.device).toBeGreaterThan(0);
    const offline = await reportOf(...words, '--offline');
    expect(offline.best).toBe(offline.cuts.length - 1);
    expect(offline.cuts.filter(({ refusal }) => refusal === 'offline')).toHaveLength(offline.cuts.length - 1);
    const { code, out, error } = await split(...words, '--deadline', '1us');
    expect([code, error]).toEqual([3, 'siliconlens: no cut keeps what was asked\n']);
    expect(out).toContain('misses the deadline');
  });

  it('tells energy, carbon, price and charges of 1,000 requests', async () => {
    const words = '--battery 15Wh --carbon KR --cloud-carbon 100 --price 3.6'.split(' ');
    const { cuts, rates } = await reportOf(...asked, ...words);
    expect(rates).toMatchObject({
      deviceGrams: 431,
      cloudGrams: 100,
      batteryWattHours: 15,
      pricePerHour: 3.6,
    });
    const { perThousand, cloud, deviceJoules } = cuts[0]!;
    // A run is a request: 1,000 of them in watt-hours of 3,600 J, those of the cloud with a PUE of 1.56.
    const near = deviceJoules!.value / 3.6;
    const far = (cloud!.joules!.value * 1.56) / 3.6;
    expect(perThousand.deviceWattHours).toBeCloseTo(near, 9);
    expect(perThousand.farWattHours).toBeCloseTo(far, 9);
    expect(perThousand.gramsCo2).toBeCloseTo(near * 0.431 + far * 0.1, 9);
    // 3.6 an hour are 0.001 a second.
    expect(perThousand.price).toBeCloseTo(cloud!.seconds!.value, 9);
    expect(perThousand.requestsPerCharge).toBeCloseTo((15 * 3600) / deviceJoules!.value, 6);
    expect(cuts.at(-1)!.perThousand).toMatchObject({ farWattHours: 0, price: 0 });
    const { out } = await split(...asked, ...words);
    expect(out).toContain('Carbon at 431 g CO2e/kWh on the device and 100 behind it.');
    expect((await split(...asked)).out).toContain('Carbon is unknown without a grid intensity');
  });

  it('has an edge between device and cloud', async () => {
    const words = '--device arm-cortex-m7 --edge jetson-agx-orin --cloud nvidia-l4 --network wifi'.split(' ');
    const { edge, edgeNetwork, cuts, best } = await reportOf(...words);
    expect(edge!.target).toBe('jetson-agx-orin');
    expect(edgeNetwork!.id).toBe('ethernet');
    // The microcontroller has no room for it, and the edge answers sooner than what lies behind another hop.
    expect(cuts[best!]!.nodes.device).toBe(0);
    expect(cuts.at(-1)!.refusal).toBe('does-not-fit');
    const { out } = await split(...words);
    expect(out).toMatch(/Edge +jetson-agx-orin/);
    // Where no kernel runs on the device, nothing does, however many nodes that only name values come before the cut.
    expect(out).toMatch(/Run all of it on (jetson-agx-orin|nvidia-l4): the device sends the input/);
  });

  it('says where it is better to stay on the device, and what cannot be told apart', async () => {
    const { out } = await split(
      '--device',
      'generic-x86-avx2-desktop',
      '--cloud',
      'nvidia-l4',
      '--network',
      'ethernet',
    );
    expect(out).toContain('The best cut by the rate of the uplink');
    expect(out).toMatch(/ {2,}0 +\S+ [kMG]bit\/s .*\(all on the device\) +0 B/);
    expect(out).toMatch(/All cuts that divide no kernel were tried/);
  });

  it('takes networks of files, and says what is wrong with them', async () => {
    const own = write('own.json', '{"id": "own", "upBytesPerSecond": 1000, "rttSeconds": 0.5}');
    const { network, cuts } = await reportOf('--device', 'hailo-8', '--cloud', 'nvidia-l4', '--network', own);
    expect(network).toMatchObject({ id: 'own', upBytesPerSecond: 1000, downBytesPerSecond: 1000 });
    // Nothing is known of its radio.
    expect(cuts[0]!.deviceJoules).toBeNull();
    expect(cuts.at(-1)!.deviceJoules).not.toBeNull();
    const failing = async (text: string): Promise<string> => {
      const path = write('bad.json', text);
      return (await split('--device', 'hailo-8', '--cloud', 'nvidia-l4', '--network', path)).error;
    };
    expect(await failing('{"id": "x", "upBytesPerSecond": 0, "rttSeconds": 0}')).toContain(
      'upBytesPerSecond is 0, but must be at least 1',
    );
    expect(await failing('{"id": "x", "rttSeconds": 0}')).toContain('upBytesPerSecond');
    expect(await failing('{"id": ')).toMatch(/bad\.json:1: /);
  });

  it.each([
    [['--cloud', 'nvidia-l4', '--network', 'lte'], 'split needs --device'],
    [['--device', 'hailo-8', '--network', 'lte'], 'split needs --cloud'],
    [['--device', 'hailo-8', '--cloud', 'nvidia-l4'], 'split needs --network'],
    [[...asked.slice(0, 5), 'pigeon'], '--network takes one of lte, 5g'],
    [[...asked, '--deadline', 'soon'], '--deadline takes a number above 0, bare or in s, ms'],
    [[...asked, '--carbon', 'Atlantis'], '--carbon takes g CO2e/kWh, or a country: AR, AT'],
    [[...asked, '--battery', '15V'], '--battery takes watt-hours above 0'],
    [[...asked, '--phase', 'training'], 'it knows no training steps'],
    [[...asked, '--edge', 'moonbase'], 'moonbase'],
    [[...asked, '--edge', 'raspbery-pi-coral'], 'the nearest names are raspberry-pi-coral'],
    [[...asked, '--edge-network', 'lte'], '--edge-network needs --edge'],
  ])('refuses %j', async (words, message) => {
    const { code, error } = await split(...words);
    expect(code).toBe(2);
    expect(error).toContain(message);
  });

  it('gives programs all cuts in CSV', async () => {
    const { out } = await split(...asked, '--format', 'csv');
    const rows = out.trim().split('\r\n');
    expect(rows).toHaveLength((await reportOf(...asked)).cuts.length + 1);
    expect(rows.every((row) => row.split(',').length === rows[0]!.split(',').length)).toBe(true);
  });

  it('speaks Korean', async () => {
    let out = '';
    await run(['split', model, ...asked, '--lang', 'ko'], {
      out: (text) => (out += text),
      error: () => {},
      locale: 'C',
    });
    expect(out).toContain('모두 raspberry-pi-coral에서 실행하세요');
  });
});

describe('networks', () => {
  it('have sources for each figure', () => {
    expect(networks.length).toBeGreaterThanOrEqual(10);
    for (const network of networks) {
      const { upBytesPerSecond, downBytesPerSecond, rttSeconds, activeWatts } = network;
      for (const figure of [upBytesPerSecond, downBytesPerSecond, rttSeconds, activeWatts]) {
        if (!figure) continue;
        expect(figure.sources.length, network.id).toBeGreaterThan(0);
        for (const source of figure.sources) expect(network.sources![source], network.id).toBeDefined();
      }
    }
  });
});
