import { carriedBy, secondsPerRun, type Carried, type Streams } from '../mapping/streams';
import type { Ranged } from '../mapping/ratio';
import { column, type Section } from './print/section';
import { known, rangeText, type PrintName, type Words } from './print/words';

/** Streams that a model takes in, as many frames in one run as its batch. */
export interface StreamsAsked extends Streams {
  readonly batch: number;
  /** From frames to the last of their results, where that is less than the time between frames. */
  readonly deadlineSeconds: number | null;
}

/** A chip with the streams; null where the time of a run is unknown. */
export interface StreamsRow {
  readonly id: string;
  readonly carried: Carried | null;
}

/** How chips carry streams. @param run seconds of a run */
export function streamsRow(id: string, run: Ranged | null, streams: StreamsAsked): StreamsRow {
  const { batch, deadlineSeconds } = streams;
  return { id, carried: run && carriedBy(run, streams, batch, deadlineSeconds) };
}

/** The streams as a table of chips, with what a run may take. */
export function streamsSection(streams: StreamsAsked, rows: readonly StreamsRow[], words: Words): Section {
  const text = (key: PrintName): string => words.text(`print.${key}`);
  const { count, perSecond, batch, deadlineSeconds } = streams;
  return {
    title: words.text('print.streams.title', { count: words.count(count), rate: words.decimal(perSecond) }),
    columns: [
      column(text('chip')),
      column(text('streams.utilisation'), 'right'),
      column(text('range'), 'right'),
      column(text('streams.seconds'), 'right'),
      column(text('range'), 'right'),
      column(text('streams.carries')),
    ],
    rows: rows.map(({ id, carried }) => [
      id,
      known(carried?.utilisation.value, words.percent, words),
      rangeText(carried?.utilisation, words.percent, words),
      known(carried?.seconds.value, words.seconds, words),
      rangeText(carried?.seconds, words.seconds, words),
      known(carried, (of) => carriesText(of, words), words),
    ]),
    note: words.text('print.streams.note', {
      batch: words.count(batch),
      seconds: words.seconds(secondsPerRun(streams, batch, deadlineSeconds)),
    }),
  };
}

function carriesText({ carries, isOpen }: Carried, words: Words): string {
  const said = words.text(carries ? 'print.yes' : 'print.no');
  return isOpen ? words.text('print.streams.open', { said }) : said;
}
