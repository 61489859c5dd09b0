import { chips } from '../../server/engine/chips/catalogue';
import type { RankReport } from '../../server/engine/report/rankReport';
import type { Report } from '../../server/engine/report/types';
import { digits, middle, type Asking, type Claim } from './claim';

const tpu = 'google-tpu-v1';
const cpu = 'intel-haswell-e5-2699v3';
const gpu = 'nvidia-k80';

/** The most samples per second of batches within 7 ms, else those of a batch of one, by chip. */
async function bestRates(asking: Asking, model: string): Promise<ReadonlyMap<string, number>> {
  const best = new Map<string, number>();
  for (const batch of [1, 4, 16, 64, 256]) {
    const named = [tpu, cpu, gpu].map((id) => `--chip ${id}`).join(' ');
    const line = `rank ${model} ${named} --any-status --objective throughput --bind batch=${batch}`;
    const { ranked } = await asking.json<RankReport>(line, batch === 64);
    for (const { id, figures } of ranked) {
      const isAllowed = batch === 1 || (figures.latency?.value ?? Infinity) <= 0.007;
      if (isAllowed) best.set(id, Math.max(best.get(id) ?? 0, figures.throughput?.value ?? 0));
    }
  }
  return best;
}

/** TPU v1 against processor and GPU of its day. */
export async function tpuSpeed(asking: Asking): Promise<Claim> {
  const ratios: { readonly model: string; readonly over: readonly [number, number] }[] = [];
  for (const model of ['mlp0', 'speech-lstm-gru', 'resnet50']) {
    const rates = await bestRates(asking, `${model}.onnx`);
    const over = (id: string): number => rates.get(tpu)! / rates.get(id)!;
    ratios.push({ model, over: [over(cpu), over(gpu)] });
  }
  const mean = (at: 0 | 1): number =>
    Math.exp(ratios.reduce((sum, { over }) => sum + Math.log(over[at]), 0) / ratios.length);
  const means = [mean(0), mean(1)];
  const each = ratios.map(({ model, over }) => `${model} ${over.map(digits).join(' and ')}`).join('; ');
  return {
    said: 'TPU v1 runs inference 15 to 30 times as fast as a processor or a GPU of its day.',
    computed: `Samples per second of the best batch within 7 ms, or of one sample, against a Haswell and a die of a K80: ${each}; in the geometric mean ${means.map(digits).join(' and ')}.`,
    verdict: means.every((value) => value >= 15 && value <= 30) ? 'reproduced' : 'not',
    reason:
      'Three networks of the kinds of the paper; its six, which it weighs by how often they run, are not published. Single ones lie outside of the band. Processor and GPU get here what software of today reaches on them, there what that of 2015 did.',
    commands: asking.commands,
  };
}

/** Samples per joule by class of chips. */
export async function perWatt(asking: Asking): Promise<Claim> {
  const classes = { ASIC: ['asic', 'tpu', 'npu', 'lpu'], FPGA: ['fpga'], GPU: ['gpu'] };
  const all = Object.values(classes).flat().join(',');
  const { ranked } = await asking.json<RankReport>(
    `rank resnet50.onnx --class ${all} --objective energy --any-status`,
  );
  const middles = Object.entries(classes).map(([name, of]) => {
    const rows = ranked.filter((row) => of.includes(row.class) && row.figures.energy);
    const value = middle(rows.map(({ figures }) => 1 / figures.energy!.value));
    return { name, value, count: rows.length };
  });
  const isInOrder = middles.every(({ value }, i) => i === 0 || value < middles[i - 1]!.value);
  return {
    said: 'Per watt an ASIC is ahead of an FPGA, and that of a GPU.',
    computed: `ResNet-50, images per joule, the median of a class: ${middles.map(({ name, value, count }) => `${name} ${digits(value)} (${count} chips)`).join(', ')}.`,
    verdict: isInOrder ? 'reproduced' : 'not',
    reason:
      'Medians of chips of all years and sizes, each in the format that it computes in; FPGAs are few and older than most GPUs.',
    commands: asking.commands,
  };
}

/** Rated power of NPUs in devices against GPUs. */
export async function npuPower(asking: Asking): Promise<Claim> {
  const { ranked } = await asking.json<RankReport>(
    'rank mobilenetv2.onnx --class npu,gpu --any-status --objective energy',
  );
  const watts = (isMeant: (row: RankReport['ranked'][number]) => boolean): number[] =>
    ranked.flatMap((row) => (isMeant(row) && row.figures.watts ? [row.figures.watts.value] : []));
  const isOfDevice = ({ class: name, places }: RankReport['ranked'][number]): boolean =>
    name === 'npu' && places.includes('device');
  const npus = watts(isOfDevice);
  const gpus = watts((row) => row.class === 'gpu');
  const ratio = middle(npus) / middle(gpus);
  return {
    said: 'An NPU of a device takes less than a tenth of the power of a GPU.',
    computed: `Median of the rated power: ${digits(middle(npus))} W (${npus.length} NPUs) against ${digits(middle(gpus))} W (${gpus.length} GPUs), ${digits(ratio)} of it.`,
    verdict: ratio < 0.1 ? 'reproduced' : 'not',
    reason: 'Of chips that run MobileNetV2 and whose rated power is known.',
    commands: asking.commands,
  };
}

/** What one image takes on a Gaudi and on a V100. */
export async function gaudi(asking: Asking): Promise<Claim> {
  const line =
    'rank resnet50.onnx --chip intel-habana-gaudi1 --chip nvidia-v100-sxm2-32gb --any-status --objective throughput --precisions fp16,bf16 --bind batch=64';
  const { ranked } = await asking.json<RankReport>(line);
  const rate = (id: string): number => ranked.find((row) => row.id === id)?.figures.throughput?.value ?? NaN;
  const ratio = rate('intel-habana-gaudi1') / rate('nvidia-v100-sxm2-32gb');
  return {
    said: 'Gaudi computes four times as fast as a GPU.',
    computed: Number.isFinite(ratio)
      ? `ResNet-50 of 64 images forward: ${digits(ratio)} times a V100.`
      : 'Unknown.',
    verdict: 'not checkable',
    reason: 'No model, no GPU and no format are named.',
    commands: asking.commands,
  };
}

/** Floating-point operations per second of Summit. */
export async function summit(asking: Asking): Promise<Claim> {
  type Found = readonly { devices: readonly { chip: string; count: number }[] }[];
  const [system] = await asking.json<Found>('systems Summit');
  const peak = system!.devices.reduce((sum, { chip, count }) => {
    const rate = chips.find(({ id }) => id === chip)?.peakOpsPerSecond['fp64'];
    return sum + count * (rate?.value ?? NaN);
  }, 0);
  return {
    said: 'Summit does 2 x 10^17 operations per second.',
    computed: `The FP64 peaks of all chips: ${(peak / 1e17).toFixed(2)} x 10^17 per second.`,
    verdict: Math.abs(peak / 2e17 - 1) < 0.15 ? 'reproduced' : 'not',
    reason: 'A sum of peaks, 10 % above what its owner states.',
    commands: asking.commands,
  };
}

/** Energy of a step of training against a run. */
export async function trainingEnergy(asking: Asking): Promise<Claim> {
  const joules = async (phase: string): Promise<number> => {
    const line = `analyze resnet50.onnx --chip nvidia-a100-sxm-80gb --bind batch=32 --phase ${phase}`;
    return (await asking.json<Report>(line)).chips[0]!.total.joules?.value ?? NaN;
  };
  const ratio = (await joules('inference')) / (await joules('training'));
  return {
    said: 'Inference takes much less energy than training.',
    computed: Number.isFinite(ratio)
      ? `An image forward takes ${digits(ratio)} of what it takes in a step of training.`
      : 'The energy of a step of training is unknown.',
    verdict: !Number.isFinite(ratio) ? 'not checkable' : ratio < 0.5 ? 'reproduced' : 'not',
    reason: 'ResNet-50 on an A100, 32 images; training takes each image many times besides.',
    commands: asking.commands,
  };
}
