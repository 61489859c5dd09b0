import { dataTypes } from '../../graph/dataTypes';
import type { InferredValue } from '../types';
import { constantRole, multiplies, neutralNumber, takesAngles } from '../../operators/constantInputs';
import { type ConstantUses, movesOnly, type Passes, type Use } from './uses';
import { isBufferName, type Told } from './exporters';
import { dimsOf, dtypeOf, storedElements } from './tensors';

/** What a stored tensor is; `none` are scalars and what describes shapes, axes and indices. */
export type ConstantKind = 'parameter' | 'quantisation' | 'buffer' | 'none';

/** Integers of rank 0 or 1 beyond so many are a table: shapes, axes and pads have few. */
const mostShapeNumbers = 16;

/**
 * What its readers take a stored tensor for; where they leave it open, what the exporter says of it, else its type and size.
 */
export function constantKind(
  value: InferredValue,
  found: readonly Use[],
  uses: ConstantUses,
  told: Told | undefined,
): ConstantKind {
  const isOf = (role: string): boolean => found.length > 0 && found.every((use) => roleOf(use) === role);
  if (isOf('quantisation')) return 'quantisation';
  if (isOf('buffers')) return 'buffer';
  if (isOf('sizes')) return 'none';
  if (told === 'parameter') return 'parameter';
  if (told === 'buffer' || isBufferName(value)) return storedElements(value) === 1 ? 'none' : 'buffer';
  if (isFiller(value, found, uses)) return 'none';
  return kindByType(value, found, uses);
}

function kindByType(value: InferredValue, found: readonly Use[], uses: ConstantUses): ConstantKind {
  const dtype = dtypeOf(value);
  const kind = dtype === undefined ? undefined : dataTypes[dtype].kind;
  const weighs =
    storedElements(value) === 1
      ? uses.of(value, dequantised).some((use) => roleOf(use) === 'weights')
      : found.some((use) => roleOf(use) === 'weights' && dtypeOf(use.value) === dtype);
  if (kind === 'bool') return isShort(value) ? 'none' : 'buffer';
  if (kind === 'string') return 'none';
  if (kind === 'signed' || kind === 'unsigned')
    return integerKind(value, found, weighs, dataTypes[dtype!].bits ?? 0);
  if (isAngle(value, uses) || isMask(value, found, uses)) return 'buffer';
  // A single number that a graph was written with is known; one that was trained stands among the weights, which nobody reads.
  const isScalar = storedElements(value) === 1 && uses.contentOf(value).length > 0;
  return isScalar && !weighs && found.length > 0 ? 'none' : 'parameter';
}

/** Wide integers are numbers to compute with only as what an operator adds or scales; narrow ones unless they are masks. */
function integerKind(
  value: InferredValue,
  found: readonly Use[],
  weighs: boolean,
  bits: number,
): ConstantKind {
  if (weighs && bits < 64) return 'parameter';
  const isMask = found.length > 0 && found.every((use) => dtypeOf(use.value) === 'bool');
  if (bits < 32 && !isMask) return storedElements(value) === 1 && found.length > 0 ? 'none' : 'parameter';
  return isShort(value) ? 'none' : 'buffer';
}

function isShort(value: InferredValue): boolean {
  const elements = storedElements(value);
  return elements === 1 || ((dimsOf(value)?.length ?? 0) <= 1 && elements <= mostShapeNumbers);
}

const roleOf = ({ node, input }: Use): string | undefined => constantRole(node.node, input);

/**
 * One number all over, which nobody trained: written out as a Constant (a branch that gives zeros), or what a norm gets that
 * exporters borrow to normalise groups, behind a reshape.
 */
function isFiller(value: InferredValue, found: readonly Use[], uses: ConstantUses): boolean {
  const elements = uses.contentOf(value);
  const [first] = elements;
  if (typeof first !== 'number' || !elements.every((element) => element === first)) return false;
  if (value.origin === 'node') return true;
  return (
    found.length > 0 &&
    found.every(
      ({ node, input }) => neutralNumber(node.node, input) === first && uses.isViewed(node.inputs[0]),
    )
  );
}

/** A single number of a quantised graph is what its number in full is: quantisers write those of formulas like weights. */
const dequantised: Passes = (node, input) =>
  movesOnly(node, input) || (node.node.operator === 'DequantizeLinear' && input === 0);

const toAngle: Passes = ({ node, operatorClass }) =>
  multiplies(node) || operatorClass === 'view' || operatorClass === 'movement';

/** A row of frequencies that positions are multiplied by: nothing but angles is made of it. */
function isAngle(value: InferredValue, uses: ConstantUses): boolean {
  const elements = storedElements(value);
  if (elements < 2 || !dimsOf(value)?.includes(elements)) return false;
  const found = uses.of(value, toAngle);
  return found.length > 0 && found.every(({ node }) => takesAngles(node.node));
}

/** Square, the same for all heads, and added to scores before their softmax. */
function isMask(value: InferredValue, found: readonly Use[], uses: ConstantUses): boolean {
  const [columns, rows, heads = 1] = [...(dimsOf(value) ?? [])].reverse();
  if (rows === undefined || rows < 2 || rows !== columns || heads !== 1 || found.length === 0) return false;
  return found.every(({ node }) => {
    const sum = node.outputs[0];
    if (node.operatorClass !== 'elementwise' || typeof sum !== 'number') return false;
    return uses.leadTo(sum, 'softmax');
  });
}
