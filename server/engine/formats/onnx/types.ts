import type { onnx } from 'onnx-proto';
import { dataTypeOfCode } from '../../graph/dataTypes';
import type { DataType } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import type { Shape, ValueType } from '../../graph/model';
import { DimReader, openDimension } from '../dims';
import { toNumber } from './integers';
import { opaqueOf, type Span } from './newer';

const none: readonly never[] = [];

/** Turns decoded types into those of the model in memory. */
export class TypeConverter {
  private readonly dims = new DimReader();

  type(proto: onnx.ITypeProto, spanOf: () => Span): ValueType | undefined {
    const inner = (
      of: onnx.ITypeProto | null | undefined,
      field: number,
      inside: number,
    ): ValueType | undefined => (of ? this.type(of, () => spanOf().child(field).child(inside)) : undefined);
    if (proto.tensorType) return { kind: 'tensor', ...this.elementAndShape(proto.tensorType) };
    if (proto.sparseTensorType) return { kind: 'sparse', ...this.elementAndShape(proto.sparseTensorType) };
    if (proto.sequenceType) return { kind: 'sequence', element: inner(proto.sequenceType.elemType, 4, 1) };
    if (proto.optionalType) return { kind: 'optional', element: inner(proto.optionalType.elemType, 9, 1) };
    if (proto.mapType) {
      const key = dataTypeOfCode(proto.mapType.keyType ?? 0);
      return { kind: 'map', key, value: inner(proto.mapType.valueType, 5, 2) };
    }
    const opaque = opaqueOf(spanOf());
    return opaque ? { kind: 'opaque', ...opaque } : undefined;
  }

  private elementAndShape(proto: onnx.TypeProto.ITensor): {
    readonly dtype?: DataType;
    readonly shape?: Shape;
  } {
    const dtype = dataTypeOfCode(proto.elemType ?? 0);
    if (!proto.shape) return { dtype };
    return { dtype, shape: (proto.shape.dim ?? none).map((dim) => this.dimension(dim)) };
  }

  private dimension(proto: onnx.TensorShapeProto.IDimension): Dim {
    if (proto.dimParam) return this.dims.read(proto.dimParam);
    if (!Object.hasOwn(proto, 'dimValue')) return openDimension;
    const value = toNumber(proto.dimValue ?? 0);
    // Old exporters wrote -1 for "any".
    return value < 0 ? openDimension : value;
  }
}
