// The scores that are kept in the repository: sums over figures, never a figure.
import { existsSync, readFileSync } from 'node:fs';
import { saveJson } from '../save';
import { graphHash } from './graphs';
import type { Data } from './published';
import type { Run } from './scoreData';
import type { Summary } from './scores';

const path = 'test/accuracy/whole/scores.json';
const historyPath = 'test/accuracy/whole/history.json';

export interface SavedScores {
  readonly date: string;
  /** Hashes of the graphs that were scored. */
  readonly graphs: Readonly<Record<string, string>>;
  readonly summary: Summary;
}

/** Four digits are more than such scores can bear. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(4)) : value;

const today = (): string => new Date().toISOString().slice(0, 10);

export function saveScores({ scored, summary }: Run, data: Data): void {
  const ids = [...new Set(scored.map(({ asked }) => asked.graph.id))].sort();
  const graphs = Object.fromEntries(ids.map((id) => [id, graphHash(data.graphs, id)]));
  saveJson(path, JSON.parse(JSON.stringify({ date: today(), graphs, summary }, rounded)));
}

export function savedScores(): SavedScores | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SavedScores) : null;
}

/** Scores of families as they once were. */
export interface Kept {
  readonly label: string;
  readonly date: string;
  readonly families: Summary['families'];
}

/** Adds the scores of families to those of before, in the place of those with the same label. */
export function keepScores({ summary }: Run, label: string): void {
  const others = scoresBefore().filter((kept) => kept.label !== label);
  const kept: Kept = { label, date: today(), families: summary.families };
  saveJson(historyPath, JSON.parse(JSON.stringify([...others, kept], rounded)));
}

export function scoresBefore(): Kept[] {
  return existsSync(historyPath) ? (JSON.parse(readFileSync(historyPath, 'utf8')) as Kept[]) : [];
}
