import { csvText } from '../../../outside/csv';
import { message, type CliKey } from '../../../l10n/cli';
import type { Language } from '../../../l10n/language';
import { column } from '../../engine/report/print/section';
import type { Arguments } from '../arguments';
import type { Outcome } from '../failure';
import { inFormat, tableFormats } from '../tableFormats';
import { engineAt } from './engine';
import { jobStates, Sweeps } from './sweeps';

/** `siliconlens sweep status --queue URL`: the sweeps of a queue and how far they are. */
export async function queueStatus(
  words: Arguments,
  url: string,
  language: Language,
  note: (line: string) => void,
): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const engine = await engineAt(url, language, note, false);
  const sweeps = new Sweeps(engine);
  try {
    const rows = await Promise.all(
      (await sweeps.all()).map(async ({ id, record, isCollected, jobs }) => ({
        id,
        out: record.out,
        isCollected,
        ...jobs,
        workers: await sweeps.workersOf(id),
      })),
    );
    const text = (key: CliKey): string => message(language, key);
    return {
      text: inFormat(
        format,
        { schemaVersion: 1, sweeps: rows },
        () => [
          {
            title: text('cli.queue.sweeps'),
            columns: [
              column('id'),
              column(text('cli.queue.out')),
              column(text('cli.queue.collected')),
              ...jobStates.map((state) => column(text(`cli.queue.state.${state}`), 'right')),
              column(text('cli.queue.workers'), 'right'),
            ],
            rows: rows.map((row) => [
              row.id,
              row.out,
              text(row.isCollected ? 'cli.query.yes' : 'cli.query.no'),
              ...jobStates.map((state) => String(row[state])),
              String(row.workers),
            ]),
          },
        ],
        () =>
          csvText([
            ['id', 'out', 'isCollected', ...jobStates, 'workers'],
            ...rows.map((row) => [
              row.id,
              row.out,
              String(row.isCollected),
              ...jobStates.map((state) => row[state]),
              row.workers,
            ]),
          ]),
      ),
      failure: null,
    };
  } finally {
    await sweeps.close();
    engine.close();
  }
}
