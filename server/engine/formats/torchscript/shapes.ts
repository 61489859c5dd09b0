import { broadcast, known, matmul, viewed } from '../shapes';
import { entryOf } from '../../../../outside/table';
import type { Dim } from '../../graph/dim';
import type { Arguments } from './bind';
import table from './shapes.json';
import { first, type Results, type ShapeOf } from './shapes/common';
import { embedded, indexed, joined, ranged, selected, stacked } from './shapes/gathering';
import {
  differences,
  expanded,
  flattened,
  halved,
  narrowed,
  padded,
  permuted,
  repeated,
  sliced,
  squeezed,
  swapped,
  unflattened,
  unsqueezed,
  without,
} from './shapes/movement';
import { attention, linear, summed } from './shapes/products';
import { reduced } from './shapes/reductions';
import { several } from './shapes/several';
import { dtypeOf } from './shapes/types';
import { adapted, convolved, pooled, resized, shuffled } from './shapes/windows';

const rules = new Map<string, ShapeOf>();
const rule = (names: readonly string[], shapeOf: ShapeOf): void =>
  names.forEach((name) => rules.set(name, shapeOf));
const ofInput: ShapeOf = (args) => first(args)?.shape;

rule(table.same, ofInput);
rule([...table.broadcast, ...table.comparisons], (args) => broadcast(args.all().map(({ shape }) => shape)));
rule(table.reductions, reduced);
rule(table.pools, pooled);
rule(table.convolutions, convolved);
rule(table.adaptive, adapted);
rule(table.resized, resized);
rule(table.made, (args) => known(args.dims('size')));
rule(['linear'], linear);
rule(['matmul'], (args) => matmul(args.tensor('self')?.shape, args.tensor('other')?.shape));
rule(['mm', 'bmm'], (args) => matmul(args.tensor('self')?.shape, args.tensor('mat2')?.shape));
rule(['addmm'], (args) => matmul(args.tensor('mat1')?.shape, args.tensor('mat2')?.shape));
rule(['baddbmm'], (args) => matmul(args.tensor('batch1')?.shape, args.tensor('batch2')?.shape));
rule(['view', 'reshape', '_unsafe_view'], (args) =>
  viewed(first(args)?.shape, args.dims('size') ?? args.dims('shape')),
);
rule(['view_as', 'expand_as'], (args) => args.tensor('other')?.shape);
rule(['slice'], sliced);
rule(['narrow'], narrowed);
rule(['select'], without);
rule(['squeeze'], squeezed);
rule(['unsqueeze'], unsqueezed);
rule(['transpose'], swapped);
rule(['t', 'numpy_T'], (args) => first(args)?.shape?.toReversed());
rule(['permute'], permuted);
rule(['flatten'], flattened);
rule(['unflatten'], unflattened);
rule(['cat'], joined);
rule(['stack'], stacked);
rule(['expand', 'broadcast_to'], expanded);
rule(['repeat', 'tile'], repeated);
rule(['pad', 'constant_pad_nd', 'reflection_pad1d', 'reflection_pad2d', 'replication_pad2d'], padded);
rule(['arange'], ranged);
rule(['embedding'], embedded);
rule(['index'], indexed);
rule(['gather'], (args) => args.tensor('index')?.shape);
rule(['index_select'], selected);
rule(['scaled_dot_product_attention'], attention);
rule(['einsum'], summed);
rule(['pixel_shuffle'], shuffled);
rule(['scalar_tensor'], () => []);
rule(['diff'], differences);
rule(['glu'], halved);

/** Types of the results of an operator; of one that nobody knows here only that it gives one. */
export function resultsOf(name: string, args: Arguments): Results {
  const found = entryOf(several, name)?.(args);
  if (found) return found;
  const shape = rules.get(name)?.(args, name);
  const dtype = dtypeOf(args, name);
  return { types: [{ dtype, shape: shape?.every(isSize) ? shape : undefined }], form: 'one' };
}

const isSize = (dim: Dim): boolean => typeof dim !== 'number' || (dim >= 0 && Number.isSafeInteger(dim));
