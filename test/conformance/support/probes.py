"""Models of one node, one for each form of an operator of which a runtime may refuse some.

    python probes.py FOLDER

writes FOLDER/NAME.onnx; NAME says the form (`Resize.cubic.rank4`). Sizes are fixed, weights and shapes are constants
unless the name says `open`.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TYPES = {
    "float": TensorProto.FLOAT, "float16": TensorProto.FLOAT16, "double": TensorProto.DOUBLE, "int8": TensorProto.INT8,
    "uint8": TensorProto.UINT8, "int16": TensorProto.INT16, "uint16": TensorProto.UINT16, "int32": TensorProto.INT32,
    "int64": TensorProto.INT64, "uint32": TensorProto.UINT32, "bool": TensorProto.BOOL,
}
RANDOM = np.random.default_rng(0)


def numbers(shape, kind="float"):
    if kind == "bool":
        return RANDOM.random(shape) > 0.5
    if "int" in kind:
        return RANDOM.integers(0, 2, shape).astype(kind)
    return RANDOM.random(shape).astype({"float": "float32", "double": "float64"}.get(kind, kind))


def ints(*values):
    return np.array(values, np.int64)


class Probe:
    """`inputs`: a shape, (shape, type), a constant array, or None where it is left out."""

    def __init__(self, name, inputs, outputs="float", opset=18, domain="", **attributes):
        self.name, self.inputs, self.opset, self.domain, self.attributes = name, inputs, opset, domain, attributes
        self.outputs = outputs if isinstance(outputs, list) else [outputs]

    def model(self):
        operator = self.name.split(".")[0]
        names, values, constants = [], [], []
        for at, given in enumerate(self.inputs):
            name = f"x{at}"
            if given is None:
                names.append("")
                continue
            names.append(name)
            if isinstance(given, (np.ndarray, np.generic)):
                constants.append(numpy_helper.from_array(np.asarray(given), name))
                continue
            shape, kind = given if given and isinstance(given[-1], str) else (given, "float")
            values.append(helper.make_tensor_value_info(name, TYPES[kind], shape))
        outputs = [f"y{at}" for at in range(len(self.outputs))]
        node = helper.make_node(operator, names, outputs, domain=self.domain, name="node", **self.attributes)
        results = [helper.make_tensor_value_info(name, TYPES[kind], None) for name, kind in zip(outputs, self.outputs)]
        graph = helper.make_graph([node], "probe", values, results, constants)
        sets = [helper.make_opsetid("", self.opset)] + ([helper.make_opsetid(self.domain, 1)] if self.domain else [])
        return onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=sets, ir_version=9))


def shape_of(rank):
    return [2, 4, 6, 8, 2, 2, 2][:rank] if rank < 4 else [1, 4, 6, 8, 2, 2, 2][:rank]


UNARY = (
    "Abs Acos Asin Atan Ceil Cos Elu Erf Exp Floor Gelu HardSigmoid HardSwish IsInf IsNaN LeakyRelu Log Neg Reciprocal "
    "Relu Round Selu Sigmoid Sign Sin Softplus Softsign Sqrt Tan Tanh ThresholdedRelu Mish Celu Identity NonZero"
).split()
BINARY = "Add Sub Mul Div Pow Max Min Mod PRelu Equal Greater Less GreaterOrEqual LessOrEqual".split()
TRUTHS = {"Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "IsInf", "IsNaN"}
RANKS = (1, 2, 3, 4, 5, 6)


def elementwise():
    for operator in UNARY:
        kind = "bool" if operator in TRUTHS else "int64" if operator == "NonZero" else "float"
        opset = 20 if operator in ("Gelu",) else 18
        for rank in RANKS:
            yield Probe(f"{operator}.rank{rank}", [shape_of(rank)], kind, opset)
    for operator in ("Abs", "Neg", "Sign", "Relu", "Identity"):
        for kind in ("int8", "int32", "int64"):
            yield Probe(f"{operator}.{kind}", [([1, 4, 6], kind)], kind)
    for operator in BINARY:
        extra = {"fmod": 1} if operator == "Mod" else {}
        kind = "bool" if operator in TRUTHS else "float"
        for rank in RANKS:
            yield Probe(f"{operator}.rank{rank}", [shape_of(rank), shape_of(rank)], kind, **extra)
        yield Probe(f"{operator}.constant", [[1, 4, 6], numbers((6,))], kind, **extra)
        if operator == "PRelu":
            continue
        for own in ("int8", "uint8", "int16", "int32", "int64", "float16", "double"):
            yield Probe(f"{operator}.{own}", [([1, 4, 6], own)] * 2, kind if kind == "bool" else own, **extra)
    yield Probe("Mod.whole", [([1, 4, 6], "int32"), ([1, 4, 6], "int32")], "int32", fmod=0)
    yield Probe("Equal.bool", [([1, 4], "bool")] * 2, "bool")
    for operator in ("And", "Or", "Xor"):
        yield Probe(operator + ".bool", [([1, 4], "bool")] * 2, "bool")
    yield Probe("Not.bool", [([1, 4], "bool")], "bool")
    for kind in ("float", "int32", "int64", "bool"):
        yield Probe(f"Where.{kind}", [([1, 4, 6], "bool"), ([1, 4, 6], kind), ([1, 4, 6], kind)], kind)
    for own in ("int32", "int64", "bool", "uint8", "int8", "float16", "double"):
        yield Probe(f"Cast.float.{own}", [[1, 4, 6]], own, to=TYPES[own])
        yield Probe(f"Cast.{own}.float", [([1, 4, 6], own)], "float", to=TYPES["float"])
    yield Probe("Clip.constant", [[1, 4, 6], np.float32(0), np.float32(6)])
    yield Probe("Clip.open", [[1, 4, 6], [], []])
    yield Probe("Clip.int32", [([1, 4, 6], "int32"), np.int32(0), np.int32(6)], "int32")
    yield Probe("Clip.int64", [([1, 4, 6], "int64"), np.int64(0), np.int64(6)], "int64")
    for operator in ("Max", "Min", "Sum", "Mean"):
        yield Probe(f"{operator}.one", [[1, 4, 6]])
        yield Probe(f"{operator}.three", [[1, 4, 6]] * 3)


def convolutions():
    for axes in (1, 2, 3):
        x, w = [1, 8] + [12] * axes, (16, 8) + (3,) * axes
        yield Probe(f"Conv.{axes}d", [x, numbers(w)])
        yield Probe(f"Conv.{axes}d.dilated", [x, numbers(w)], dilations=[2] * axes)
        yield Probe(f"Conv.{axes}d.grouped", [x, numbers((16, 2) + (3,) * axes)], group=4)
        yield Probe(f"Conv.{axes}d.depthwise", [x, numbers((8, 1) + (3,) * axes)], group=8)
        yield Probe(f"Conv.{axes}d.bias", [x, numbers(w), numbers((16,))])
        yield Probe(f"Conv.{axes}d.open", [x, list(w)])
        yield Probe(f"Conv.{axes}d.batch", [[4] + x[1:], numbers(w)])
        yield Probe(f"Conv.{axes}d.same", [x, numbers(w)], auto_pad="SAME_UPPER")
        t = (8, 16) + (3,) * axes
        yield Probe(f"ConvTranspose.{axes}d", [x, numbers(t)], strides=[2] * axes)
        yield Probe(f"ConvTranspose.{axes}d.dilated", [x, numbers(t)], dilations=[2] * axes)
        yield Probe(f"ConvTranspose.{axes}d.grouped", [x, numbers((8, 4) + (3,) * axes)], group=4, strides=[2] * axes)
        yield Probe(f"ConvTranspose.{axes}d.open", [x, list(t)], strides=[2] * axes)
        yield Probe(f"ConvTranspose.{axes}d.extra", [x, numbers(t)], strides=[2] * axes, output_padding=[1] * axes)
        for operator in ("MaxPool", "AveragePool", "LpPool"):
            yield Probe(f"{operator}.{axes}d", [x], kernel_shape=[3] * axes)
            yield Probe(f"{operator}.{axes}d.ceil", [x], kernel_shape=[3] * axes, strides=[2] * axes, ceil_mode=1)
            yield Probe(f"{operator}.{axes}d.dilated", [x], opset=19, kernel_shape=[3] * axes, dilations=[2] * axes)
            yield Probe(f"{operator}.{axes}d.same", [x], kernel_shape=[3] * axes, auto_pad="SAME_UPPER")
        yield Probe(f"AveragePool.{axes}d.padded", [x], kernel_shape=[3] * axes, pads=[1] * 2 * axes, count_include_pad=1)
        for operator in ("GlobalAveragePool", "GlobalMaxPool"):
            yield Probe(f"{operator}.{axes}d", [x])
        yield Probe(f"BatchNormalization.{axes}d", [x] + [numbers((8,))] * 4)
        yield Probe(f"InstanceNormalization.{axes}d", [x] + [numbers((8,))] * 2)
        yield Probe(f"LRN.{axes}d", [x], size=3)
    yield Probe("LpPool.2d.one", [[1, 8, 12, 12]], kernel_shape=[3, 3], p=1)
    yield Probe("LpPool.2d.three", [[1, 8, 12, 12]], kernel_shape=[3, 3], p=3)
    yield Probe("MaxPool.2d.indices", [[1, 8, 12, 12]], ["float", "int64"], kernel_shape=[2, 2])
    yield Probe("BatchNormalization.2d.open", [[1, 8, 12, 12]] + [[8]] * 4)
    yield Probe("BatchNormalization.rank2", [[4, 8]] + [numbers((8,))] * 4)
    yield Probe("DepthToSpace.dcr", [[1, 8, 4, 4]], blocksize=2)
    yield Probe("DepthToSpace.crd", [[1, 8, 4, 4]], blocksize=2, mode="CRD")
    yield Probe("SpaceToDepth", [[1, 8, 4, 4]], blocksize=2)
    for mode in ("linear", "nearest", "cubic"):
        yield Probe(f"GridSample.{mode}", [[1, 4, 6, 6], [1, 6, 6, 2]], opset=20, mode=mode)
    yield Probe("GridSample.rank5", [[1, 4, 6, 6, 6], [1, 6, 6, 6, 3]], opset=20)
    for padding in ("border", "reflection"):
        yield Probe(f"GridSample.{padding}", [[1, 4, 6, 6], [1, 6, 6, 2]], opset=20, padding_mode=padding)
    yield Probe("GroupNormalization", [[1, 8, 6, 6], numbers((8,)), numbers((8,))], opset=21, num_groups=2)
    yield Probe("RoiAlign", [[1, 4, 8, 8], [2, 4], ([2], "int64")], output_height=2, output_width=2)


def resizes():
    for mode in ("nearest", "linear", "cubic"):
        for where in ("half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel", "half_pixel_symmetric", "tf_crop_and_resize"):
            roi = numbers((8,)) if where.startswith("tf") else None
            inputs = [[1, 4, 6, 6], roi, np.array([1, 1, 2, 2], np.float32)]
            yield Probe(f"Resize.{mode}.{where}", inputs, opset=19, mode=mode, coordinate_transformation_mode=where)
        for rank in (2, 3, 5):
            scales = np.array([1, 1, 2, 2, 2][:rank] if rank > 2 else [2, 2], np.float32)
            yield Probe(f"Resize.{mode}.rank{rank}", [[1, 4, 6, 6, 6][:rank], None, scales], mode=mode)
        yield Probe(f"Resize.{mode}.sizes", [[1, 4, 6, 6], None, None, ints(1, 4, 9, 9)], mode=mode)
        yield Probe(f"Resize.{mode}.smaller", [[1, 4, 6, 6], None, np.array([1, 1, 0.5, 0.5], np.float32)], mode=mode)
        yield Probe(f"Resize.{mode}.channels", [[1, 4, 6, 6], None, np.array([1, 2, 1, 1], np.float32)], mode=mode)
        yield Probe(f"Resize.{mode}.open", [[1, 4, 6, 6], None, [4]], mode=mode)
        yield Probe(f"Resize.{mode}.antialias", [[1, 4, 6, 6], None, np.array([1, 1, 0.5, 0.5], np.float32)], mode=mode, antialias=1)
    for how in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
        inputs = [[1, 4, 6, 6], None, np.array([1, 1, 2, 2], np.float32)]
        yield Probe(f"Resize.nearest.{how}", inputs, nearest_mode=how)
        yield Probe(f"Resize.nearest.{how}.asymmetric", inputs, nearest_mode=how, coordinate_transformation_mode="asymmetric")
    yield Probe("Resize.linear.fraction", [[1, 4, 6, 6], None, np.array([1, 1, 1.5, 1.5], np.float32)], mode="linear")
    yield Probe("Resize.nearest.uneven", [[1, 4, 6, 6], None, np.array([1, 1, 2, 3], np.float32)])


def movements():
    for rank in RANKS:
        s = shape_of(rank)
        last = [s[-1]]
        yield Probe(f"Concat.rank{rank}", [s, s], axis=rank - 1)
        yield Probe(f"Transpose.rank{rank}", [s], perm=list(range(rank))[::-1])
        yield Probe(f"Reshape.rank{rank}", [s, ints(-1)])
        yield Probe(f"Reshape.to{rank}", [[64], ints(*([2] * (rank - 1) + [64 >> (rank - 1)]))])
        yield Probe(f"Slice.rank{rank}", [s, ints(0), ints(1), ints(rank - 1)])
        yield Probe(f"Gather.rank{rank}", [s, ints(0, 1)], axis=rank - 1)
        yield Probe(f"Expand.rank{rank}", [s[:-1] + [1], ints(*s)])
        yield Probe(f"Tile.rank{rank}", [s, ints(*[1] * (rank - 1) + [2])])
        yield Probe(f"Pad.rank{rank}", [s, ints(*[0] * (2 * rank - 1) + [1])])
        yield Probe(f"Split.rank{rank}", [s, ints(1, s[-1] - 1)], ["float", "float"], axis=rank - 1)
        yield Probe(f"Unsqueeze.rank{rank}", [s, ints(0)])
        yield Probe(f"Squeeze.rank{rank}", [[1] + s, ints(0)])
        yield Probe(f"ScatterND.rank{rank}", [s, ints(*[[0] * rank]), numbers((1,))])
        yield Probe(f"Flatten.rank{rank}", [s], axis=min(1, rank))
        yield Probe(f"GatherElements.rank{rank}", [s, np.zeros(s[:-1] + [1], np.int64)], axis=rank - 1)
        yield Probe(f"ScatterElements.rank{rank}", [s, np.zeros(s[:-1] + [1], np.int64), numbers(tuple(s[:-1] + [1]))], axis=rank - 1)
        yield Probe(f"CumSum.rank{rank}", [s, np.int64(rank - 1)])
        yield Probe(f"TopK.rank{rank}", [s, ints(1)], ["float", "int64"], axis=rank - 1)
        yield Probe(f"ArgMax.rank{rank}", [s], "int64", axis=rank - 1)
        for operator in ("Softmax", "LogSoftmax"):
            yield Probe(f"{operator}.rank{rank}", [s], axis=rank - 1)
            yield Probe(f"{operator}.rank{rank}.first", [s], axis=0)
        yield Probe(f"LpNormalization.rank{rank}", [s])
        yield Probe(f"LayerNormalization.rank{rank}", [s, numbers(tuple(last)), numbers(tuple(last))])
        yield Probe(f"RMSNormalization.rank{rank}", [s, numbers(tuple(last))], opset=23)
        for operator in ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL2", "ReduceL1", "ReduceLogSumExp", "ReduceSumSquare"):
            yield Probe(f"{operator}.rank{rank}", [s, ints(rank - 1)])
            if rank == 3:
                yield Probe(f"{operator}.first", [s, ints(0)])
                yield Probe(f"{operator}.every", [s])
                yield Probe(f"{operator}.open", [s, ([1], "int64")])
                yield Probe(f"{operator}.int32", [(s, "int32"), ints(1)], "int32")
        if rank > 1:
            yield Probe(f"MatMul.rank{rank}", [s, numbers(tuple(s[:-2] + [s[-1], 5]))])
            yield Probe(f"MatMul.rank{rank}.open", [s, s[:-2] + [s[-1], 5]])
            yield Probe(f"Trilu.rank{rank}", [s])
    s = [1, 4, 6]
    for kind in ("float16", "int32", "int64", "uint8", "int8", "bool"):
        for operator, extra in (("Concat", {"axis": 1}), ("Transpose", {"perm": [0, 2, 1]})):
            yield Probe(f"{operator}.{kind}", [(s, kind)] * (2 if operator == "Concat" else 1), kind, **extra)
        yield Probe(f"Reshape.{kind}", [(s, kind), ints(-1)], kind)
        yield Probe(f"Slice.{kind}", [(s, kind), ints(0), ints(1), ints(1)], kind)
        yield Probe(f"Gather.{kind}", [(s, kind), ints(0, 1)], kind, axis=1)
        yield Probe(f"Expand.{kind}", [([1, 1, 6], kind), ints(*s)], kind)
        yield Probe(f"Unsqueeze.{kind}", [(s, kind), ints(0)], kind)
        yield Probe(f"Tile.{kind}", [(s, kind), ints(1, 1, 2)], kind)
        yield Probe(f"Split.{kind}", [(s, kind), ints(2, 2)], [kind, kind], axis=1)
        yield Probe(f"GatherND.{kind}", [(s, kind), np.zeros((2, 2), np.int64)], kind)
        yield Probe(f"ScatterND.{kind}", [(s, kind), np.zeros((1, 3), np.int64), ([1], kind)], kind)
    for index in ("int32", "int64"):
        yield Probe(f"Gather.open.{index}", [s, ([2], index)], axis=1)
        yield Probe(f"GatherElements.open.{index}", [s, (s, index)], axis=1)
    yield Probe("Gather.table.int64", [numbers((100, 16)), ([1, 8], "int64")])
    yield Probe("Gather.table.int32", [numbers((100, 16)), ([1, 8], "int32")])
    yield Probe("Gather.scalar", [s, np.int64(0)], axis=1)
    yield Probe("GatherND.open", [s, ([2, 2], "int64")])
    yield Probe("GatherND.batched", [s, np.zeros((1, 2, 1), np.int64)], batch_dims=1)
    yield Probe("Slice.open", [s, ([1], "int64"), ([1], "int64"), ints(1)])
    yield Probe("Slice.step", [s, ints(0), ints(4), ints(1), ints(2)])
    yield Probe("Slice.back", [s, ints(3), ints(-9), ints(1), ints(-1)])
    yield Probe("Reshape.open", [s, ([2], "int64")])
    yield Probe("Expand.open", [[1, 1, 6], ([3], "int64")])
    yield Probe("Tile.open", [s, ([3], "int64")])
    yield Probe("Split.open", [s, ([2], "int64")], ["float", "float"], axis=1)
    yield Probe("TopK.open", [s, ([1], "int64")], ["float", "int64"])
    yield Probe("TopK.smallest", [s, ints(2)], ["float", "int64"], largest=0)
    yield Probe("TopK.unsorted", [s, ints(2)], ["float", "int64"], sorted=0)
    yield Probe("TopK.middle", [s, ints(2)], ["float", "int64"], axis=1)
    yield Probe("ArgMax.last", [s], "int64", select_last_index=1)
    yield Probe("CumSum.int32", [(s, "int32"), np.int64(1)], "int32")
    yield Probe("CumSum.open", [s, ([], "int64")])
    yield Probe("CumSum.exclusive", [s, np.int64(1)], exclusive=1)
    yield Probe("CumSum.reverse", [s, np.int64(1)], reverse=1)
    yield Probe("LpNormalization.first", [s], axis=1, p=1)
    yield Probe("LayerNormalization.two", [s, numbers((4, 6)), numbers((4, 6))], axis=1)
    yield Probe("LayerNormalization.outputs", [s, numbers((6,)), numbers((6,))], ["float", "float", "float"])
    for mode in ("constant", "reflect", "edge", "wrap"):
        yield Probe(f"Pad.{mode}", [[1, 4, 6, 6], ints(0, 0, 1, 1, 0, 0, 1, 1)], opset=19, mode=mode)
    yield Probe("Pad.open", [[1, 4, 6, 6], ([8], "int64")])
    yield Probe("Pad.negative", [[1, 4, 6, 6], ints(0, 0, -1, -1, 0, 0, -1, -1)])
    yield Probe("Pad.value", [[1, 4, 6, 6], ints(0, 0, 1, 1, 0, 0, 1, 1), np.float32(2)])
    yield Probe("Pad.axes", [[1, 4, 6, 6], ints(1, 1), None, ints(2)])
    for reduction in ("none", "add", "mul", "max", "min"):
        yield Probe(f"ScatterND.{reduction}", [s, np.zeros((1, 2), np.int64), numbers((1, 6))], reduction=reduction)
        yield Probe(f"ScatterElements.{reduction}", [s, np.zeros((1, 1, 6), np.int64), numbers((1, 1, 6))], axis=1, reduction=reduction)
    yield Probe("OneHot", [([4], "int64"), np.int64(5), np.array([0, 1], np.float32)])
    yield Probe("OneHot.int32", [([4], "int32"), np.int64(5), np.array([0, 1], np.float32)])
    yield Probe("OneHot.open", [([4], "int64"), ([], "int64"), np.array([0, 1], np.float32)])
    yield Probe("Shape.static", [s], "int64")
    yield Probe("ConstantOfShape.open", [([2], "int64")])
    yield Probe("Range.open", [([], "int64")] * 3, "int64")


def products():
    x, w = [4, 8], numbers((8, 5))
    yield Probe("Gemm.constant", [x, w, numbers((5,))])
    yield Probe("Gemm.open", [x, [8, 5], [5]])
    yield Probe("Gemm.bias2", [x, w, numbers((4, 5))])
    yield Probe("Gemm.alpha", [x, w, numbers((5,))], alpha=0.5)
    yield Probe("Gemm.beta", [x, w, numbers((5,))], beta=0.5)
    yield Probe("Gemm.transA", [[8, 4], w, numbers((5,))], transA=1)
    yield Probe("Gemm.transB", [x, numbers((5, 8)), numbers((5,))], transB=1)
    yield Probe("MatMul.float16", [([1, 4, 8], "float16"), numbers((8, 5), "float16")], "float16")
    yield Probe("MatMul.int32", [([1, 4, 8], "int32"), numbers((8, 5), "int32")], "int32")
    yield Probe("MatMul.vector", [[8], w])
    for name, equation, shapes in (
        ("matmul", "bij,bjk->bik", ([2, 3, 4], [2, 4, 5])), ("heads", "bhwc,hkc->bhwk", ([1, 2, 3, 4], [2, 5, 4])),
        ("attention", "bhid,bhjd->bhij", ([1, 2, 3, 4], [1, 2, 5, 4])), ("sum", "ij->i", ([3, 4],)), ("outer", "i,j->ij", ([3], [4])),
    ):
        yield Probe(f"Einsum.{name}", [list(shape) for shape in shapes], equation=equation)
    for operator, gates in (("LSTM", 4), ("GRU", 3), ("RNN", 1)):
        for direction, ways in (("forward", 1), ("reverse", 1), ("bidirectional", 2)):
            inputs = [[6, 1, 8], numbers((ways, gates * 4, 8)), numbers((ways, gates * 4, 4)), numbers((ways, 2 * gates * 4))]
            yield Probe(f"{operator}.{direction}", inputs, ["float", "float"], direction=direction, hidden_size=4)
        inputs = [[6, 1, 8], numbers((1, gates * 4, 8)), numbers((1, gates * 4, 4)), numbers((1, 2 * gates * 4))]
        yield Probe(f"{operator}.lengths", inputs + [([1], "int32")], ["float", "float"], hidden_size=4)
        yield Probe(f"{operator}.open", [[6, 1, 8], [1, gates * 4, 8], [1, gates * 4, 4]], ["float", "float"], hidden_size=4)
    yield Probe("GRU.linear", [[6, 1, 8], numbers((1, 12, 8)), numbers((1, 12, 4)), numbers((1, 24))], ["float", "float"], hidden_size=4, linear_before_reset=1)
    for axis, kind in ((1, "rank3"),):
        yield Probe(f"Attention.{kind}", [[1, 4, 8]] * 3, opset=23, q_num_heads=2, kv_num_heads=2)
    yield Probe("Attention.mask", [[1, 2, 4, 8]] * 3 + [[4, 4]], opset=23)
    yield Probe("Attention.truths", [[1, 2, 4, 8]] * 3 + [([4, 4], "bool")], opset=23)
    yield Probe("DynamicQuantizeLinear", [[1, 4, 6]], ["uint8", "float", "uint8"])
    yield Probe("QuantizeLinear", [[1, 4, 6], np.float32(0.1), np.uint8(0)], "uint8")
    yield Probe("DequantizeLinear", [([1, 4, 6], "uint8"), np.float32(0.1), np.uint8(0)])


def all_probes():
    for family in (elementwise, convolutions, resizes, movements, products):
        yield from family()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for probe in all_probes():
        onnx.save(probe.model(), folder / f"{probe.name}.onnx")
