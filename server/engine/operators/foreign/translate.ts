import { dataTypes, type DataType } from '../../graph/dataTypes';
import { entryOf } from '../../../../outside/table';
import { activationWork, addWork } from '../activations';
import type { OperatorRule, OperatorWork, WorkContext } from '../rule';
import type { InputMapping, Mapping } from './mapping';
import { placeOf, SeenNode, SeenWork } from './seenNode';

/** × scale, round, + zero point, clamp: what each element of a quantised result takes (as for QLinearConv). */
const perResult = 4;
/** − zero point, × scale: what each element of a quantised operand takes whose scale is not the result's. */
const perOperand = 2;

/** The operators of a format in terms of the rules of ONNX. */
export interface Format {
  readonly domain: string;
  /** Names of activations that an operator computes on its result, as activations.ts has them. */
  readonly activations: Readonly<Record<string, string>>;
  /** Runtimes other than the format's own fuse its operators as they fuse those of ONNX. */
  readonly isFused?: boolean;
}

/** A rule for an operator of another format that sees its node as the rule of ONNX does. */
export function translated(format: Format, name: string, rule: OperatorRule, mapping: Mapping): OperatorRule {
  const { work } = rule;
  return {
    domain: format.domain,
    name,
    operatorClass: mapping.operatorClass ?? rule.operatorClass,
    ...(rule.view && { view: true }),
    ...(rule.neverFolded && !mapping.isFolded && { neverFolded: true }),
    formula: formulaOf(rule, mapping),
    counterpart: {
      name: rule.name,
      input: (index) => ownPlaces(mapping, index),
      isSameForm: format.isFused === true && isSameForm(mapping),
    },
    infer: (context) => (mapping.declared ? undefined : rule.infer(new SeenNode(mapping, context))),
    work: (context) => withExtras(format, mapping, context, seenWork(mapping, context, work)),
  };
}

/** Whether inputs and results stand where the rule has them. */
function isSameForm({ inputs, outputs, activation }: Mapping): boolean {
  const isInPlace = (input: InputMapping, index: number): boolean =>
    (typeof input === 'object' && input !== null && 'at' in input ? input.at : input) === index;
  return outputs === undefined && activation === undefined && (inputs ?? []).every(isInPlace);
}

/** Which inputs of the rule stand where the operator has its input of this place. */
function ownPlaces(mapping: Mapping, own: number): number | undefined {
  const { inputs } = mapping;
  if (!inputs) return own;
  for (let index = 0; index < inputs.length; index++) {
    const place = placeOf(mapping, index);
    if (place && 'at' in place && place.at === own) return index;
  }
  return undefined;
}

function formulaOf({ name, formula }: OperatorRule, { activation, rescales }: Mapping): string {
  const parts = [`as ${name}${formula === undefined ? '' : `: ${formula}`}`];
  if (activation !== undefined) parts.push('its activation');
  if (rescales !== undefined)
    parts.push(`quantised: vector 4·|Y|${rescales === 'all' ? ' + 2 per element of operands' : ''}`);
  return parts.join('; ');
}

/** The rule's work with what it says of single inputs put in their own places. */
function seenWork(
  mapping: Mapping,
  context: WorkContext,
  work: ((context: WorkContext) => OperatorWork) | undefined,
): OperatorWork {
  const counted = work?.(new SeenWork(mapping, context)) ?? {};
  if (!counted.inputBytes || !mapping.inputs) return counted;
  const inputBytes: Record<number, number> = {};
  for (const [index, bytes] of Object.entries(counted.inputBytes)) {
    const place = placeOf(mapping, Number(index));
    if (place && 'at' in place) inputBytes[place.at] = bytes;
  }
  return { ...counted, inputBytes };
}

/** Adds what the operator does beside the rule's work: its activation, and the scaling of quantised numbers. */
export function withExtras(
  format: Format,
  { activation, rescales }: Pick<Mapping, 'activation' | 'rescales'>,
  context: WorkContext,
  work: OperatorWork,
): OperatorWork {
  const elements = context.outputCountOf(0);
  if (rescales && isQuantised(context.outputDtype(0))) {
    let vector = perResult * elements;
    if (rescales === 'all')
      for (let i = 0; i < context.inputCount; i++)
        if (isQuantised(context.dtype(i))) vector += perOperand * context.count(i);
    // The clamp at the end is the activation's too.
    return addWork(work, { vector });
  }
  const name = activation === undefined ? undefined : context.string(activation);
  const known = name === undefined ? undefined : entryOf(format.activations, name);
  return known === undefined ? work : addWork(work, activationWork(known, elements));
}

/** Numbers of 8 or 16 bits stand for others; wider integers are themselves. */
function isQuantised(dtype: DataType | undefined): boolean {
  if (dtype === undefined) return false;
  const { bits, kind } = dataTypes[dtype];
  return (kind === 'signed' || kind === 'unsigned') && bits !== null && bits <= 16;
}
