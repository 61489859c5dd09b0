import { csvText } from '../../../outside/csv';
import { message, type CliKey } from '../../../l10n/cli';
import { formatterOf } from '../../../l10n/format';
import type { Language } from '../../../l10n/language';
import type { Section } from '../../engine/report/print/section';
import { parseAmount, parseCount, type Arguments } from '../arguments';
import { ChipChoice } from '../chipChoice';
import { usage, type Outcome } from '../failure';
import { pricesIn } from '../prices';
import { inFormat, tableFormats } from '../tableFormats';
import type { Answer, AnswerColumn, Cell } from './answer';
import { filterOf } from './filter';
import { questionNames, questions, type QuestionName } from './questions';
import type { Question } from './questions/question';
import { refuseEnding, rowsIn } from './resultFiles';
import { answerOfSql } from './sql';

/** Rows of a table for people where nothing is said; programs get all. */
const usualRows = 50;
/** How much larger a figure may be than before where nothing is said, percent: what is less is no change of a model. */
const usualTolerance = 1;

/** `siliconlens query RESULTS… --ask QUESTION` or `--sql STATEMENT`: what results of sweeps say. */
export async function query(words: Arguments, language: Language): Promise<Outcome> {
  const paths = words.positionals;
  if (paths.length === 0) throw usage('cli.query.noFile');
  paths.forEach(refuseEnding);
  const format = words.choice('format', tableFormats) ?? 'table';
  const name = words.choice('ask', questionNames);
  const sql = words.text('sql');
  if ((name === undefined) === (sql === undefined))
    throw usage('cli.query.ask', { names: questionNames.join(', ') });
  const top = parseCount('top', words.text('top')) ?? (isForPeople(format) ? usualRows : Infinity);
  const whole =
    sql === undefined ? await answerOf(name!, paths, words, language) : await answerOfSql(paths, sql);
  const answer = { ...whole, rows: whole.rows.slice(0, top) };
  const title = name === undefined ? sql! : message(language, `cli.query.title.${name}`);
  return {
    text: inFormat(
      format,
      {
        schemaVersion: 1,
        ...(name ? { ask: name } : { sql }),
        rows: answer.rows.map((row) => objectOf(answer, row)),
      },
      () => [sectionOf(title, answer, whole.rows.length, language)],
      () =>
        csvText([answer.columns.map((column) => column.name), ...answer.rows.map((row) => row.map(csvCell))]),
    ),
    failure: null,
  };
}

function isForPeople(format: (typeof tableFormats)[number]): boolean {
  return format === 'table' || format === 'markdown';
}

async function answerOf(
  name: QuestionName,
  paths: readonly string[],
  words: Arguments,
  language: Language,
): Promise<Answer> {
  const baseline = words.texts('baseline');
  if (name === 'regressions' && baseline.length === 0) throw usage('cli.query.baseline');
  const question: Question = questions[name];
  const hasPrices = words.texts('price').length > 0;
  const inquiry = question({
    objective: words.choice('objective', ['latency', 'energy'] as const) ?? 'latency',
    prices: hasPrices ? await pricesIn(words, await ChipChoice.here(language)) : {},
    tolerance: (parseAmount('tolerance', words.text('tolerance')) ?? usualTolerance) / 100,
  });
  const isWanted = filterOf(words.texts('where'));
  if (inquiry.addBefore) for await (const row of rowsIn(baseline)) if (isWanted(row)) inquiry.addBefore(row);
  for await (const row of rowsIn(paths)) if (isWanted(row)) inquiry.add(row);
  return inquiry.answer();
}

function objectOf({ columns }: Answer, row: readonly Cell[]): object {
  return Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null]));
}

function csvCell(cell: Cell): string | number | null {
  return typeof cell === 'boolean' ? String(cell) : cell;
}

/** A table for people: columns without a single cell are left out. */
function sectionOf(title: string, { columns, rows }: Answer, all: number, language: Language): Section {
  const shown = columns
    .map((column, index) => ({ column, index }))
    .filter(({ index }) => rows.some((row) => row[index] !== null));
  const note =
    all === 0
      ? message(language, 'cli.query.none')
      : all > rows.length
        ? message(language, 'cli.query.more', { shown: rows.length, all })
        : undefined;
  return {
    title,
    columns: shown.map(({ column }) => ({
      title: titleOf(column, language),
      align: column.kind === 'text' || column.kind === 'truth' ? 'left' : 'right',
    })),
    rows: rows.map((row) => shown.map(({ column, index }) => cellText(row[index] ?? null, column, language))),
    ...(note !== undefined && { note }),
  };
}

function titleOf({ name }: AnswerColumn, language: Language): string {
  const key = `cli.query.column.${name}`;
  const text = message(language, key as CliKey);
  // Columns of SQL are named by whoever wrote it.
  return text === key ? name : text;
}

function cellText(cell: Cell, { kind }: AnswerColumn, language: Language): string {
  if (cell === null) return '–';
  if (typeof cell === 'boolean') return message(language, cell ? 'cli.query.yes' : 'cli.query.no');
  if (typeof cell === 'string' || kind === 'text' || kind === 'truth') return String(cell);
  const write = formatterOf(language)[kind];
  return kind === 'ratio' ? `${write(cell)}×` : write(cell);
}
