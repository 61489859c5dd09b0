import { profileById } from '../../kernels/profile';
import type { Refusal } from '../../kernels/support/conditions';
import type { Report, ReportChip } from '../types';
import { column, type Section } from './section';
import { known, type PrintName, type Words } from './words';

/** Reasons that are listed. */
const mostReasons = 10;

/** Why kernels run on the host, the costliest reason first; no section where all run on the chip. */
export function hostSections(report: Report, chip: ReportChip, words: Words): Section[] {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const reasons = reasonsOf(chip, words);
  if (reasons.length === 0) return [];
  const rows = reasons.slice(0, mostReasons).map(({ reason, kernels, seconds, node }) => {
    const line = node === undefined ? null : (report.nodes[node]?.line ?? null);
    return [
      reason,
      words.count(kernels),
      known(seconds, words.seconds, words),
      line === null ? text('none') : String(line),
    ];
  });
  const left = reasons.length - rows.length;
  return [
    {
      title: words.text('print.section.host', { chip: chip.id }),
      columns: [
        column(text('host.reason')),
        column(text('host.kernels'), 'right'),
        column(text('time'), 'right'),
        column(text('line'), 'right'),
      ],
      rows,
      ...(left > 0 && { note: words.text('print.more', { count: words.count(left) }) }),
    },
  ];
}

interface Reason {
  readonly reason: string;
  readonly kernels: number;
  /** On the host, without transfers; null where one of them is unknown. */
  readonly seconds: number | null;
  /** The first node of the first kernel. */
  readonly node: number | undefined;
}

function reasonsOf(chip: ReportChip, words: Words): Reason[] {
  const runtime = profileById(chip.runtime)?.name ?? chip.runtime;
  const found = new Map<string, Reason>();
  for (const { refusal, seconds, repeat, nodes } of chip.kernels) {
    if (!refusal) continue;
    const reason = refusalText(refusal, runtime, words);
    const before = found.get(reason) ?? { reason, kernels: 0, seconds: 0, node: nodes[0] };
    const own = seconds && repeat !== null ? seconds.value * repeat : null;
    const sum = before.seconds === null || own === null ? null : before.seconds + own;
    found.set(reason, { ...before, kernels: before.kernels + 1, seconds: sum });
  }
  return [...found.values()].sort((a, b) => (b.seconds ?? Infinity) - (a.seconds ?? Infinity));
}

/** Why a runtime does not run something on the chip, in words. */
function refusalText({ code, ...args }: Refusal, runtime: string, words: Words): string {
  return words.text(`refusal.${code}`, { runtime, ...args });
}
