import type { Case, Desk } from './desk';

const head = '<ir_version: 8, opset_import: ["" : 18, "my.ops" : 1]>';
const conv = 'Conv <kernel_shape = [3, 3]>';

const custom = `${head}
g (float[1, 3, 32, 32] x, float[8, 3, 3, 3] w, float[4, 8, 3, 3] v) => (float[1, 4, 28, 28] y)
{
  a = ${conv} (x, w)
  b = my.ops.BEVPool (a)
  y = ${conv} (b, v)
}
`;
const declared = custom.replace(' y)\n{', ' y) <float[1, 8, 30, 30] b>\n{');
const standard = `${head}
g (float[2, 4] x) => (y)
{
  y = Relo (x)
}
`;
const chosen = `${head}
g (float[32, 32] x) => (int64[N, M] y)
{
  a = Exp (x)
  n = NonZero (a)
  y = Neg (n)
}
`;

/** What a report of a text says of its totals on two chips, its coverage and the nodes that problems blame. */
function told(desk: Desk, text: string, ...words: readonly string[]): string {
  desk.write('m.onnxtxt', text);
  const all = ['--chip', 'nvidia-t4', '--chip', 'intel-xeon-8480', ...words];
  const { code } = desk.cli('analyze', 'm.onnxtxt', ...all);
  const { chips, model, coverage, problems } = desk.report('m.onnxtxt', ...all);
  const { value, isLowerBound, unknownNodes, atMost } = model.operations;
  const times = new Set(
    chips.map(({ total: { latencySeconds: time } }) =>
      time ? (time.isLowerBound ? 'at least' : 'whole') : 'unknown',
    ),
  );
  const blamed = problems.flatMap(({ code: what, node }) =>
    /^operator|decides/.test(what) ? [`${what} at ${node}`] : [],
  );
  const bounds = isLowerBound ? `at least ${value}, at most ${atMost}, ${unknownNodes} unknown` : `${value}`;
  return `${bounds}; ${[...times].join(' and ')}; coverage ${coverage.operations}; ${blamed.join(', ') || 'nothing blamed'}; exit ${code}`;
}

/** Totals of which parts are unknown. */
export const totals: readonly Case[] = [
  {
    // 2 x 8 x 30 x 30 outputs of 3 x 3 x 3 products; behind the operator no shape is known.
    name: 'an operator that nobody knows',
    expected:
      'at least 388800, at most null, 2 unknown; at least; coverage null; operator.unmodelled at 1; exit 1',
    got: (desk) => told(desk, custom),
  },
  {
    // The declared shape carries on: 2 x 4 x 28 x 28 outputs of 8 x 3 x 3 products more.
    name: 'an operator that nobody knows, with a declared output',
    expected:
      'at least 840384, at most null, 1 unknown; at least; coverage null; operator.unmodelled at 1; exit 1',
    got: (desk) => told(desk, declared),
  },
  {
    name: 'an operator that the standard does not have',
    expected: 'at least null, at most null, 1 unknown; unknown; coverage null; operator.unknown at 0; exit 1',
    got: (desk) => told(desk, standard),
  },
  {
    // 1,024 exponentials; at the most as many comparisons, and a negation of two indices of each.
    name: 'sizes that the data decide',
    expected:
      'at least 1024, at most 4096, 2 unknown; at least; coverage null; inference.data-decides at 1; exit 0',
    got: (desk) => told(desk, chosen),
  },
  {
    name: 'one number for all sizes that the data decide',
    expected: '2248; whole; coverage 1; nothing blamed; exit 0',
    got: (desk) => told(desk, chosen, '--bind', 'detections=100'),
  },
];
