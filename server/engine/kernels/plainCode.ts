import { attributeNamed } from '../graph/attributes';
import type { Inference, InferredNode } from '../inference/types';
import { numericCount } from '../operators/broadcast';
import { normalizeAxis } from '../operators/shared';
import type { PlainCode } from './profile';

/**
 * Operations that each core does per clock in a node for which the runtime has no code made for processors, whatever their units
 * could do; undefined where it has.
 */
export function perClockOf(
  inference: Inference,
  node: InferredNode,
  table: readonly PlainCode[] | undefined,
): number | undefined {
  const { domain, operator } = node.node;
  if (!table || domain !== '') return undefined;
  const found = table.find(
    ({ operators, when }) => operators.includes(operator) && (!when || conditions[when](inference, node)),
  );
  return found?.perClock.value;
}

const conditions: Readonly<
  Record<NonNullable<PlainCode['when']>, (inference: Inference, node: InferredNode) => boolean>
> = {
  'scales-along-rows': ({ values }, { node, inputs }) => {
    const shapeOf = (at: number) => {
      const id = inputs[at];
      const type = typeof id === 'number' ? values[id]!.type : undefined;
      return type?.kind === 'tensor' ? type.shape : undefined;
    };
    const rank = shapeOf(0)?.length ?? 0;
    const axis = attributeNamed(node, 'axis');
    const along = normalizeAxis(axis?.kind === 'int' ? axis.value : 1, rank);
    return along === rank - 1 && (numericCount(shapeOf(1)) ?? 1) > 1;
  },
};
