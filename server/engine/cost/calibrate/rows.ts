import { entryOf } from '../../../../outside/table';

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
  /** Sets of operands that the measurement took turns with, so that a large cache does not hold them all. */
  readonly copies: number;
}

/** Sizes of a kernel that has none: those that do not apply are 0. */
export const noSizes = {
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
  copies: 1,
};

/** No table of measurements has more; a line of commas would cost their square. */
const mostColumns = 64;
/** Characters of a line with quotes: they are looked at one by one. */
const longestQuoted = 64 * 1024;

/** The lines of a CSV by the names of its first line; cells with commas stand in double quotes, within their line. */
export function parseCsv(text: string): Record<string, string>[] {
  const [head = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  // Where the comma is the decimal sign, and in OpenVINO's reports, the semicolon separates.
  const separator = head.includes(';') && !head.includes(',') ? ';' : ',';
  const names = cellsOf(head, separator)
    .slice(0, mostColumns)
    .map((name) => name.trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const cells = cellsOf(line, separator);
      return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
    });
}

function cellsOf(line: string, separator: string): string[] {
  if (!line.includes('"') || line.length > longestQuoted) return line.split(separator, mostColumns);
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (character === '"' && isQuoted && line[at + 1] === '"') cell += line[++at]!;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...cells, cell];
}

/**
 * Measured kernels of a table, which kind its columns tell: `m,n,k` matrix products, `phase` fused attention, `op` row and
 * elementwise operators (README.md lists the columns). Lines without a time are left out.
 */
export function parseRows(text: string, origin: string): Row[] {
  const lines = parseCsv(text);
  const first = lines[0] ?? {};
  const rows =
    'phase' in first
      ? lines.map((line) => attentionRow(line, origin))
      : 'op' in first
        ? lines.map((line) => operatorRow(line, origin))
        : 'm' in first && 'n' in first && 'k' in first
          ? lines.map((line) => gemmRow(line, origin))
          : [];
  return rows.filter(isWhole);
}

/** The time and every size that the row's group needs are numbers. */
function isWhole(row: Row): boolean {
  const sizes = Object.values(row).filter((value): value is number => typeof value === 'number');
  const product = row.group === 'gemm' ? row.m * row.n * row.k : 1;
  return row.seconds > 0 && product > 0 && sizes.every((size) => Number.isFinite(size) && size >= 0);
}

function gemmRow(line: Record<string, string>, origin: string): Row {
  return {
    ...noSizes,
    chip: line['chip'] ?? '',
    group: 'gemm',
    operator: 'gemm',
    precision: line['dtype'] ?? '',
    seconds: Number(line['seconds']),
    key: `${line['n']}x${line['k']}`,
    origin,
    m: Number(line['m']),
    n: Number(line['n']),
    k: Number(line['k']),
    copies: Number(line['copies'] || 1),
  };
}

function attentionRow(line: Record<string, string>, origin: string): Row {
  const decode = line['phase'] === 'generation';
  const query = Number(line['query_length']);
  return {
    ...noSizes,
    chip: line['chip'] ?? '',
    group: decode ? 'attention-decode' : 'attention-prefill',
    operator: line['phase'] ?? '',
    precision: line['dtype'] ?? '',
    seconds: Number(line['seconds']),
    key: `${line['heads']}x${line['kv_heads']}`,
    origin,
    batch: Number(line['batch']),
    heads: Number(line['heads']),
    kvHeads: Number(line['kv_heads']),
    headSize: Number(line['head_dim']),
    queryLength: query,
    keyLength: decode ? Number(line['kv_length']) + 1 : query,
  };
}

const tensorOperands = new Set(['add', 'mul', 'div', 'pow']);
const groupOfOperator: Readonly<Record<string, string>> = {
  linear: 'gemm',
  bmm: 'gemm',
  ln: 'normalization',
  softmax: 'softmax',
};

function operatorRow(line: Record<string, string>, origin: string): Row {
  const operator = (line['op'] ?? '').toLowerCase();
  const group = entryOf(groupOfOperator, operator) ?? 'elementwise';
  return {
    ...noSizes,
    chip: line['chip'] ?? '',
    group,
    operator,
    precision: line['dtype'] ?? '',
    seconds: Number(line['seconds']),
    key: group === 'gemm' ? `${line['n']}x${line['k']}` : (line['cols'] ?? ''),
    origin,
    batch: Number(line['b'] || 1),
    m: Number(line['m'] || 0),
    n: Number(line['n'] || 0),
    k: Number(line['k'] || 0),
    rows: Number(line['rows'] || 0),
    columns: Number(line['cols'] || 0),
    streams: tensorOperands.has(operator) ? 3 : 2,
  };
}
