"""Files of one operator each, as `name: (function that adds it to a graph, values of inputs or None)`.

    python test/conformance/tflite/cases.py

writes test/fixtures/tflite/operators.json.gz: for each case the file and the shape that LiteRT's interpreter gives each tensor.
"""

import base64
import gzip
import json
import pathlib
import sys

import flatbuffers.flexbuffers as flexbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from writer import File, complete  # noqa: E402

cases = {}


def case(name, values=None):
    def add(function):
        cases[name] = (function, values)
        return function
    return add


def simple(case_name, op, shapes, outputs=1, values=None, types=None, version=1, **options):
    """An operator on inputs of these shapes."""
    def build(g):
        inputs = [g.input(shape, (types or ['FLOAT32'] * len(shapes))[i]) for i, shape in enumerate(shapes)]
        found = g.op(op, inputs, outputs, version=version, **options)
        return found if isinstance(found, list) else [found]
    cases[case_name] = (build, values)


RELU6 = schema.ActivationFunctionType.RELU6
VALID = schema.Padding.VALID
kinds = schema.TensorType

# Convolutions and pools.
for pad_name, padding in (('same', 0), ('valid', VALID)):
    for stride in (1, 2):
        @case(f'CONV_2D/{pad_name}{stride}')
        def _(g, padding=padding, stride=stride):
            return [g.op('CONV_2D', [g.input([1, 9, 7, 3]), g.tensor([5, 3, 3, 3], data=1), g.tensor([5], data=0)],
                         Conv2DOptions=dict(padding=padding, strideW=stride, strideH=stride,
                                            fusedActivationFunction=RELU6))]

        @case(f'DEPTHWISE_CONV_2D/{pad_name}{stride}')
        def _(g, padding=padding, stride=stride):
            return [g.op('DEPTHWISE_CONV_2D',
                         [g.input([1, 9, 7, 3]), g.tensor([1, 3, 5, 6], data=1), g.tensor([6], data=0)],
                         DepthwiseConv2DOptions=dict(padding=padding, strideW=stride, strideH=stride,
                                                     depthMultiplier=2))]

        for pool in ('AVERAGE_POOL_2D', 'MAX_POOL_2D', 'L2_POOL_2D'):
            simple(f'{pool}/{pad_name}{stride}', pool, [[2, 9, 8, 3]], Pool2DOptions=dict(
                padding=padding, strideW=stride, strideH=stride, filterWidth=2, filterHeight=3))


@case('CONV_2D/dilated')
def _(g):
    return [g.op('CONV_2D', [g.input([1, 16, 16, 2]), g.tensor([4, 3, 3, 2], data=1), g.tensor([4], data=0)],
                 Conv2DOptions=dict(padding=VALID, strideW=1, strideH=1, dilationWFactor=2, dilationHFactor=3))]


@case('CONV_2D/grouped')
def _(g):
    return [g.op('CONV_2D', [g.input([1, 6, 6, 8]), g.tensor([12, 3, 3, 2], data=1), g.tensor([12], data=0)], version=6,
                 Conv2DOptions=dict(strideW=1, strideH=1))]


@case('CONV_2D/int8')
def _(g):
    x = g.input([1, 8, 8, 4], 'INT8', scale=0.5, zero=1)
    w = g.tensor([6, 1, 1, 4], 'INT8', data=1, scale=[.1] * 6)
    y = g.tensor([], 'INT8', scale=0.3, zero=-5)
    return [g.op('CONV_2D', [x, w, g.tensor([6], 'INT32', data=0, scale=[.05] * 6)], [y], version=3,
                 Conv2DOptions=dict(strideW=1, strideH=1))]


@case('CONV_2D/hybrid')
def _(g):
    w = g.tensor([6, 3, 3, 4], 'INT8', data=1, scale=[.1] * 6)
    return [g.op('CONV_2D', [g.input([1, 8, 8, 4]), w, g.tensor([6], data=0)], version=5,
                 Conv2DOptions=dict(strideW=1, strideH=1))]


for pad_name, padding, shape in (('same', 0, [1, 16, 12, 4]), ('valid', VALID, [1, 17, 13, 4])):
    @case(f'TRANSPOSE_CONV/{pad_name}')
    def _(g, padding=padding, shape=shape):
        return [g.op('TRANSPOSE_CONV', [g.constant(shape), g.tensor([4, 3, 3, 5], data=1), g.input([1, 8, 6, 5])],
                     TransposeConvOptions=dict(padding=padding, strideW=2, strideH=2))]


@case('CONV_3D')
def _(g):
    return [g.op('CONV_3D', [g.input([1, 6, 7, 8, 2]), g.tensor([3, 3, 3, 2, 4], data=1)],
                 Conv3DOptions=dict(padding=VALID, strideD=1, strideW=2, strideH=1))]


@case('CONV_3D_TRANSPOSE')
def _(g):
    return [g.op('CONV_3D_TRANSPOSE',
                 [g.constant([1, 8, 8, 8, 3]), g.tensor([2, 2, 2, 3, 5], data=1), g.input([1, 4, 4, 4, 5])],
                 Conv3DOptions=dict(strideD=2, strideW=2, strideH=2))]


# Products.
@case('FULLY_CONNECTED')
def _(g):
    return [g.op('FULLY_CONNECTED', [g.input([2, 3, 8]), g.tensor([5, 8], data=1), g.tensor([5], data=0)],
                 FullyConnectedOptions=dict(fusedActivationFunction=1))]


@case('FULLY_CONNECTED/kept')
def _(g):
    return [g.op('FULLY_CONNECTED', [g.input([2, 3, 8]), g.tensor([5, 8], data=1), -1], version=5,
                 FullyConnectedOptions=dict(keepNumDims=True))]


@case('FULLY_CONNECTED/flattened')
def _(g):
    return [g.op('FULLY_CONNECTED', [g.input([1, 4, 4, 3]), g.tensor([7, 48], data=1), g.tensor([7], data=0)],
                 FullyConnectedOptions=dict())]


@case('FULLY_CONNECTED/int8')
def _(g):
    y = g.tensor([], 'INT8', scale=1, zero=0)
    return [g.op('FULLY_CONNECTED', [g.input([1, 16], 'INT8', scale=.5, zero=0),
                                     g.tensor([4, 16], 'INT8', data=1, scale=.5), g.tensor([4], 'INT32', data=0, scale=.25)],
                 [y], version=4, FullyConnectedOptions=dict())]


for x, y in ((False, False), (True, False), (False, True), (True, True)):
    a, b = ([2, 4, 3] if x else [2, 3, 4]), ([1, 5, 4] if y else [1, 4, 5])
    simple(f'BATCH_MATMUL/{int(x)}{int(y)}', 'BATCH_MATMUL', [a, b], BatchMatMulOptions=dict(adjX=x, adjY=y))


@case('SVDF')
def _(g):
    state = g.tensor([2, 4 * 10], variable=True)
    return [g.op('SVDF', [g.input([2, 3]), g.tensor([4, 3], data=1), g.tensor([4, 10], data=1), g.tensor([2], data=0), state],
                 SVDFOptions=dict(rank=2))]


# Recurrent layers.
def lstm_inputs(g, x, width, units, result, cifg=False, peephole=False, projection=False, states=(2,)):
    def weights(*shape):
        return g.tensor(list(shape), data=.1)
    gates = [-1 if cifg and i == 0 else weights(units, width) for i in range(4)]
    recurrent = [-1 if cifg and i == 0 else weights(units, result) for i in range(4)]
    peepholes = [(-1 if cifg and i == 0 else weights(units)) if peephole else -1 for i in range(3)]
    biases = [-1 if cifg and i == 0 else weights(units) for i in range(4)]
    projected = [weights(result, units) if projection else -1, -1]
    batch = states[0]
    return ([x] + gates + recurrent + peepholes + biases + projected
            + [g.tensor([batch, result], variable=True), g.tensor([batch, units], variable=True)])


for name, more in (('plain', {}), ('cifg', dict(cifg=True)), ('peephole', dict(peephole=True)),
                   ('projection', dict(projection=True))):
    for major in (True, False):
        @case(f'UNIDIRECTIONAL_SEQUENCE_LSTM/{name}{int(major)}')
        def _(g, more=more, major=major):
            result = 5 if 'projection' in more else 8
            x = g.input([7, 2, 3] if major else [2, 7, 3])
            return [g.op('UNIDIRECTIONAL_SEQUENCE_LSTM', lstm_inputs(g, x, 3, 8, result, **more),
                         UnidirectionalSequenceLSTMOptions=dict(fusedActivationFunction=4, timeMajor=major))]


@case('LSTM/full')
def _(g):
    return [g.op('LSTM', lstm_inputs(g, g.input([2, 3]), 3, 8, 8), LSTMOptions=dict(fusedActivationFunction=4))]


@case('LSTM/basic')
def _(g):
    inputs = [g.input([1, 3]), g.input([1, 4]), g.tensor([16, 7], data=.1), g.tensor([16], data=0), g.input([1, 4])]
    return g.op('LSTM', inputs, 4, version=2, LSTMOptions=dict(fusedActivationFunction=4, kernelType=1))


@case('BIDIRECTIONAL_SEQUENCE_LSTM')
def _(g):
    one = lstm_inputs(g, g.input([6, 2, 3]), 3, 4, 4)
    other = lstm_inputs(g, one[0], 3, 4, 4)
    inputs = one[:18] + other[1:18] + one[18:] + other[18:] + [-1] * 9
    return [g.op('BIDIRECTIONAL_SEQUENCE_LSTM', inputs, 1,
                 BidirectionalSequenceLSTMOptions=dict(fusedActivationFunction=4, mergeOutputs=True, timeMajor=True))]


@case('RNN')
def _(g):
    return [g.op('RNN', [g.input([2, 3]), g.tensor([4, 3], data=1), g.tensor([4, 4], data=1), g.tensor([4], data=0),
                         g.tensor([2, 4], variable=True)], RNNOptions=dict(fusedActivationFunction=1))]


@case('UNIDIRECTIONAL_SEQUENCE_RNN')
def _(g):
    return [g.op('UNIDIRECTIONAL_SEQUENCE_RNN',
                 [g.input([2, 5, 3]), g.tensor([4, 3], data=1), g.tensor([4, 4], data=1), g.tensor([4], data=0),
                  g.tensor([2, 4], variable=True)], SequenceRNNOptions=dict(fusedActivationFunction=1))]


@case('BIDIRECTIONAL_SEQUENCE_RNN')
def _(g):
    def cell():
        return [g.tensor([4, 3], data=1), g.tensor([4, 4], data=1), g.tensor([4], data=0), g.tensor([2, 4], variable=True)]
    return g.op('BIDIRECTIONAL_SEQUENCE_RNN', [g.input([2, 5, 3])] + cell() + cell() + [-1, -1, -1], 2,
                BidirectionalSequenceRNNOptions=dict(fusedActivationFunction=1))


# Elementwise.
for op in ('ADD', 'SUB', 'MUL', 'DIV'):
    table = {'ADD': 'Add', 'SUB': 'Sub', 'MUL': 'Mul', 'DIV': 'Div'}[op] + 'Options'
    simple(op, op, [[2, 3, 4], [3, 1]], **{table: dict(fusedActivationFunction=1)})
for op, table in (('POW', 'PowOptions'), ('FLOOR_DIV', 'FloorDivOptions'), ('FLOOR_MOD', 'FloorModOptions'),
                  ('MAXIMUM', 'MaximumMinimumOptions'), ('MINIMUM', 'MaximumMinimumOptions'),
                  ('SQUARED_DIFFERENCE', 'SquaredDifferenceOptions')):
    simple(op, op, [[2, 3, 4], [3, 1]], **{table: {}})
simple('ATAN2', 'ATAN2', [[2, 3], [2, 3]])
for op, table in (('EQUAL', 'EqualOptions'), ('NOT_EQUAL', 'NotEqualOptions'), ('GREATER', 'GreaterOptions'),
                  ('GREATER_EQUAL', 'GreaterEqualOptions'), ('LESS', 'LessOptions'), ('LESS_EQUAL', 'LessEqualOptions')):
    simple(op, op, [[2, 3, 4], [4]], ['BOOL'], **{table: {}})
for op, table in (('LOGICAL_AND', 'LogicalAndOptions'), ('LOGICAL_OR', 'LogicalOrOptions')):
    simple(op, op, [[2, 3], [3]], ['BOOL'], types=['BOOL', 'BOOL'], **{table: {}})
simple('LOGICAL_NOT', 'LOGICAL_NOT', [[2, 3]], ['BOOL'], types=['BOOL'], LogicalNotOptions={})
for op in ('ABS', 'NEG', 'CEIL', 'FLOOR', 'ROUND', 'SIGN', 'EXP', 'LOG', 'SQRT', 'RSQRT', 'SIN', 'COS', 'TANH', 'LOGISTIC',
           'RELU', 'RELU6', 'RELU_N1_TO_1', 'RELU_0_TO_1', 'ELU', 'HARD_SWISH', 'SQUARE', 'ZEROS_LIKE'):
    simple(op, op, [[2, 3, 4]])
simple('GELU', 'GELU', [[2, 3]], GeluOptions=dict(approximate=True))
simple('LEAKY_RELU', 'LEAKY_RELU', [[2, 3]], LeakyReluOptions=dict(alpha=.1))


@case('PRELU')
def _(g):
    return [g.op('PRELU', [g.input([1, 4, 4, 3]), g.tensor([1, 1, 3], data=.1)])]


simple('ADD_N', 'ADD_N', [[2, 3], [2, 3], [2, 3]], AddNOptions={})
simple('SELECT', 'SELECT', [[2], [2, 3], [2, 3]], types=['BOOL', 'FLOAT32', 'FLOAT32'], SelectOptions={})
simple('SELECT_V2', 'SELECT_V2', [[2, 1], [2, 3], [1]], types=['BOOL', 'FLOAT32', 'FLOAT32'], SelectV2Options={})
simple('BITWISE_XOR', 'BITWISE_XOR', [[2, 3], [3]], ['INT32'], types=['INT32', 'INT32'], BitwiseXorOptions={})
simple('RIGHT_SHIFT', 'RIGHT_SHIFT', [[2, 3], [3]], ['INT32'], types=['INT32', 'INT32'], RightShiftOptions={})
simple('FAKE_QUANT', 'FAKE_QUANT', [[2, 3]], FakeQuantOptions=dict(min=-1, max=1, numBits=8))
simple('CAST', 'CAST', [[2, 3]], ['INT32'], CastOptions=dict(inDataType=0, outDataType=kinds.INT32))
simple('COMPLEX_ABS', 'COMPLEX_ABS', [[2, 3]], types=['COMPLEX64'])
simple('REAL', 'REAL', [[2, 3]], types=['COMPLEX64'])
simple('IMAG', 'IMAG', [[2, 3]], types=['COMPLEX64'])
simple('BUCKETIZE', 'BUCKETIZE', [[2, 3]], ['INT32'], BucketizeOptions=dict(boundaries=[0., 1.]))

# Normalisation and softmax.
simple('SOFTMAX', 'SOFTMAX', [[2, 10]], SoftmaxOptions=dict(beta=1))
simple('LOG_SOFTMAX', 'LOG_SOFTMAX', [[2, 10]], LogSoftmaxOptions={})
simple('L2_NORMALIZATION', 'L2_NORMALIZATION', [[2, 10]], L2NormOptions={})
simple('LOCAL_RESPONSE_NORMALIZATION', 'LOCAL_RESPONSE_NORMALIZATION', [[1, 3, 4, 8]],
       LocalResponseNormalizationOptions=dict(radius=2, bias=1, alpha=1, beta=.5))

# Reductions.
for op, kind in (('MEAN', 'FLOAT32'), ('SUM', 'FLOAT32'), ('REDUCE_MAX', 'FLOAT32'), ('REDUCE_MIN', 'FLOAT32'),
                 ('REDUCE_PROD', 'FLOAT32'), ('REDUCE_ANY', 'BOOL'), ('REDUCE_ALL', 'BOOL')):
    for keep in (False, True):
        @case(f'{op}/{int(keep)}')
        def _(g, op=op, keep=keep, kind=kind):
            return [g.op(op, [g.input([2, 3, 4, 5], kind), g.constant([1, -2])], [kind],
                         ReducerOptions=dict(keepDims=keep))]


@case('MEAN/scalar')
def _(g):
    return [g.op('MEAN', [g.input([2, 3]), g.constant(1)], ReducerOptions={})]


for op in ('ARG_MAX', 'ARG_MIN'):
    @case(op)
    def _(g, op=op):
        table = {'ARG_MAX': 'ArgMaxOptions', 'ARG_MIN': 'ArgMinOptions'}[op]
        return [g.op(op, [g.input([2, 5, 3]), g.constant(-2)], ['INT32'], **{table: dict(outputType=kinds.INT32)})]


@case('TOPK_V2')
def _(g):
    return g.op('TOPK_V2', [g.input([2, 9]), g.constant(4)], ['FLOAT32', 'INT32'], TopKV2Options={})


@case('CUMSUM')
def _(g):
    return [g.op('CUMSUM', [g.input([2, 9]), g.constant(1)], CumsumOptions=dict(exclusive=True))]


@case('SEGMENT_SUM')
def _(g):
    return [g.op('SEGMENT_SUM', [g.input([4, 3]), g.constant([0, 0, 1, 2])], SegmentSumOptions={})]


for kind in ('Max', 'Min', 'Prod', 'Sum'):
    @case(f'UNSORTED_SEGMENT_{kind.upper()}')
    def _(g, kind=kind):
        return [g.op(f'UNSORTED_SEGMENT_{kind.upper()}', [g.input([4, 3]), g.constant([0, 3, 1, 0]), g.constant(6)],
                     **{f'UnsortedSegment{kind}Options': {}})]

# Views and movement.
simple('CONCATENATION', 'CONCATENATION', [[2, 3, 4], [2, 5, 4], [2, 1, 4]], ConcatenationOptions=dict(axis=-2))


@case('RESHAPE')
def _(g):
    return [g.op('RESHAPE', [g.input([2, 3, 4]), g.constant([4, -1])])]


simple('RESHAPE/option', 'RESHAPE', [[2, 3, 4]], ReshapeOptions=dict(newShape=[6, 4]))
simple('SQUEEZE', 'SQUEEZE', [[1, 3, 1, 4]], SqueezeOptions=dict(squeezeDims=[0, -2]))
simple('SQUEEZE/all', 'SQUEEZE', [[1, 3, 1, 4]], SqueezeOptions={})
for axis in (0, -1):
    @case(f'EXPAND_DIMS/{axis}')
    def _(g, axis=axis):
        return [g.op('EXPAND_DIMS', [g.input([2, 3]), g.constant(axis)], ExpandDimsOptions={})]


@case('TRANSPOSE')
def _(g):
    return [g.op('TRANSPOSE', [g.input([2, 3, 4]), g.constant([2, 0, 1])], TransposeOptions={})]


@case('PAD')
def _(g):
    return [g.op('PAD', [g.input([2, 3, 4]), g.constant([[0, 1], [2, 0], [1, 1]])], PadOptions={})]


@case('PADV2')
def _(g):
    return [g.op('PADV2', [g.input([2, 3]), g.constant([[0, 1], [2, 3]]), g.constant(1., 'FLOAT32')], PadV2Options={})]


@case('MIRROR_PAD')
def _(g):
    return [g.op('MIRROR_PAD', [g.input([3, 4]), g.constant([[1, 1], [2, 1]])], MirrorPadOptions=dict(mode=0))]


@case('SPLIT')
def _(g):
    return g.op('SPLIT', [g.constant(1), g.input([2, 6, 3])], 3, SplitOptions=dict(numSplits=3))


@case('SPLIT_V')
def _(g):
    return g.op('SPLIT_V', [g.input([2, 9]), g.constant([2, -1, 4]), g.constant(1)], 3, SplitVOptions=dict(numSplits=3))


simple('PACK', 'PACK', [[2, 3], [2, 3]], PackOptions=dict(valuesCount=2, axis=1))
simple('UNPACK', 'UNPACK', [[2, 3, 4]], 3, UnpackOptions=dict(num=3, axis=1))


@case('SLICE')
def _(g):
    return [g.op('SLICE', [g.input([4, 5, 6]), g.constant([1, 0, 2]), g.constant([2, -1, 3])], SliceOptions={})]


def strided(name, shape, begin, end, steps, **masks):
    @case(f'STRIDED_SLICE/{name}')
    def _(g):
        return [g.op('STRIDED_SLICE', [g.input(shape), g.constant(begin), g.constant(end), g.constant(steps)],
                     version=4, StridedSliceOptions=masks)]


strided('plain', [4, 5, 6], [0, 1, 2], [4, 4, 6], [1, 1, 2])
strided('negative', [7], [-1], [-6], [-2])
strided('reversed', [7, 2], [0, 0], [0, 0], [-1, 1], beginMask=3, endMask=3)
strided('masks', [4, 5, 6], [1, 1, 1], [3, 3, 3], [1, 1, 1], beginMask=1, endMask=4)
strided('shrunk', [4, 5, 6], [1, 2, 0], [2, 3, 6], [1, 1, 1], shrinkAxisMask=3)
strided('ellipsis', [4, 5, 6, 3], [1, 0, 0], [3, 0, 2], [1, 1, 1], ellipsisMask=2)
strided('new axis', [4, 5], [0, 0, 1], [4, 0, 3], [1, 1, 1], newAxisMask=2)
strided('fewer', [4, 5, 6], [1], [3], [1])
strided('clamped', [4, 5], [-9, 2], [9, 99], [1, 2])

simple('DEPTH_TO_SPACE', 'DEPTH_TO_SPACE', [[1, 3, 4, 8]], DepthToSpaceOptions=dict(blockSize=2))
simple('SPACE_TO_DEPTH', 'SPACE_TO_DEPTH', [[1, 4, 6, 3]], SpaceToDepthOptions=dict(blockSize=2))


@case('SPACE_TO_BATCH_ND')
def _(g):
    return [g.op('SPACE_TO_BATCH_ND', [g.input([2, 5, 6, 3]), g.constant([2, 3]), g.constant([[1, 0], [0, 0]])],
                 SpaceToBatchNDOptions={})]


@case('BATCH_TO_SPACE_ND')
def _(g):
    return [g.op('BATCH_TO_SPACE_ND', [g.input([12, 3, 2, 3]), g.constant([2, 3]), g.constant([[1, 0], [0, 2]])],
                 BatchToSpaceNDOptions={})]


for op in ('RESIZE_BILINEAR', 'RESIZE_NEAREST_NEIGHBOR'):
    @case(op)
    def _(g, op=op):
        table = {'RESIZE_BILINEAR': 'ResizeBilinearOptions'}.get(op, 'ResizeNearestNeighborOptions')
        return [g.op(op, [g.input([1, 4, 5, 3]), g.constant([9, 11])], **{table: dict(halfPixelCenters=True)})]


@case('REVERSE_V2')
def _(g):
    return [g.op('REVERSE_V2', [g.input([2, 3]), g.constant([1])], ReverseV2Options={})]


@case('REVERSE_SEQUENCE')
def _(g):
    return [g.op('REVERSE_SEQUENCE', [g.input([4, 3]), g.constant([1, 2, 2, 3])],
                 ReverseSequenceOptions=dict(seqDim=1, batchDim=0))]


@case('GATHER')
def _(g):
    return [g.op('GATHER', [g.input([4, 5, 6]), g.constant([[0, 2], [1, 1]])], GatherOptions=dict(axis=1))]


@case('GATHER/batched')
def _(g):
    return [g.op('GATHER', [g.input([2, 5, 6]), g.constant([[0, 2, 3], [1, 1, 4]])], version=5,
                 GatherOptions=dict(axis=1, batchDims=1))]


@case('GATHER_ND')
def _(g):
    return [g.op('GATHER_ND', [g.input([4, 5, 6]), g.constant([[0, 2], [1, 1], [3, 4]])], GatherNdOptions={})]


@case('SCATTER_ND')
def _(g):
    return [g.op('SCATTER_ND', [g.constant([[1], [3]]), g.input([2, 4]), g.constant([6, 4])], ScatterNdOptions={})]


@case('SPARSE_TO_DENSE')
def _(g):
    return [g.op('SPARSE_TO_DENSE', [g.constant([[0, 1], [2, 3]]), g.constant([4, 5]), g.input([2]),
                                     g.constant(0., 'FLOAT32')], SparseToDenseOptions={})]


@case('ONE_HOT')
def _(g):
    return [g.op('ONE_HOT', [g.input([2, 3], 'INT32'), g.constant(7), g.constant(1., 'FLOAT32'), g.constant(0., 'FLOAT32')],
                 OneHotOptions=dict(axis=-1))]


@case('WHERE', {0: [[True, False, True]]})
def _(g):
    return [g.op('WHERE', [g.input([2, 3], 'BOOL')], ['INT64'], WhereOptions={})]


@case('UNIQUE')
def _(g):
    return g.op('UNIQUE', [g.constant([3., 3., 1.], 'FLOAT32')], ['FLOAT32', 'INT32'],
                UniqueOptions=dict(idxOutType=kinds.INT32))


@case('SHAPE')
def _(g):
    return [g.op('SHAPE', [g.input([2, 3, 4])], ['INT32'], ShapeOptions=dict(outType=kinds.INT32))]


simple('RANK', 'RANK', [[2, 3, 4]], ['INT32'], RankOptions={})


@case('FILL')
def _(g):
    return [g.op('FILL', [g.constant([2, 3]), g.input([])], FillOptions={})]


@case('BROADCAST_TO')
def _(g):
    return [g.op('BROADCAST_TO', [g.input([3, 1]), g.constant([2, 3, 4])], version=2, BroadcastToOptions={})]


@case('BROADCAST_ARGS')
def _(g):
    return [g.op('BROADCAST_ARGS', [g.constant([2, 1, 4]), g.constant([3, 1])], ['INT32'])]


@case('TILE')
def _(g):
    return [g.op('TILE', [g.input([2, 3]), g.constant([3, 2])], TileOptions={})]


@case('RANGE')
def _(g):
    return [g.op('RANGE', [g.constant(2), g.constant(11), g.constant(3)], ['INT32'], RangeOptions={})]


@case('EMBEDDING_LOOKUP')
def _(g):
    return [g.op('EMBEDDING_LOOKUP', [g.input([5], 'INT32'), g.tensor([9, 4, 2], data=1)])]


@case('EMBEDDING_LOOKUP_SPARSE')
def _(g):
    return [g.op('EMBEDDING_LOOKUP_SPARSE', [g.constant([1, 3, 0]), g.constant([[0, 0], [2, 0], [2, 1]]), g.constant([3, 2]),
                                             g.constant([1., 2., 4.], 'FLOAT32'), g.tensor([4, 3, 2], data=1)],
                 EmbeddingLookupSparseOptions=dict(combiner=0))]


@case('HASHTABLE_LOOKUP')
def _(g):
    return g.op('HASHTABLE_LOOKUP', [g.input([4], 'INT32'), g.constant([0, 1, 2]), g.tensor([3, 2], data=1)],
                ['FLOAT32', 'UINT8'])


simple('MATRIX_DIAG', 'MATRIX_DIAG', [[2, 3]], MatrixDiagOptions={})
simple('MATRIX_SET_DIAG', 'MATRIX_SET_DIAG', [[2, 3, 3], [2, 3]], MatrixSetDiagOptions={})


@case('RFFT2D')
def _(g):
    return [g.op('RFFT2D', [g.input([2, 4, 16]), g.constant([4, 16])], ['COMPLEX64'], Rfft2dOptions={})]


@case('DYNAMIC_UPDATE_SLICE')
def _(g):
    return [g.op('DYNAMIC_UPDATE_SLICE', [g.input([4, 5]), g.input([2, 2]), g.constant([1, 1])],
                 DynamicUpdateSliceOptions={})]


# Quantisation.
@case('QUANTIZE')
def _(g):
    return [g.op('QUANTIZE', [g.input([2, 3])], [g.tensor([], 'INT8', scale=.5, zero=3)], QuantizeOptions={})]


@case('DEQUANTIZE')
def _(g):
    return [g.op('DEQUANTIZE', [g.input([2, 3], 'INT8', scale=.5, zero=3)], version=2, DequantizeOptions={})]


@case('ADD/int8')
def _(g):
    inputs = [g.input([2, 3], 'INT8', scale=.5, zero=3), g.input([2, 3], 'INT8', scale=.25, zero=1)]
    return [g.op('ADD', inputs, [g.tensor([], 'INT8', scale=.7, zero=0)], version=2, AddOptions={})]


# Random numbers, detection.
@case('RANDOM_UNIFORM')
def _(g):
    return [g.op('RANDOM_UNIFORM', [g.constant([2, 3])], RandomOptions=dict(seed=1))]


@case('RANDOM_STANDARD_NORMAL')
def _(g):
    return [g.op('RANDOM_STANDARD_NORMAL', [g.constant([2, 3])], RandomOptions=dict(seed=1))]


@case('MULTINOMIAL')
def _(g):
    return [g.op('MULTINOMIAL', [g.input([2, 5]), g.constant(7)], ['INT32'], RandomOptions=dict(seed=1))]


for op, lists in (('NON_MAX_SUPPRESSION_V4', ['INT32', 'INT32']), ('NON_MAX_SUPPRESSION_V5', ['INT32', 'FLOAT32', 'INT32'])):
    @case(op)
    def _(g, op=op, lists=lists):
        inputs = [g.input([20, 4]), g.input([20]), g.constant(6), g.constant(.5, 'FLOAT32'), g.constant(.1, 'FLOAT32')]
        if op.endswith('5'):
            inputs.append(g.constant(.5, 'FLOAT32'))
        table = {'4': 'NonMaxSuppressionV4Options', '5': 'NonMaxSuppressionV5Options'}[op[-1]]
        return g.op(op, inputs, lists, **{table: {}})


@case('TFLite_Detection_PostProcess')
def _(g):
    options = flexbuffers.Dumps({'max_detections': 5, 'max_classes_per_detection': 2, 'detections_per_class': 3,
                                 'use_regular_nms': False, 'num_classes': 4, 'y_scale': 10.0, 'x_scale': 10.0,
                                 'h_scale': 5.0, 'w_scale': 5.0, 'nms_iou_threshold': 0.6, 'nms_score_threshold': 0.0})
    anchors = g.tensor([12, 4], data=.5)
    return g.op('TFLite_Detection_PostProcess', [g.input([1, 12, 4]), g.input([1, 12, 5]), anchors], 4, custom=options)


# Subgraphs: named by their place in the file.
def body(file, name, build):
    g = file.graph(name)
    g.outputs = build(g)


@case('IF', {0: True})
def _(g):
    body(g.file, 'then', lambda b: [b.op('ADD', [b.input([2, 3]), b.tensor([3], data=1)], AddOptions={})])
    body(g.file, 'else', lambda b: [b.op('MUL', [b.input([2, 3]), b.tensor([3], data=2)], MulOptions={})])
    for b in g.file.graphs[1:]:
        b.tensors[b.outputs[0]].shape = [2, 3]
    return [g.op('IF', [g.input([1], 'BOOL'), g.input([2, 3])], IfOptions=dict(thenSubgraphIndex=1, elseSubgraphIndex=2))]


@case('WHILE')
def _(g):
    def test(b):
        i = b.input([], 'INT32')
        b.input([2, 3])
        return [b.op('LESS', [i, b.constant(12)], ['BOOL'], LessOptions={})]

    def step(b):
        i, x = b.input([], 'INT32'), b.input([2, 3])
        more = b.op('ADD', [i, b.constant(3)], ['INT32'], AddOptions={})
        return [more, b.op('MUL', [x, b.tensor([3], data=.5)], MulOptions={})]
    body(g.file, 'cond', test)
    body(g.file, 'body', step)
    g.file.graphs[1].tensors[g.file.graphs[1].outputs[0]].hasRank = True
    last = g.file.graphs[2]
    last.tensors[last.outputs[0]].hasRank = True
    last.tensors[last.outputs[1]].shape = [2, 3]
    return g.op('WHILE', [g.constant(1), g.input([2, 3])], ['INT32', 'FLOAT32'],
                WhileOptions=dict(condSubgraphIndex=1, bodySubgraphIndex=2))


@case('shape arithmetic')
def _(g):
    """RESHAPE to what a graph computes from its input's shape, as converters write Flatten and Dense over many axes."""
    x = g.input([2, 6, 4])
    shape = g.op('SHAPE', [x], ['INT32'], ShapeOptions=dict(outType=kinds.INT32))
    batch = g.op('STRIDED_SLICE', [shape, g.constant([0]), g.constant([1]), g.constant([1])], ['INT32'],
                 StridedSliceOptions=dict(shrinkAxisMask=1))
    rest = g.op('GATHER', [shape, g.constant([1, 2])], ['INT32'], GatherOptions=dict(axis=0))
    count = g.op('REDUCE_PROD', [rest, g.constant([0])], ['INT32'], ReducerOptions={})
    wanted = g.op('PACK', [batch, count], ['INT32'], PackOptions=dict(valuesCount=2, axis=0))
    return [g.op('RESHAPE', [x, wanted])]


def main():
    written, failed = {}, []
    for name, (build, values) in cases.items():
        file = File()
        graph = file.graph()
        try:
            graph.outputs = build(graph)
            content, shapes = complete(file, values)
            written[name] = {'file': base64.b64encode(content).decode(), 'shapes': shapes}
        except Exception as error:  # noqa: BLE001
            failed.append(f'{name}: {str(error)[:200]}')
    target = pathlib.Path(__file__).resolve().parents[2] / 'fixtures/tflite/operators.json.gz'
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(gzip.compress(json.dumps(written).encode(), mtime=0))
    print(f'{len(written)} cases in {target} ({target.stat().st_size} bytes)')
    for line in failed:
        print('failed', line)


if __name__ == '__main__':
    main()
