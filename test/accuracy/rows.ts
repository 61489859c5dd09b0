import { existsSync, readFileSync } from 'node:fs';
import { parseCsv, parseRows, type Row } from '../../server/engine/cost/calibrate/rows';

export function readCsv(path: string): Record<string, string>[] {
  return parseCsv(readFileSync(path, 'utf8'));
}

/** Folder of published measurements, beside the project; absent on most machines. */
const publishedFolder = '../shared/measurements';
const fallbackFolder = process.env['SILICONLENS_MEASUREMENTS'];

export function publishedPath(): string | null {
  return [fallbackFolder, publishedFolder].find((path) => path && existsSync(`${path}/gemm.csv`)) ?? null;
}

/** All published rows; none when the folder is not there. */
export function publishedRows(): Row[] {
  const folder = publishedPath();
  if (!folder) return [];
  const aic = 'ai-dynamo/aiconfigurator, SGLang 0.5.10 tables';
  const read = (file: string, origin: string) => parseRows(readFileSync(`${folder}/${file}`, 'utf8'), origin);
  return [
    // That collector takes turns with six sets of operands; the result goes to the same place each time.
    ...read('gemm.csv', aic).map((row) => ({ ...row, copies: 6 })),
    ...read('attention.csv', aic),
    ...read('fp32-ops.csv', 'sitar-lab/NeuSight'),
  ];
}
