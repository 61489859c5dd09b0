import type { ChipAnalysis, Prepared } from '../analyse';
import type { InferredNode } from '../inference/types';

/** What a node costs in one run of the model. */
export interface NodeRow {
  readonly name: string;
  readonly operator: string;
  /** Shapes of its results, such as `1x64x56x56`. */
  readonly shape: string;
  /** Seconds on the chip, or operations where there is none; null while unknown. */
  readonly cost: number | null;
  /** Line of the listing, from 1; null where it has none. */
  readonly line: number | null;
}

/** The nodes of a model, dearest first. */
export interface NodeList {
  readonly rows: readonly NodeRow[];
  /** There are more, none of which costs more than the last one. */
  readonly isCut: boolean;
}

/** What became of a node. `unlisted`: it is new, or it cost less than the baseline lists. */
export interface NodeChange {
  readonly kind: 'changed' | 'added' | 'removed' | 'unlisted';
  readonly name: string;
  readonly operator: string;
  readonly shape: string;
  readonly line: number | null;
  /** Null where it was not there, or unknown. */
  readonly before: number | null;
  readonly after: number | null;
  /** After less before; of one that is unlisted the least that it can be. */
  readonly change: number;
}

/** Digits of a time that baselines keep; what differs behind them is no change. */
const keptDigits = 5;

/** The nodes of a model with what each costs on a chip, or its operations without one. */
export function nodeRows(
  { inference }: Prepared,
  analysis: ChipAnalysis | null,
  lineOf: (index: number) => number | null,
): NodeRow[] {
  const rows = inference.nodes.map((node): NodeRow => {
    const seconds = analysis?.cost.nodes[node.index]?.seconds;
    return {
      name: node.node.name,
      operator: node.node.operator,
      shape: node.outputs.map((id) => (id === null ? '' : shapeText(inference.values[id]!.type))).join(),
      cost: analysis ? (seconds ? Number(seconds.value.toPrecision(keptDigits)) : null) : operationsOf(node),
      line: lineOf(node.index),
    };
  });
  return rows.sort(
    (a, b) =>
      (b.cost ?? -1) - (a.cost ?? -1) || compareTexts(a.name, b.name) || compareTexts(a.shape, b.shape),
  );
}

function operationsOf({ work, repeat }: InferredNode): number | null {
  if (!work || repeat === null) return null;
  const { matrix, vector, special } = work.operations;
  return (matrix + vector + special) * repeat;
}

function shapeText(type: Prepared['inference']['values'][number]['type']): string {
  if (type?.kind !== 'tensor' && type?.kind !== 'sparse') return '';
  return (type.shape ?? []).map((dim) => (typeof dim === 'number' ? dim : dim.key)).join('x');
}

/** By code units, the same on every machine. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * What changed of nodes, largest effect first. Nodes are the same by name, operator and shape; then in order by operator and
 * shape, so that names that an exporter numbers anew do no harm; then by name, whatever the node does now.
 */
export function nodeChanges(before: NodeList, after: readonly NodeRow[]): NodeChange[] {
  const pairs: (readonly [NodeRow, NodeRow])[] = [];
  let rest: Rest = { before: before.rows, after };
  for (const key of [exactKey, structureKey, nameKey]) rest = paired(rest, key, pairs);
  const least = before.isCut ? (before.rows.at(-1)?.cost ?? 0) : 0;
  const changes = [
    ...pairs.map(([old, now]) => changeOf('changed', old, now)),
    ...rest.before.map((old) => changeOf('removed', old, null)),
    ...rest.after
      .filter(({ cost }) => !before.isCut || (cost ?? 0) > least)
      .map((now) => (before.isCut ? unlisted(now, least) : changeOf('added', null, now))),
  ];
  return changes
    .filter(({ change }) => change !== 0)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || compareTexts(a.name, b.name));
}

const exactKey = ({ name, operator, shape }: NodeRow): string | null =>
  name === '' ? null : JSON.stringify([name, operator, shape]);
const structureKey = ({ operator, shape }: NodeRow): string | null => JSON.stringify([operator, shape]);
const nameKey = ({ name }: NodeRow): string | null => (name === '' ? null : name);

interface Rest {
  readonly before: readonly NodeRow[];
  readonly after: readonly NodeRow[];
}

/** Joins rows of equal keys in their order; what is left comes back. */
function paired(
  { before, after }: Rest,
  keyOf: (row: NodeRow) => string | null,
  pairs: (readonly [NodeRow, NodeRow])[],
): Rest {
  const waiting = new Map<string, NodeRow[]>();
  for (const row of before) {
    const key = keyOf(row);
    if (key === null) continue;
    const found = waiting.get(key);
    if (found) found.push(row);
    else waiting.set(key, [row]);
  }
  const used = new Set<NodeRow>();
  const left = after.filter((now) => {
    const key = keyOf(now);
    const old = key === null ? undefined : waiting.get(key)?.shift();
    if (!old) return true;
    used.add(old);
    pairs.push([old, now]);
    return false;
  });
  return { before: before.filter((row) => !used.has(row)), after: left };
}

function changeOf(kind: NodeChange['kind'], old: NodeRow | null, now: NodeRow | null): NodeChange {
  const { name, operator, shape } = (now ?? old)!;
  const [before, after] = [old?.cost ?? null, now?.cost ?? null];
  const change = (after ?? 0) - (before ?? 0);
  // Between something and the unknown there is no difference that could be told.
  const isOpen = (old && before === null) || (now && after === null);
  return { kind, name, operator, shape, line: now?.line ?? null, before, after, change: isOpen ? 0 : change };
}

function unlisted(now: NodeRow, least: number): NodeChange {
  const change = changeOf('unlisted', null, now);
  return { ...change, change: change.change - least };
}
