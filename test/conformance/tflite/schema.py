"""Writes server/engine/formats/tflite/schema.json from the accessors that ai-edge-litert ships.

    pip install ai-edge-litert==2.3.0
    python test/conformance/tflite/schema.py

An option is `name:type` with `=default` where that is not 0; its place in the list is its slot in the table, null where a
slot is deprecated or holds what no rule or reader asks for (tables within tables).
"""

import importlib.metadata
import importlib.util
import json
import pathlib
import re

here = pathlib.Path(__file__).resolve().parent
target = here.parents[2] / 'server/engine/formats/tflite/schema.json'
folder = pathlib.Path(importlib.util.find_spec('ai_edge_litert').submodule_search_locations[0])
source = (folder / 'schema_py_generated.py').read_text()

scalars = {'Bool': 'bool', 'Int8': 'i8', 'Uint8': 'u8', 'Int16': 'i16', 'Int32': 'i32', 'Uint32': 'u32',
           'Int64': 'i64', 'Uint64': 'u64', 'Float32': 'f32'}
enums_of_fields = {
    'fused_activation_function': 'ActivationFunctionType', 'padding': 'Padding', 'in_data_type': 'TensorType',
    'out_data_type': 'TensorType', 'out_type': 'TensorType', 'output_type': 'TensorType', 'idx_out_type': 'TensorType',
    'quantized_bias_type': 'TensorType', 'kernel_type': 'LSTMKernelType',
    'weights_format': 'FullyConnectedOptionsWeightsFormat', 'combiner': 'CombinerType',
    'reduce_function': 'ReduceWindowFunction', 'key_dtype': 'TensorType', 'value_dtype': 'TensorType',
    'MirrorPadOptions.mode': 'MirrorPadMode', 'LSHProjectionOptions.type': 'LSHProjectionType',
}


def enum(name):
    body = re.search(rf'^class {name}\(object\):\n((?:    \w+ = -?\d+\n)+)', source, re.M).group(1)
    return {int(code): key for key, code in re.findall(r'    (\w+) = (-?\d+)\n', body)}


def listed(name):
    values = enum(name)
    return [values.get(code) for code in range(max(values) + 1)]


def snake(name):
    return re.sub(r'(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])', '_', name).lower()


def fields(table):
    body = re.search(rf'^class {table}\(object\):\n    __slots__(.*?)\n(?:class|def) ', source, re.M | re.S).group(1)
    slots = {}
    pattern = r'    def (\w+)\(self[^)]*\):\n        o = [^\n]*Offset\((\d+)\)\)\n(.*?)(?=\n\n|\Z)'
    for name, at, rest in re.findall(pattern, body, re.S):
        if re.search('(AsNumpy|Length|IsNone)$', name):
            continue
        slot = (int(at) - 4) // 2
        scalar = re.search(r'number_types\.(\w+)Flags, ', rest)
        kind = scalars.get(scalar.group(1)) if scalar else ('string' if 'self._tab.String' in rest else None)
        if kind is None:
            continue
        if '_tab.Vector(o)' in rest:
            kind = f'[{kind}]'
        name = snake(name)
        named = enums_of_fields.get(f'{table}.{name}') or enums_of_fields.get(name)
        if named and kind in ('i8', 'i32'):
            kind = named
        default = re.findall(r'return (\S+)$', rest, re.M)[-1]
        number = {'True': '1', 'False': '0', 'None': '0'}.get(default, default)
        slots[slot] = f'{name}:{kind}' + ('' if float(number) == 0 else f'={number}')
    return [slots.get(slot) for slot in range(max(slots, default=-1) + 1)]


unions = {key: {code: name for code, name in enum(key).items() if name != 'NONE'} for key in
          ('BuiltinOptions', 'BuiltinOptions2')}
tables = sorted({name for union in unions.values() for name in union.values()})
options = {name: found for name in tables if (found := fields(name))}
version = importlib.metadata.version('ai-edge-litert')
json_text = json.dumps({
    'source': f'LiteRT schema.fbs, as in schema_py_generated.py of ai-edge-litert {version} (PyPI)',
    'operators': listed('BuiltinOperator'),
    'unions': [unions['BuiltinOptions'], unions['BuiltinOptions2']],
    'options': options,
    'enums': {name: listed(name) for name in sorted(set(enums_of_fields.values())) if name != 'TensorType'},
})
target.write_text(json_text + '\n')
