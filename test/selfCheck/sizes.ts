import type { PhasesReport } from '../../server/engine/report/phasesReport';
import type { Report } from '../../server/engine/report/types';
import { ratedWatts } from '../../server/engine/systems/ratings';
import { systems } from '../../server/engine/systems/load';
import { chipById } from '../../server/engine/chips/catalogue';
import { digits, type Asking, type Claim } from './claim';

const on = (asking: Asking, model: string, options: string): Promise<Report> =>
  asking.json<Report>(`analyze ${model} --chip generic-x86-avx2-desktop ${options}`.trim());

/** Weights in INT8 against FP32. */
export async function int8(asking: Asking): Promise<Claim> {
  const bytes = async (precision: string): Promise<number> => {
    const { chips } = await on(asking, 'resnet50.onnx', `--precision ${precision}`);
    return chips[0]!.memory.weightsBytes ?? NaN;
  };
  const ratio = (await bytes('int8')) / (await bytes('fp32'));
  return {
    said: 'INT8 in the place of FP32 makes a model a quarter of the size.',
    computed: `Weights of ResNet-50: ${ratio.toFixed(4)}.`,
    verdict: Math.abs(ratio - 0.25) < 0.0025 ? 'reproduced' : 'not',
    reason: 'Without scales and zero points, which a quantised file has besides.',
    commands: asking.commands,
  };
}

/** DistilBERT against BERT: size, and time on a processor. */
export async function distilBert(asking: Asking): Promise<Claim> {
  const sizes = '--bind batch=1 --bind sequence=128';
  const reports = [
    await on(asking, 'bert/config.json', sizes),
    await on(asking, 'distilbert/config.json', sizes),
  ];
  const [bert, distilled] = reports.map(({ model, chips }) => ({
    parameters: model.parameters,
    seconds: chips[0]!.total.latencySeconds?.value ?? NaN,
  }));
  const smaller = 1 - distilled!.parameters / bert!.parameters;
  const faster = bert!.seconds / distilled!.seconds - 1;
  const isSo = Math.abs(smaller - 0.4) < 0.02 && Math.abs(faster - 0.6) < 0.1;
  return {
    said: 'DistilBERT is 40 % smaller and 60 % faster than BERT.',
    computed: `${digits(smaller * 100)} % fewer parameters, ${digits(faster * 100)} % more texts per second on a desktop processor.`,
    verdict: isSo ? 'reproduced' : 'not',
    reason:
      'Half of the layers take half of the time; the 60 % were measured with PyTorch of 2019. How good its answers are, no cost tells.',
    commands: asking.commands,
  };
}

/** Parameters of MobileNetV2 against ResNet-50. */
export async function mobileNet(asking: Asking): Promise<Claim> {
  const parameters = async (model: string): Promise<number> => (await on(asking, model, '')).model.parameters;
  const ratio = (await parameters('resnet50.onnx')) / (await parameters('mobilenetv2.onnx'));
  return {
    said: 'MobileNet has far fewer parameters than other CNNs.',
    computed: `ResNet-50 has ${digits(ratio)} times as many as MobileNetV2.`,
    verdict: ratio > 3 ? 'reproduced' : 'not',
    reason: 'The document names no other CNN.',
    commands: asking.commands,
  };
}

/** Watt-hours of a request to a large language model. */
export async function request(asking: Asking): Promise<Claim> {
  const wattHours = async (batch: number): Promise<number> => {
    const sizes = `--batch ${batch} --prompt 100 --answer 300`;
    const line = `phases llama/config.json --chip nvidia-h200-sxm --precision int8 ${sizes}`;
    const { chips } = await asking.json<PhasesReport>(line);
    return (chips[0]!.request.joules?.value ?? NaN) / 3600;
  };
  const [alone, together] = [await wattHours(1), await wattHours(64)];
  return {
    said: 'A search takes 0.3 Wh, a question to ChatGPT 2.9 Wh.',
    computed: `A prompt of 100 and an answer of 300 tokens by a model of 69 billion parameters on an H200: ${digits(alone)} Wh alone, ${digits(together)} Wh with 63 others.`,
    verdict: 'not checkable',
    reason:
      'Model, chips and batch of ChatGPT in 2023 are not published, and a search is no model. The chip alone is counted, without host, cooling and idle servers.',
    commands: asking.commands,
  };
}

/** Rated power of the AlphaGo server. */
export async function alphaGo(asking: Asking): Promise<Claim> {
  await asking.json<readonly unknown[]>('systems 알파고');
  const watts = ratedWatts(
    systems.find(({ id }) => id === 'alphago-server')!,
    chipById,
  )!;
  return {
    said: 'AlphaGo’s machine of 1,202 processors and 176 GPUs takes 12 GW.',
    computed: `The limits of 1,202 processors, 176 GPUs and 48 TPUs of that time: ${digits(watts / 1000)} kW.`,
    verdict: 'not',
    reason: 'A mistake of the document: 12 GW are what a dozen large power stations yield.',
    commands: asking.commands,
  };
}

/** Capacity of TrueNorth. */
export async function trueNorth(asking: Asking): Promise<Claim> {
  type Chip = { neuromorphic?: { neurons?: { value: number }; synapses?: { value: number } } };
  const [chip] = await asking.json<readonly Chip[]>('chips TrueNorth');
  const { neurons, synapses } = chip!.neuromorphic ?? {};
  const isSo = neurons?.value !== undefined && Math.abs(neurons.value / 1e6 - 1) < 0.06;
  return {
    said: 'TrueNorth has a million neurons and 260 million synapses, and classifies 1,200 to 2,600 pictures per second.',
    computed: `${digits(neurons?.value ?? NaN)} neurons and ${digits(synapses?.value ?? NaN)} synapses.`,
    verdict: isSo ? 'reproduced' : 'not',
    reason: 'Facts of the catalogue; pictures per second are not estimated, since it runs no graph.',
    commands: asking.commands,
  };
}
