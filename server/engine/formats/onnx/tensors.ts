import { onnx } from 'onnx-proto';
import { dataTypeOfCode, elementCount } from '../../graph/dataTypes';
import type { DataType } from '../../graph/dataTypes';
import type { SparseTensor, Tensor, TensorData } from '../../graph/model';
import type { ProblemList } from '../problems';
import { decodeInt32Data, decodeRaw } from './elements';
import { toNumber } from './integers';
import { limits } from './limits';
import { decodeText, rareMetadataOf, type Span } from './newer';

const none: readonly never[] = [];

/** Turns decoded tensors into those of the model in memory: type, shape, place, and the elements of small ones. */
export class TensorConverter {
  /** File offset of the message being converted, for problems. */
  offset = 0;

  constructor(
    private readonly problems: ProblemList,
    private readonly intern: (text: string) => string,
  ) {}

  tensor(proto: onnx.ITensorProto, span: Span): Tensor {
    const name = this.intern(proto.name ?? '');
    const dims = (proto.dims ?? none).map(toNumber);
    const dtype = dataTypeOfCode(proto.dataType ?? 0);
    return {
      name,
      dtype,
      dims,
      data: this.place(proto),
      elements: dtype && this.elements(proto, name, dtype, dims),
      docString: proto.docString || undefined,
      ...rareMetadataOf(span, 16, this.intern),
    };
  }

  private place(proto: onnx.ITensorProto): TensorData {
    const external = onnx.TensorProto.DataLocation.EXTERNAL;
    if (proto.dataLocation !== external && !proto.externalData?.length) {
      // The scanner noted it there.
      if (!proto.segment) return { place: 'none' };
      const offset = toNumber(proto.segment.begin ?? 0);
      return { place: 'embedded', offset, length: toNumber(proto.segment.end ?? 0) - offset };
    }
    let location = '';
    let offset: number | undefined;
    let length: number | undefined;
    for (const { key, value } of proto.externalData ?? none) {
      if (key === 'location') location = this.intern(value ?? '');
      else if (key === 'offset') offset = wholeNumber(value);
      else if (key === 'length') length = wholeNumber(value);
    }
    return { place: 'external', location, offset, length };
  }

  private elements(
    proto: onnx.ITensorProto,
    name: string,
    dtype: DataType,
    dims: readonly number[],
  ): readonly number[] | readonly string[] | undefined {
    const count = elementCount(dims);
    if (!(count >= 0 && count <= limits.elements)) return undefined;
    if (proto.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL) return undefined;
    const data = storedData(proto, dtype, count);
    if (data === undefined) return count === 0 ? none : undefined;
    if (data !== null) return data;
    const shape = dims.join('×');
    this.problems.add('warning', 'format.tensor-size', { tensor: name, type: dtype, shape }, this.offset);
    return undefined;
  }

  sparse(proto: onnx.ISparseTensorProto, span: Span): SparseTensor {
    const part = (tensor: onnx.ITensorProto | null | undefined, field: number): Tensor => {
      return tensor
        ? this.tensor(tensor, span.child(field))
        : { name: '', dims: none, data: { place: 'none' } };
    };
    return {
      dims: (proto.dims ?? none).map(toNumber),
      values: part(proto.values, 1),
      indices: part(proto.indices, 2),
    };
  }

  /** A sparse initializer has the name of its values. */
  sparseInitializer(proto: onnx.ISparseTensorProto, span: Span): SparseTensor & { readonly name: string } {
    const sparse = this.sparse(proto, span);
    return { ...sparse, name: sparse.values.name };
  }
}

function wholeNumber(text: string | null | undefined): number | undefined {
  return text && /^\d{1,19}$/.test(text) ? Number(text) : undefined;
}

/** Elements from whichever field holds them; undefined if none does, null if their number is not that of the shape. */
function storedData(
  proto: onnx.ITensorProto,
  dtype: DataType,
  count: number,
): readonly number[] | readonly string[] | null | undefined {
  const expect = <T>(list: readonly T[], perElement = 1): readonly T[] | null =>
    list.length === count * perElement ? list : null;
  if (proto.stringData?.length) return expect(proto.stringData.map((item) => decodeText(item)));
  if (proto.rawData && Object.hasOwn(proto, 'rawData')) return decodeRaw(dtype, proto.rawData, count);
  if (proto.int32Data?.length) return decodeInt32Data(dtype, proto.int32Data, count);
  if (proto.int64Data?.length) return expect(proto.int64Data.map(toNumber));
  if (proto.uint64Data?.length) return expect(proto.uint64Data.map(toNumber));
  if (proto.floatData?.length) return expect(proto.floatData, dtype === 'complex64' ? 2 : 1);
  if (proto.doubleData?.length) return expect(proto.doubleData, dtype === 'complex128' ? 2 : 1);
  return undefined;
}
