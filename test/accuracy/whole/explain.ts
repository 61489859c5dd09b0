// Why one figure is estimated as it is: its costliest kernels.
import type { ChipAnalysis } from '../../../server/engine/analyse';
import { samplesPerRun } from '../../../server/engine/cost/samples';
import { analysisOf, compared, preparedFor } from './estimate';
import { readGraph } from './graphs';
import { interpretAll, isExcluded, reasons, type Asked } from './interpret';
import { publishedNames } from './names';
import { readFigures, type Data } from './published';

/** Kernels that are shown. */
const most = 25;

const ms = (seconds: number): string => `${(seconds * 1e3).toPrecision(4)} ms`;

/** The row at a line of the table, its estimate and where the time goes. */
export async function explain(data: Data, line: number): Promise<string> {
  const asked = interpretAll(readFigures(data), publishedNames()).find(({ figure }) => figure.line === line);
  if (!asked) return `no figure at line ${line}`;
  const row = [...asked.figure.columns].map(([name, text]) => `${name}: ${text}`).join('\n');
  if (isExcluded(asked)) return `${row}\n\nnot scored: ${reasons[asked.reason]} (${asked.detail})`;
  const prepared = await preparedFor(asked, (id) => readGraph(data.graphs, id));
  const analysis = prepared && (await analysisOf(asked, prepared));
  if (!prepared || !analysis) return `${row}\n\nno graph or no chip: ${asked.graph.id}, ${asked.chip}`;
  const interval = compared(asked, analysis, samplesPerRun(prepared.inference));
  return (
    [row, '', ...facts(asked, analysis), '', ...(interval ? [JSON.stringify(interval)] : []), ''].join('\n') +
    kernelsOf(
      analysis,
      prepared.inference.nodes.map(({ node }) => node.operator),
    )
  );
}

function facts(asked: Asked, { cost, profile, chip, problems }: ChipAnalysis): string[] {
  const { latencySeconds, throughput, io, startSeconds, joules } = cost.total;
  return [
    `asked: ${asked.graph.id} ${JSON.stringify(asked.bindings)} ${asked.phase} ${asked.precision}, ${asked.quantity}, ` +
      `with ${asked.includes.join(' and ') || 'nothing besides'}; measured ${asked.measured} s (or J)`,
    `chip ${chip.id} (${chip.class}, ${chip.devices} devices), runtime ${profile.id}, precision ${JSON.stringify(cost.precision)}`,
    `run ${latencySeconds ? ms(latencySeconds.value!) : 'unknown'}, ${throughput?.samplesPerSecond.toPrecision(4) ?? '?'} samples/s, ` +
      `copies ${io.seconds === null ? '?' : ms(io.seconds)}, start ${startSeconds === null ? '?' : ms(startSeconds)}, ` +
      `streamed ${cost.streamedBytes} B, ${joules?.value!.toPrecision(3) ?? '?'} J`,
    ...problems.map(({ code, args }) => `${code} ${JSON.stringify(args)}`),
  ];
}

/** Kernels by what they take in all their runs; equal ones (same operators, work and time) are one line. */
function kernelsOf({ plan, cost }: ChipAnalysis, operators: readonly string[]): string {
  const lines = new Map<string, { seconds: number; count: number; text: string }>();
  for (const kernel of plan.kernels) {
    const { seconds, parts, bound, utilisation, precision, unit } = cost.kernels[kernel.index]!;
    const names =
      [...new Set(kernel.nodes.map((index) => operators[index] ?? '?'))].join('+') || kernel.fusion;
    const shape = kernel.matrixShape ? JSON.stringify(kernel.matrixShape).replace(/["{}]/g, '') : '';
    const each = seconds?.value ?? 0;
    const text =
      `${bound.padEnd(9)}${utilisation === null ? '    ' : `${(100 * utilisation).toFixed(0)} %`.padStart(6)} ${precision.padEnd(5)}` +
      `${unit === 0 ? '' : `[${unit === null ? 'none' : cost.units[unit]!.id}] `} ${kernel.operatorClass.padEnd(14)} each ${ms(each)}` +
      (parts
        ? ` (compute ${ms(parts.compute)}, memory ${ms(parts.memory)}, overhead ${ms(parts.overhead)})`
        : '') +
      ` ${names} ${shape}`;
    const same = lines.get(text);
    const all = each * (kernel.repeat ?? 1);
    if (same) {
      same.seconds += all;
      same.count++;
    } else lines.set(text, { seconds: all, count: 1, text });
  }
  const sum = [...lines.values()].reduce((total, { seconds }) => total + seconds, 0);
  return [...lines.values()]
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, most)
    .map(
      ({ seconds, count, text }) =>
        `${ms(seconds).padStart(12)} ${((100 * seconds) / sum).toFixed(1).padStart(5)} % ${String(count).padStart(4)} × ${text}`,
    )
    .join('\n');
}
