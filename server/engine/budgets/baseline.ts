import { plainJson } from '../../../outside/json';
import { checkSchema, type ChipProblem } from '../chips/schemaCheck';
import type { Workload } from '../workload';
import schema from './baseline.schema.json';
import type { BaselineFile } from './baselineFacts';
import { exactFigure, type Figure } from './figures';
import type { Target } from './load';
import { compareTexts, type NodeRow } from './nodes';
import type { Snapshot } from './snapshot';

/** Bytes of a baseline file: some thousand entries of a thousand nodes each. */
export const mostBaselineBytes = 256 * 1024 * 1024;
/** Nodes that an entry lists, the dearest. */
const mostNodes = 1000;

/** One model in one place, as a baseline knows it. */
export interface Place {
  /** Its path from the root of the budget file. */
  readonly model: string;
  readonly target: Target | null;
  readonly workload: Workload;
}

/** What a model cost, and the content of its file then. */
export interface Known {
  readonly contentHash: string;
  readonly snapshot: Snapshot;
}

type Entry = BaselineFile['entries'][number];

/** The entries of a baseline file by their places, or what is wrong with it. */
export function loadBaseline(
  json: unknown,
):
  | { readonly tool: string; readonly known: ReadonlyMap<string, Known> }
  | { readonly faults: readonly ChipProblem[] } {
  const faults = checkSchema(json, schema);
  if (faults.length > 0) return { faults };
  const { tool, entries } = json as BaselineFile;
  return { tool, known: new Map(entries.map((entry) => [entryKey(entry), knownOf(entry)])) };
}

/** The text of a baseline: sorted, each node on a line of its own, so that changes of two branches merge. */
export function baselineText(tool: string, known: readonly (Place & Known)[]): string {
  // Budgets that ask for the same of a model share an entry.
  const entries = new Map(known.map((one) => [placeKey(one), entryOf(one)]));
  const sorted = [...entries].sort(([a], [b]) => compareTexts(a, b)).map(([, entry]) => entryText(entry));
  const head = `{\n  "schemaVersion": 1,\n  "tool": ${JSON.stringify(tool)},\n  "entries": [`;
  return plainJson(`${head}${sorted.map((text) => `\n${text}`).join(',')}\n  ]\n}\n`);
}

/** The same text for the same place. */
export function placeKey({ model, target, workload }: Place): string {
  const { phase, precision, runtime, bindings } = workload;
  return keyOf([model, target?.chip.id, target?.system, phase, precision, runtime], bindings);
}

function entryKey({ model, chip, system, phase, precision, runtime, bindings }: Entry): string {
  return keyOf([model, chip, system, phase, precision, runtime], bindings);
}

function keyOf(
  words: readonly (string | null | undefined)[],
  bindings: Readonly<Record<string, number>>,
): string {
  return JSON.stringify([...words.map((word) => word ?? ''), sortedEntries(bindings)]);
}

function sortedEntries(bindings: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(bindings).sort(([a], [b]) => compareTexts(a, b));
}

function knownOf({ contentHash, figures, nodes, hasMoreNodes }: Entry): Known {
  const of = ({ value, high, isLowerBound }: Entry['figures'][string]): Figure => {
    const exact = exactFigure(value, isLowerBound === true);
    return high === undefined ? exact : { ...exact, high };
  };
  const rows = nodes.map((node): NodeRow => ({ ...node, line: null }));
  return {
    contentHash,
    snapshot: {
      figures: new Map(Object.entries(figures).map(([id, figure]) => [id, of(figure)])),
      nodes: { rows, isCut: hasMoreNodes === true },
    },
  };
}

function entryOf({ model, target, workload, contentHash, snapshot }: Place & Known): Entry {
  const { phase, precision, runtime, bindings } = workload;
  const { figures, nodes } = snapshot;
  const written = [...figures].map(([id, { value, high, isLowerBound }]) => [
    id,
    {
      value,
      ...(high !== null && high !== value && { high }),
      ...(isLowerBound && { isLowerBound }),
    },
  ]);
  return {
    model,
    contentHash,
    ...(target && { chip: target.chip.id }),
    ...(target?.system && { system: target.system }),
    phase,
    precision,
    ...(runtime !== null && { runtime }),
    bindings: Object.fromEntries(sortedEntries(bindings)),
    figures: Object.fromEntries(written) as Entry['figures'],
    nodes: nodes.rows
      .slice(0, mostNodes)
      .map(({ name, operator, shape, cost }) => ({ name, operator, shape, cost })),
    ...(nodes.rows.length > mostNodes && { hasMoreNodes: true }),
  };
}

function entryText({ figures, nodes, ...head }: Entry): string {
  const { hasMoreNodes, ...facts } = head;
  const lines = [
    ...Object.entries(facts).map(
      ([name, value]) => `      ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
    ),
    `      "figures": {${rowsText(Object.entries(figures).map(([id, figure]) => `${JSON.stringify(id)}: ${JSON.stringify(figure)}`))}}`,
    `      "nodes": [${rowsText(nodes.map((node) => JSON.stringify(node)))}]`,
    ...(hasMoreNodes ? ['      "hasMoreNodes": true'] : []),
  ];
  return `    {\n${lines.join(',\n')}\n    }`;
}

function rowsText(rows: readonly string[]): string {
  return rows.length === 0 ? '' : `\n        ${rows.join(',\n        ')}\n      `;
}
