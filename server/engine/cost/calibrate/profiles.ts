import type { Problem } from '../../problem';

/** One node or layer as a profiler measured it: the fastest of its runs. */
export interface MeasuredNode {
  /** Node names; a fused layer of TensorRT names several. */
  readonly names: readonly string[];
  readonly operator: string | null;
  readonly seconds: number;
  readonly medianSeconds: number;
  readonly runs: number;
}

export interface ImportedProfile {
  readonly kind: 'onnxruntime' | 'trtexec';
  readonly nodes: readonly MeasuredNode[];
  readonly problems: readonly Problem[];
}

const failure = (code: string): { readonly profile: null; readonly problems: readonly Problem[] } => ({
  profile: null,
  problems: [{ severity: 'error', code, args: {}, node: null }],
});

/**
 * Reads an ONNX Runtime profile (a Chrome trace written with `enable_profiling`) or what `trtexec --exportProfile`
 * writes. A trace that was cut off, as a crash leaves it, is read up to there.
 */
export function importProfile(text: string): {
  readonly profile: ImportedProfile | null;
  readonly problems: readonly Problem[];
} {
  const json = parseLenient(text);
  if (!Array.isArray(json)) return failure('cost.profile-unknown');
  const entries = json.filter(
    (entry): entry is Record<string, unknown> => typeof entry === 'object' && entry !== null,
  );
  if (entries.some((entry) => entry['cat'] === 'Node'))
    return { profile: onnxRuntime(entries), problems: [] };
  if (entries.some((entry) => typeof entry['averageMs'] === 'number'))
    return { profile: trtexec(entries), problems: [] };
  return failure('cost.profile-unknown');
}

function parseLenient(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const end = text.lastIndexOf('}');
    try {
      return JSON.parse(`${text.slice(0, end + 1)}]`) as unknown;
    } catch {
      return null;
    }
  }
}

/** Node events end in `_kernel_time`; durations are microseconds. The first run of a node warms caches and is dropped. */
function onnxRuntime(entries: readonly Record<string, unknown>[]): ImportedProfile {
  const suffix = '_kernel_time';
  const times = new Map<string, { operator: string | null; seconds: number[] }>();
  for (const entry of entries) {
    const name = entry['name'];
    const duration = entry['dur'];
    if (entry['cat'] !== 'Node' || typeof name !== 'string' || typeof duration !== 'number') continue;
    if (!name.endsWith(suffix)) continue;
    const args = entry['args'] as Record<string, unknown> | undefined;
    const operator = typeof args?.['op_name'] === 'string' ? args['op_name'] : null;
    const node = name.slice(0, -suffix.length);
    const known = times.get(node) ?? { operator, seconds: [] };
    known.seconds.push(duration / 1e6);
    times.set(node, known);
  }
  const nodes = [...times].map(([name, { operator, seconds }]) => {
    const kept = seconds.length > 1 ? seconds.slice(1) : seconds;
    return { names: [name], operator, ...summary(kept) };
  });
  return { kind: 'onnxruntime', nodes, problems: [] };
}

/** Entries are `{name, timeMs, averageMs, medianMs, percentage}` after one with the count of runs. */
function trtexec(entries: readonly Record<string, unknown>[]): ImportedProfile {
  const count = entries.find((entry) => typeof entry['count'] === 'number')?.['count'];
  const nodes: MeasuredNode[] = [];
  for (const entry of entries) {
    const { name, averageMs, medianMs } = entry;
    if (typeof name !== 'string' || typeof averageMs !== 'number') continue;
    const usual = typeof medianMs === 'number' ? medianMs : averageMs;
    nodes.push({
      names: layerNodes(name),
      operator: null,
      seconds: Math.min(averageMs, usual) / 1e3,
      medianSeconds: usual / 1e3,
      runs: typeof count === 'number' ? count : 1,
    });
  }
  return { kind: 'trtexec', nodes, problems: [] };
}

/**
 * The ONNX nodes behind a TensorRT layer: `PWN(a, b)`, `a + b`, `{ForeignNode[a...b]}` (first and last only), with a
 * suffix such as `_myl0_3` that the compiler adds.
 */
export function layerNodes(layer: string): string[] {
  const inner = layer
    .replace(/^Reformatting CopyNode for .*$/, '')
    .replace(/\{ForeignNode\[([^\]]*)\]\}/g, (_, names: string) => names.replace('...', ' + '))
    .replace(/\bPWN\(/g, '')
    .replace(/\)+$/g, '');
  return inner
    .split(/ \+ |, /)
    .map((name) =>
      name
        .trim()
        .replace(/\)+$/, '')
        .replace(/_myl\d+_\d+$/, ''),
    )
    .filter((name) => name !== '');
}

function summary(seconds: readonly number[]): { seconds: number; medianSeconds: number; runs: number } {
  const sorted = [...seconds].sort((a, b) => a - b);
  return { seconds: sorted[0], medianSeconds: sorted[sorted.length >> 1], runs: sorted.length };
}
