import { existsSync, readFileSync } from 'node:fs';

/** One measured kernel, brought to what the laws ask for. */
export interface Row {
  readonly chip: string;
  readonly group: string;
  readonly precision: string;
  readonly operator: string;
  readonly seconds: number;
  /** Rows of one key are never split between fitting and scoring. */
  readonly key: string;
  /** Where it was measured. */
  readonly origin: string;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly queryLength: number;
  readonly keyLength: number;
  readonly rows: number;
  readonly columns: number;
  /** Tensors read and written by an elementwise operator. */
  readonly streams: number;
}

const empty = {
  batch: 1,
  m: 0,
  n: 0,
  k: 0,
  heads: 0,
  kvHeads: 0,
  headSize: 0,
  queryLength: 0,
  keyLength: 0,
  rows: 0,
  columns: 0,
  streams: 0,
};

export function readCsv(path: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const names = head.split(',');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const cells = line.split(',');
      return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
    });
}

/** Folder of published measurements, beside the project; absent on most machines. */
export const publishedFolder = '../shared/measurements';
const fallbackFolder = process.env['SILICONLENS_MEASUREMENTS'];

export function publishedPath(): string | null {
  return [fallbackFolder, publishedFolder].find((path) => path && existsSync(`${path}/gemm.csv`)) ?? null;
}

/** All published rows; none when the folder is not there. */
export function publishedRows(): Row[] {
  const folder = publishedPath();
  if (!folder) return [];
  const aic = 'ai-dynamo/aiconfigurator, SGLang 0.5.10 tables';
  const gemm = readCsv(`${folder}/gemm.csv`).map((row) => ({
    ...empty,
    chip: row['chip'],
    group: 'gemm',
    operator: 'gemm',
    precision: row['dtype'],
    seconds: Number(row['seconds']),
    key: `${row['n']}x${row['k']}`,
    origin: aic,
    m: Number(row['m']),
    n: Number(row['n']),
    k: Number(row['k']),
  }));
  const attention = readCsv(`${folder}/attention.csv`).map((row) => {
    const decode = row['phase'] === 'generation';
    const query = Number(row['query_length']);
    return {
      ...empty,
      chip: row['chip'],
      group: decode ? 'attention-decode' : 'attention-prefill',
      operator: row['phase'],
      precision: row['dtype'],
      seconds: Number(row['seconds']),
      key: `${row['heads']}x${row['kv_heads']}`,
      origin: aic,
      batch: Number(row['batch']),
      heads: Number(row['heads']),
      kvHeads: Number(row['kv_heads']),
      headSize: Number(row['head_dim']),
      queryLength: query,
      keyLength: decode ? Number(row['kv_length']) + 1 : query,
    };
  });
  return [...gemm, ...attention, ...publishedVectorRows(folder)];
}

const tensorOperands = new Set(['add', 'mul', 'div', 'pow']);

function publishedVectorRows(folder: string): Row[] {
  return readCsv(`${folder}/fp32-ops.csv`).map((row) => {
    const op = row['op'];
    const matrix = op === 'linear' || op === 'bmm';
    const group = matrix
      ? 'gemm'
      : op === 'ln'
        ? 'normalization'
        : op === 'softmax'
          ? 'softmax'
          : 'elementwise';
    return {
      ...empty,
      chip: row['chip'],
      group,
      operator: op,
      precision: row['dtype'],
      seconds: Number(row['seconds']),
      key: matrix ? `${row['n']}x${row['k']}` : row['cols'],
      origin: 'sitar-lab/NeuSight',
      batch: Number(row['b'] || 1),
      m: Number(row['m']),
      n: Number(row['n']),
      k: Number(row['k']),
      rows: Number(row['rows']),
      columns: Number(row['cols']),
      streams: tensorOperands.has(op) ? 3 : 2,
    };
  });
}
