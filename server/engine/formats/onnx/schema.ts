/**
 * What the scanner must know of onnx.proto (ONNX 1.23): which fields there are, their wire type, which are messages to
 * descend into and which hold weights. Whatever is not named here is newer than this table and is skipped.
 */
export interface FieldRule {
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wire: 0 | 1 | 2 | 5;
  /**
   * `name`: identity matters, overlong ones are shortened with a hash; `prose`: overlong ones are cut; `blob`: strings and
   * byte strings that are dropped when overlong; `list`: numbers, packed or not; `payload`: elements of a tensor.
   */
  readonly kind: 'scalar' | 'name' | 'prose' | 'blob' | 'list' | 'payload' | 'message';
  readonly message?: MessageSchema;
  /** Counts against the parts that a file of its size may have: as so many. */
  readonly partWeight?: number;
  /** Bytes of the shortest one that says something, where that is less than `limits.hollowBytes`. */
  readonly leastBytes?: number;
  /** `onnx-proto` does not know it. */
  readonly isNewer?: boolean;
  /** Such a part may also not occur in one message without bound. */
  readonly isCapped?: boolean;
  /** Memory of one in the model and its listing, beside the letters of a text; of one number where it holds numbers. */
  readonly bytes: number;
}

export interface MessageSchema {
  /** Name in onnx.proto, for messages about damage. */
  readonly name: string;
  /** By field number. */
  fields: readonly (FieldRule | undefined)[];
}

/** Part of its message. */
const scalar: FieldRule = { wire: 0, kind: 'scalar', bytes: 0 };
const real: FieldRule = { wire: 5, kind: 'scalar', bytes: 0 };
const name: FieldRule = { wire: 2, kind: 'name', bytes: 100 };
/** Its place in the listing is kept too, or it becomes a dimension to reckon with. */
const placedName: FieldRule = { ...name, bytes: 300 };
const prose: FieldRule = { wire: 2, kind: 'prose', bytes: 100 };
const blob: FieldRule = { wire: 2, kind: 'blob', bytes: 200 };
const integers: FieldRule = { wire: 0, kind: 'list', bytes: 8 };
const reals: FieldRule = { wire: 5, kind: 'list', bytes: 8 };

/** Field numbers are onnx.proto's. */
function schema(title: string, fields: Readonly<Record<number, FieldRule>>): MessageSchema {
  return { name: title, fields: byNumber(fields) };
}

function byNumber(fields: Readonly<Record<number, FieldRule>>): readonly (FieldRule | undefined)[] {
  const rules: (FieldRule | undefined)[] = [];
  for (const [number, rule] of Object.entries(fields)) rules[Number(number)] = rule;
  return rules;
}

function message(of: MessageSchema): FieldRule {
  return { wire: 2, kind: 'message', message: of, bytes: 40 };
}

function part(of: MessageSchema, bytes = 260): FieldRule {
  return { wire: 2, kind: 'message', message: of, partWeight: 1, bytes };
}

/** What holds parts of its own and takes memory even without any. */
function container(of: MessageSchema): FieldRule {
  return { ...part(of, 1100), partWeight: 10 };
}

/** Bytes of a tensor without its elements. */
const tensorBytes = 520;

function payload(wire: FieldRule['wire']): FieldRule {
  return { wire, kind: 'payload', bytes: 12 };
}

const entrySchema = schema('StringStringEntryProto', { 1: name, 2: prose });
const entries = part(entrySchema);
const metadata: FieldRule = { ...entries, isNewer: true };
const opsetSchema = schema('OperatorSetIdProto', { 1: name, 2: scalar });
/** A version alone: the standard's domain has no name. */
const opsets: FieldRule = { ...part(opsetSchema), leastBytes: 2 };

const dimensionSchema = schema('TensorShapeProto.Dimension', { 1: scalar, 2: placedName, 3: name });
const shapeSchema = schema('TensorShapeProto', { 1: message(dimensionSchema) });
const tensorTypeSchema = schema('TypeProto.Tensor', { 1: scalar, 2: message(shapeSchema) });
const opaqueSchema = schema('TypeProto.Opaque', { 1: name, 2: name });
const typeSchema: MessageSchema = { name: 'TypeProto', fields: [] };
const elementSchema = schema('TypeProto.Sequence', { 1: message(typeSchema) });
const mapSchema = schema('TypeProto.Map', { 1: scalar, 2: message(typeSchema) });
typeSchema.fields = byNumber({
  1: message(tensorTypeSchema),
  4: message(elementSchema),
  5: message(mapSchema),
  6: name,
  7: { ...message(opaqueSchema), isNewer: true },
  8: message(tensorTypeSchema),
  9: message(elementSchema),
});

export const tensorSchema = schema('TensorProto', {
  1: integers,
  2: scalar,
  4: payload(5),
  5: payload(0),
  6: payload(2),
  7: payload(0),
  8: name,
  9: payload(2),
  10: payload(1),
  11: payload(0),
  12: prose,
  13: entries,
  14: scalar,
  16: metadata,
});
export const sparseTensorSchema = schema('SparseTensorProto', {
  1: part(tensorSchema, tensorBytes),
  2: part(tensorSchema, tensorBytes),
  3: integers,
});

export const valueInfoSchema = schema('ValueInfoProto', {
  1: name,
  2: message(typeSchema),
  3: prose,
  4: metadata,
});

export const graphSchema: MessageSchema = { name: 'GraphProto', fields: [] };
export const attributeSchema = schema('AttributeProto', {
  1: name,
  2: real,
  3: scalar,
  4: blob,
  5: part(tensorSchema, tensorBytes),
  6: container(graphSchema),
  7: reals,
  8: integers,
  9: blob,
  10: part(tensorSchema, tensorBytes),
  11: container(graphSchema),
  13: prose,
  14: message(typeSchema),
  15: message(typeSchema),
  20: scalar,
  21: name,
  22: part(sparseTensorSchema),
  23: part(sparseTensorSchema),
});
const shardsSchema = schema('SimpleShardedDimProto', { 1: scalar, 2: name, 3: scalar });
const shardedAxisSchema = schema('ShardedDimProto', { 1: scalar, 2: part(shardsSchema) });
const deviceGroupSchema = schema('IntIntListEntryProto', { 1: scalar, 2: integers });
const shardingSchema = schema('ShardingSpecProto', {
  1: name,
  2: integers,
  3: part(deviceGroupSchema),
  4: part(shardedAxisSchema),
});
const nodeDevicesSchema = schema('NodeDeviceConfigurationProto', {
  1: name,
  2: part(shardingSchema),
  3: scalar,
});
export const nodeSchema = schema('NodeProto', {
  1: name,
  2: name,
  3: name,
  4: name,
  5: { ...part(attributeSchema), isCapped: true },
  6: prose,
  7: name,
  8: { ...name, isNewer: true },
  9: metadata,
  10: { ...part(nodeDevicesSchema), isNewer: true },
});
/** A name of one letter alone: what a body takes and gives needs no type. */
const values: FieldRule = { ...part(valueInfoSchema, 400), leastBytes: 3 };
const annotationSchema = schema('TensorAnnotation', { 1: name, 2: entries });
graphSchema.fields = byNumber({
  1: part(nodeSchema),
  2: name,
  5: part(tensorSchema, tensorBytes),
  10: prose,
  11: { ...values, isCapped: true },
  12: { ...values, isCapped: true },
  13: part(valueInfoSchema),
  14: { ...part(annotationSchema), isNewer: true },
  15: part(sparseTensorSchema),
  16: metadata,
});

export const functionSchema = schema('FunctionProto', {
  1: name,
  4: placedName,
  5: placedName,
  6: name,
  7: part(nodeSchema),
  8: prose,
  9: opsets,
  10: name,
  11: { ...part(attributeSchema), isCapped: true, isNewer: true },
  12: { ...part(valueInfoSchema), isCapped: true, isNewer: true },
  13: { ...name, isNewer: true },
  14: metadata,
});

export const modelSchema = schema('ModelProto', {
  1: scalar,
  2: name,
  3: name,
  4: name,
  5: scalar,
  6: prose,
  7: part(graphSchema),
  8: opsets,
  14: entries,
  // Counted, never read: training graphs are not analysed.
  20: part(schema('TrainingInfoProto', {})),
  25: container(functionSchema),
  26: part(schema('DeviceConfigurationProto', { 1: name, 2: scalar, 3: name })),
});

/** `segment` of TensorProto: a file's own is left out, and the scanner notes there where a tensor's elements lie in the file. */
export const placeField = { segment: 3, begin: 1, end: 2 } as const;
