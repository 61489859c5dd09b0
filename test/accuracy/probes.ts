// What the shipped laws and constants say of made-up kernels. Where the published measurements are missing, this shows
// that nothing has moved since the committed scores were made with them.
import { chipById } from '../../server/engine/chips/catalogue';
import { predict } from '../../server/engine/cost/classes/gpu/fit';
import { noSizes, type Row } from '../../server/engine/cost/calibrate/rows';
import { constantsFor } from '../../server/engine/cost/constants';
import type { PublishedTable } from './page';

export interface Probes {
  /** Estimated seconds of the made-up kernels by "chip group precision". */
  readonly seconds: Readonly<Record<string, readonly number[]>>;
}

const none = {
  operator: 'linear',
  seconds: 0,
  key: '',
  origin: 'made up',
  ...noSizes,
};

type Sizes = Partial<typeof none>;
const each = <A, B>(first: readonly A[], second: readonly B[]): [A, B][] =>
  first.flatMap((a) => second.map((b): [A, B] => [a, b]));

const products: Sizes[] = each([1, 24, 300, 5000], [768, 2048, 6000]).map(([m, n]) => ({ m, n, k: 2 * n }));
const attentions = (queries: readonly number[]): Sizes[] =>
  each([1, 16], queries).map(([batch, length]) => ({
    batch,
    heads: 32,
    kvHeads: 8,
    headSize: 128,
    queryLength: length,
    keyLength: length,
  }));
const tables = (operator: string, streams: number): Sizes[] =>
  each([64, 4000], [700, 9000]).map(([rows, columns]) => ({ operator, rows, columns, streams }));

const kernels: Readonly<Record<string, readonly Sizes[]>> = {
  gemm: products,
  'attention-prefill': attentions([100, 1500, 9000]),
  'attention-decode': attentions([30, 700, 9000]).map((sizes) => ({ ...sizes, queryLength: 1 })),
  elementwise: [...tables('add', 3), ...tables('relu', 2)],
  normalization: tables('layernorm', 2),
  softmax: tables('softmax', 2),
};

/** The made-up kernels as every measured chip of the catalogue runs them. */
export function probesOf(published: PublishedTable): Probes {
  const seconds: Record<string, number[]> = {};
  for (const { chip: id, group, precision, kind } of published.groups) {
    const chip = chipById(id);
    if (kind !== 'calibrated' || !chip) continue;
    const constants = constantsFor(chip, group, precision).value;
    const rows = kernels[group]!.map((sizes): Row => ({ ...none, ...sizes, chip: id, group, precision }));
    seconds[`${id} ${group} ${precision}`] = rows.map((row) =>
      Number(predict(row, constants, chip).toPrecision(4)),
    );
  }
  return { seconds };
}
