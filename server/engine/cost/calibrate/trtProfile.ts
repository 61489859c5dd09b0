import { problem } from '../../problem';
import { isObject, type Json } from './ortTrace';
import { isTime, profileLimits, sumOfRows, type MeasuredRow, type ReadProfile } from './measurement';

/**
 * The entries of a file that `trtexec --exportProfile` writes: one with the count of runs, then
 * `{name, timeMs, averageMs, medianMs, percentage}` per layer.
 * @param layers what `--exportLayerInfo` wrote beside it with `--profilingVerbosity=detailed`: nodes by layer
 */
export function trtProfile(
  entries: readonly Json[],
  layers: ReadonlyMap<string, readonly string[]> = new Map(),
): ReadProfile {
  const count = entries.find((entry) => typeof entry['count'] === 'number')?.['count'];
  const runs = typeof count === 'number' && count >= 1 ? count : null;
  const rows: MeasuredRow[] = [];
  let names = 0;
  let cut = false;
  for (const entry of entries) {
    cut ||= rows.length >= profileLimits.rows || names >= profileLimits.allNames;
    const row = cut ? null : layerRow(entry, runs, layers);
    if (!row) continue;
    names += row.names.length;
    rows.push(row);
  }
  return {
    profile: {
      kind: 'trtexec',
      statistic: 'median',
      runs,
      rows,
      seconds: sumOfRows(rows),
      wholeSeconds: null,
      places: [],
    },
    problems: cut ? [problem('warning', 'profile.rows-cut', { count: rows.length })] : [],
  };
}

function layerRow(
  entry: Json,
  runs: number | null,
  layers: ReadonlyMap<string, readonly string[]>,
): MeasuredRow | null {
  const { name, averageMs, medianMs } = entry;
  if (typeof name !== 'string' || !isTime(averageMs)) return null;
  const usual = isTime(medianMs) ? medianMs : averageMs;
  const listed = layers.get(name);
  return {
    name: name.slice(0, profileLimits.name),
    names: (listed ?? layerNodes(name)).slice(0, profileLimits.names),
    isRange: listed === undefined && name.startsWith(foreign) && name.includes('...'),
    operator: null,
    seconds: usual / 1e3,
    medianSeconds: usual / 1e3,
    count: runs ?? 1,
    repeat: 1,
    outputShapes: null,
    kernel: null,
  };
}

/** A stretch of the graph that the compiler took as one: its first and its last node follow. */
const foreign = '{ForeignNode[';
/** Characters of a layer's name: some hundred fused nodes. */
const longestLayer = 64 * 1024;

/**
 * The ONNX nodes behind a layer of TensorRT: `a + b`, `a || b`, `PWN(a, b)`, `{ForeignNode[a...b]}` (first and last
 * only), with a suffix such as `_myl0_3` or a prefix such as `reshape_before_` that the compiler adds. Copies between
 * layouts and the compiler's own names (`__myl_FcAdd_myl0_3`) stand for no node.
 */
export function layerNodes(layer: string): string[] {
  if (
    /^(?:Reformatting CopyNode|\[?(?:HostToDevice|DeviceToHost|DeviceToShapeHost|ShapeHostToDevice)Copy)/.test(
      layer,
    )
  )
    return [];
  return layer
    .slice(0, longestLayer)
    .split(/ \+ | \|\| |, /, profileLimits.names)
    .flatMap((piece) => (piece.startsWith(foreign) ? piece.slice(foreign.length).split('...') : [piece]))
    .map((piece) =>
      withoutCalls(piece.trim())
        .replace(/_myl\d+_\d+$/, '')
        .replace(/^(?:\w{1,40}_(?:before|after|between)_|node_of_)/, ''),
    )
    .filter((name) => name !== '' && !name.startsWith('__my'));
}

/** `PWN(PWN(a` is the node a, and so are `a))` and `a]}`. */
function withoutCalls(piece: string): string {
  let start = 0;
  while (piece.startsWith('PWN(', start)) start += 4;
  let end = piece.length;
  while (end > start && ')]}'.includes(piece[end - 1]!)) end--;
  // A name may end in a bracket of its own: `(Unnamed Layer* 12) [Shuffle]`.
  const isOwn = piece.startsWith('(', start) || piece.slice(start, end).includes('[');
  return piece.slice(start, isOwn ? piece.length : end);
}

/** Nodes by layer as `--exportLayerInfo` lists them under `Metadata`: `[ONNX Layer: /a/MatMul]`, several in a row. */
export function trtLayers(json: unknown): Map<string, readonly string[]> {
  const result = new Map<string, readonly string[]>();
  const layers = isObject(json) ? json['Layers'] : undefined;
  if (!Array.isArray(layers)) return result;
  for (const layer of layers.slice(0, profileLimits.rows) as unknown[]) {
    if (!isObject(layer)) continue;
    const { Name: name, Metadata: metadata } = layer;
    if (typeof name !== 'string' || typeof metadata !== 'string') continue;
    const mark = '[ONNX Layer: ';
    const nodes = metadata
      .slice(0, profileLimits.line)
      .split(']')
      .map((piece) => piece.slice(piece.indexOf('[')))
      .filter((piece) => piece.startsWith(mark))
      .map((piece) => piece.slice(mark.length).trim());
    if (nodes.length > 0) result.set(name, nodes);
  }
  return result;
}
