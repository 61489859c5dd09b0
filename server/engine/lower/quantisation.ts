import { entryOf } from '../../../outside/table';
import { dataTypes, type DataType } from '../graph/dataTypes';
import { denseRoles, expertRoles, sharedRoles, type Role } from './architecture';
import { objectOf, type JsonObject } from './fields';

/** What a `quantization_config` makes of weights. */
export interface Quantisation {
  readonly type: DataType;
  readonly isOf: (role: Role) => boolean;
}

const layerRoles: ReadonlySet<Role> = new Set([
  'query',
  'key',
  'value',
  'queryKeyValue',
  'attentionOutput',
  'queryDown',
  'queryUp',
  'latentDown',
  'keyValueUp',
  ...denseRoles,
  ...expertRoles,
  ...sharedRoles,
]);

/** The type that each method stores weights in; undefined where its fields say something that is not known here. */
const methods: Readonly<Record<string, (fields: JsonObject) => string | undefined>> = {
  gptq: (fields) => groups('uint', fields['bits'], fields['group_size']),
  awq: (fields) => groups('uint', fields['bits'], fields['group_size']),
  fp8: (fields) => (fields['weight_block_size'] === undefined ? 'fp8_row' : 'fp8_128x128'),
  mxfp4: () => 'mxfp4',
  bitsandbytes: (fields) => {
    if (fields['load_in_8bit'] === true) return 'int8_row';
    return fields['bnb_4bit_use_double_quant'] === true ? 'nf4_64_double' : 'nf4_64';
  },
  'compressed-tensors': compressed,
};

/** Integers in groups along the inputs, 128 unless stated. */
function groups(kind: string, bits: unknown, size: unknown): string | undefined {
  if (bits === 8) return 'int8_row';
  return typeof size === 'number' || size === undefined
    ? `${kind}${String(bits)}_${String(size ?? 128)}`
    : undefined;
}

/** Source: compressed-tensors, `QuantizationArgs`: the first group of modules stands for all. */
function compressed({ config_groups: all }: JsonObject): string | undefined {
  const [group] = Object.values(objectOf(all) ?? {});
  const weights = objectOf(objectOf(group)?.['weights']);
  if (!weights) return undefined;
  const { type, num_bits: bits, group_size: size, symmetric } = weights;
  if (type === 'float') return bits === 8 ? 'fp8_row' : bits === 4 && size === 16 ? 'nvfp4' : undefined;
  return groups(symmetric === false ? 'uint' : 'int', bits, size ?? undefined);
}

/**
 * How a configuration's weights are quantised: the products of its layers, MXFP4 those of experts alone. Null where it
 * states nothing, 'unknown' where it states what is not known here.
 */
export function quantisationOf(configuration: JsonObject): Quantisation | 'unknown' | null {
  const fields = objectOf(configuration['quantization_config']);
  if (!fields) return null;
  const name = String(fields['quant_method']);
  const type = entryOf(methods, name)?.(fields);
  if (type === undefined || entryOf(dataTypes, type) === undefined) return 'unknown';
  const roles = name === 'mxfp4' ? expertRoles : layerRoles;
  return { type: type as DataType, isOf: (role) => roles.has(role) };
}
