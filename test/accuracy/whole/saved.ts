// The scores that are kept in the repository: sums over figures, never a figure.
import { existsSync, readFileSync } from 'node:fs';
import { saveJson } from '../save';
import { graphHash } from './graphs';
import type { Data } from './published';
import type { Run } from './scoreData';
import type { Summary } from './scores';

const path = 'test/accuracy/whole/scores.json';

export interface SavedScores {
  readonly date: string;
  /** Hashes of the graphs that were scored. */
  readonly graphs: Readonly<Record<string, string>>;
  readonly summary: Summary;
}

/** Four digits are more than such scores can bear. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(4)) : value;

export function saveScores({ scored, summary }: Run, data: Data): void {
  const ids = [...new Set(scored.map(({ asked }) => asked.graph.id))].sort();
  const graphs = Object.fromEntries(ids.map((id) => [id, graphHash(data.graphs, id)]));
  const date = new Date().toISOString().slice(0, 10);
  saveJson(path, JSON.parse(JSON.stringify({ date, graphs, summary }, rounded)));
}

export function savedScores(): SavedScores | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SavedScores) : null;
}
