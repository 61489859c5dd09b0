"""Writes TFLite files of a few operators, and asks LiteRT's interpreter for the shape of every tensor.

Needs ai-edge-litert and numpy. Everything is by the names of LiteRT's schema.
"""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

numpy_types = {
    'FLOAT32': np.float32, 'FLOAT16': np.float16, 'INT32': np.int32, 'UINT8': np.uint8, 'INT64': np.int64,
    'BOOL': np.bool_, 'INT16': np.int16, 'INT8': np.int8, 'FLOAT64': np.float64, 'UINT32': np.uint32,
    'UINT16': np.uint16, 'COMPLEX64': np.complex64,
}


class Graph:
    """One subgraph: tensors and operators in the order in which they are added."""

    def __init__(self, file, name):
        self.file, self.name = file, name
        self.tensors, self.operators, self.inputs, self.outputs = [], [], [], []

    def tensor(self, shape, type='FLOAT32', data=None, scale=None, zero=None, axis=0, variable=False, signature=None,
               name=None):
        """Adds a tensor; `data` makes it a constant (a number fills it). Returns its place."""
        buffer = 0
        if data is not None:
            array = np.broadcast_to(np.asarray(data, numpy_types[type]), shape)
            buffer = self.file.buffer(array.tobytes())
        quantization = None
        if scale is not None:
            scales = list(np.atleast_1d(scale))
            zeros = list(np.atleast_1d(0 if zero is None else zero)) * (len(scales) if np.ndim(zero or 0) == 0 else 1)
            quantization = schema.QuantizationParametersT(scale=scales, zeroPoint=zeros, quantizedDimension=axis)
        self.tensors.append(schema.TensorT(
            shape=list(shape), type=getattr(schema.TensorType, type), buffer=buffer,
            name=name or f'{self.name}/{len(self.tensors)}', quantization=quantization, isVariable=variable,
            shapeSignature=signature, hasRank=len(shape) == 0))
        return len(self.tensors) - 1

    def input(self, shape, type='FLOAT32', **more):
        self.inputs.append(self.tensor(shape, type, **more))
        return self.inputs[-1]

    def constant(self, data, type='INT32', **more):
        array = np.asarray(data, numpy_types[type])
        return self.tensor(array.shape, type, data=array, **more)

    def op(self, name, inputs, outputs=1, version=1, custom=None, intermediates=None, **options):
        """
        Adds an operator. `outputs` is a number of float results, or a list of types or of tensors' places. Options are one
        keyword, the table's name, with a dict of its fields. Returns the place of its only result, or the places of all.
        """
        if isinstance(outputs, int):
            outputs = ['FLOAT32'] * outputs
        places = [self.tensor([], one) if isinstance(one, str) else one for one in outputs]
        table, kind, union = None, 0, None
        for key, fields in options.items():
            table = getattr(schema, key + 'T')(**fields)
            union = schema.BuiltinOptions if hasattr(schema.BuiltinOptions, key) else schema.BuiltinOptions2
            kind = getattr(union, key)
        first = union is not schema.BuiltinOptions2
        self.operators.append(schema.OperatorT(
            opcodeIndex=self.file.code(name, version, custom is not None), inputs=list(inputs), outputs=places,
            builtinOptionsType=kind if first else 0, builtinOptions=table if first else None,
            builtinOptions2Type=0 if first else kind, builtinOptions2=None if first else table,
            customOptions=list(custom) if custom else None, intermediates=intermediates))
        return places[0] if len(places) == 1 else places

    def build(self):
        return schema.SubGraphT(tensors=self.tensors, inputs=self.inputs, outputs=self.outputs,
                                operators=self.operators, name=self.name)


class File:
    """A model of one or more subgraphs."""

    def __init__(self):
        self.buffers, self.codes, self.keys, self.graphs = [schema.BufferT()], [], [], []

    def graph(self, name='main'):
        self.graphs.append(Graph(self, name))
        return self.graphs[-1]

    def buffer(self, data):
        self.buffers.append(schema.BufferT(data=np.frombuffer(data, np.uint8)))
        return len(self.buffers) - 1

    def code(self, name, version, custom):
        key = (name, version)
        if key not in self.keys:
            code = schema.BuiltinOperator.CUSTOM if custom else getattr(schema.BuiltinOperator, name)
            self.keys.append(key)
            self.codes.append(schema.OperatorCodeT(
                builtinCode=code, deprecatedBuiltinCode=min(code, 127), version=version,
                customCode=name if custom else None))
        return self.keys.index(key)

    def bytes(self):
        model = schema.ModelT(version=3, operatorCodes=self.codes, subgraphs=[g.build() for g in self.graphs],
                              description='made by writer.py', buffers=self.buffers)
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b'TFL3')
        return bytes(builder.Output())


def run(content, values=None):
    """Runs a file; returns by subgraph the shape of each tensor, None where the interpreter gave it none."""
    interpreter = Interpreter(model_content=content,
                              experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    interpreter.allocate_tensors()
    for i, detail in enumerate(interpreter.get_input_details()):
        value = None if values is None else values.get(i)
        shape, dtype = detail['shape'], detail['dtype']
        interpreter.set_tensor(detail['index'], np.broadcast_to(np.asarray(1 if value is None else value, dtype), shape)
                               .astype(dtype))
    interpreter.invoke()
    return {d['index']: [int(n) for n in d['shape']] for d in interpreter.get_tensor_details() if d['name'] != ''}


def complete(file, values=None):
    """Writes the shapes of results into the file as a converter does; returns its bytes and the shapes by name."""
    shapes = run(file.bytes(), values)
    main = file.graphs[0]
    for at, tensor in enumerate(main.tensors):
        if at in shapes and tensor.buffer == 0 and at not in main.inputs:
            tensor.shape = shapes[at]
            tensor.hasRank = len(shapes[at]) == 0
    return file.bytes(), {main.tensors[at].name.decode() if isinstance(main.tensors[at].name, bytes)
                          else main.tensors[at].name: shape for at, shape in shapes.items() if at < len(main.tensors)}
