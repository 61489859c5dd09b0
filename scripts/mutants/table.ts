import type { Mutant } from './mutators';
import type { Outcome } from './trials';

export interface Judged extends Mutant {
  readonly room: string;
  readonly outcome: Outcome;
  /** Some tests that get to it were not run. */
  readonly isCut: boolean;
  /** The text before and after, on one line each. */
  readonly before: string;
  readonly after: string;
}

/** A row for each room and one for all. */
export function tableOf(judged: readonly Judged[]): string[] {
  const rooms = [...new Set(judged.map(({ room }) => room))];
  const rows = rooms.map((room) =>
    rowOf(
      room,
      judged.filter((mutant) => mutant.room === room),
    ),
  );
  const all = rooms.length > 1 ? [rowOf('all', judged)] : [];
  const head = ['room', 'drawn', 'numbers', 'caught', 'survived', 'not covered', 'score'];
  return [
    '| ' + head.join(' | ') + ' |',
    '| --- ' + '| ---: '.repeat(head.length - 1) + '|',
    ...rows,
    ...all,
  ];
}

function rowOf(name: string, judged: readonly Judged[]): string {
  const count = (outcome: Outcome): number => judged.filter((mutant) => mutant.outcome === outcome).length;
  const numbers = judged.filter(({ kind }) => kind === 'number').length;
  const score = judged.length === 0 ? 0 : Math.floor((100 * count('caught')) / judged.length);
  const cells = [
    judged.length,
    numbers,
    count('caught'),
    count('survived'),
    count('not covered'),
    `${score} %`,
  ];
  return `| ${[name, ...cells].join(' | ')} |`;
}

/** `file:line kind: before -> after`, for each mutant that no test noticed. */
export function linesOf(judged: readonly Judged[]): string[] {
  return judged
    .filter(({ outcome }) => outcome !== 'caught')
    .map(({ file, line, kind, before, after, outcome, isCut }) => {
      const how = outcome === 'not covered' ? ' [not covered]' : isCut ? ' [not every test was run]' : '';
      return `${file}:${line} ${kind}: ${before} -> ${after || 'nothing'}${how}`;
    });
}

/** A text on one line, cut where it is long. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 90 ? `${line.slice(0, 88)} …` : line;
}
