// What the editor shows of docs/accuracy.md beside a figure.

export const shownPath = 'server/engine/report/derivation/accuracy.json';

/** The cells of the table behind a heading that begins with some column, by row. */
function tableOf(page: string, heading: string, first: string): string[][] {
  const section = page.slice(page.indexOf(`\n${heading}\n`));
  const table = section.slice(section.indexOf(`\n| ${first} |`) + 1).split('\n\n')[0]!;
  return table
    .split('\n')
    .slice(2)
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const share = (cell: string): number => Number((Number.parseFloat(cell) / 100).toFixed(4));

/** Errors of kernels by chip, and of whole models by class of chip, as the page states them. */
export function shownAccuracy(page: string): object {
  const kernels = (['calibrated (out of fold)', 'one chip left out'] as const).flatMap((kind, at) =>
    tableOf(page, `## GPUs, ${kind}`, 'operators').map(
      ([group, precision, chip, rows, median, p90, , , inside]) => ({
        group,
        precision,
        chip,
        isLeftOut: at === 1,
        rows: Number(rows),
        median: share(median!),
        p90: share(p90!),
        inside: share(inside!),
      }),
    ),
  );
  const classes = tableOf(page, '### By class of chip, source, chip and model', 'class');
  const models = classes.map(([name, rows, , chips, median, p90, , inside]) => ({
    class: name,
    rows: Number(rows),
    chips: Number(chips),
    median: share(median!),
    p90: share(p90!),
    inside: share(inside!),
  }));
  return { kernels, models };
}
