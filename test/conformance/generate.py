"""Builds a folder of models with the shapes and types of their real outputs, from the onnx package of PyPI.

    python -m venv venv && venv/bin/pip install onnx==1.23.1 numpy
    venv/bin/python test/conformance/generate.py [.cache/conformance]

Cases are onnx's backend node tests and the model tests that its wheel carries (simple, pytorch-operator,
pytorch-converted, light). Each comes in two modes: `given`, and `fixed` with inputs of at most 64 elements made
initialisers, so that shapes that are given as inputs can be decided. Declared outputs and value_info are removed.
cases.json says for each case what the outputs really are and what onnx.shape_inference (strict, data propagation) finds.
"""

import glob
import json
import os
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper, shape_inference
from onnx.backend.test.case.node import collect_testcases

FIXED_ELEMENTS = 64
NAMES = {value: name.lower() for name, value in TensorProto.DataType.items()}


def describe(value, declared):
    """Type of a real output: element type as declared (numpy lacks some), shape as computed."""
    kind = declared.WhichOneof("value")
    if kind == "optional_type":
        element = declared.optional_type.elem_type
        return {"kind": "optional", "element": None if value is None else describe(value, element)}
    if kind == "sequence_type":
        element = declared.sequence_type.elem_type
        return {"kind": "sequence", "elements": [describe(item, element) for item in value]}
    if kind == "map_type":
        return {"kind": "map"}
    if kind == "tensor_type":
        return {"kind": "tensor", "dtype": NAMES[declared.tensor_type.elem_type], "shape": shape_of(value)}
    return {"kind": kind}


def shape_of(value):
    if isinstance(value, TensorProto):
        return list(value.dims)
    return list(np.shape(value))


def inferred(type_proto):
    """Type that upstream inferred; a dimension without a number is null."""
    kind = type_proto.WhichOneof("value")
    if kind == "tensor_type":
        tensor = type_proto.tensor_type
        shape = None
        if tensor.HasField("shape"):
            shape = [d.dim_value if d.HasField("dim_value") else None for d in tensor.shape.dim]
        return {"kind": "tensor", "dtype": NAMES[tensor.elem_type], "shape": shape}
    if kind == "sequence_type":
        return {"kind": "sequence", "element": inferred(type_proto.sequence_type.elem_type)}
    if kind == "optional_type":
        return {"kind": "optional", "element": inferred(type_proto.optional_type.elem_type)}
    return {"kind": kind}


def drop_shapes(type_proto):
    kind = type_proto.WhichOneof("value")
    if kind == "tensor_type":
        type_proto.tensor_type.ClearField("shape")
    elif kind in ("sequence_type", "optional_type"):
        drop_shapes(getattr(type_proto, kind).elem_type)


def undeclared(model):
    """The model without what would give shapes away."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.value_info[:]
    for output in copy.graph.output:
        drop_shapes(output.type)
    return copy


def fixed(model, values):
    """Small inputs made initialisers."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    # Before version 4 initialisers had to be inputs as well.
    copy.ir_version = max(copy.ir_version, 4)
    kept = []
    for info, value in zip(list(copy.graph.input), values):
        small = info.type.WhichOneof("value") == "tensor_type" and np.size(as_array(value)) <= FIXED_ELEMENTS
        if not small:
            kept.append(info)
            continue
        tensor = onnx.TensorProto()
        if isinstance(value, TensorProto):
            tensor.CopyFrom(value)
        else:
            tensor.CopyFrom(to_tensor(value, info.type.tensor_type.elem_type))
        tensor.name = info.name
        copy.graph.initializer.append(tensor)
    del copy.graph.input[:]
    copy.graph.input.extend(kept)
    return copy


def as_array(value):
    return np.zeros(list(value.dims)) if isinstance(value, TensorProto) else np.asarray(value, dtype=None)


def to_tensor(value, elem_type):
    array = np.asarray(value)
    if array.dtype.kind in "US":
        array = array.astype(object)
    tensor = numpy_helper.from_array(array)
    if tensor.data_type != elem_type:
        tensor = helper.make_tensor("", elem_type, array.shape, array.astype(np.float32).flatten())
    return tensor


def upstream(model):
    """What onnx.shape_inference says of each output; None where it refuses."""
    try:
        result = shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    except Exception:  # noqa: BLE001 any refusal counts as nothing known
        return None
    return [inferred(output.type) for output in result.graph.output]


def node_cases():
    for case in collect_testcases(None):
        inputs, outputs = case.data_sets[0]
        yield "node", case.name, case.model, list(inputs), list(outputs)


def load_data(path, declared):
    with open(path, "rb") as file:
        data = file.read()
    kind = declared.WhichOneof("value")
    if kind == "sequence_type":
        sequence = onnx.SequenceProto.FromString(data)
        return [numpy_helper.to_array(tensor) for tensor in sequence.tensor_values]
    if kind == "optional_type":
        return numpy_helper.to_optional(onnx.OptionalProto.FromString(data))
    return onnx.TensorProto.FromString(data)


def file_cases():
    root = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data")
    for suite in ("simple", "pytorch-operator", "pytorch-converted"):
        for folder in sorted(glob.glob(os.path.join(root, suite, "*"))):
            path = os.path.join(folder, "model.onnx")
            if not os.path.exists(path):
                continue
            model = onnx.load(path)
            data = os.path.join(folder, "test_data_set_0")
            initial = {tensor.name for tensor in model.graph.initializer}
            infos = [info for info in model.graph.input if info.name not in initial]
            inputs = [load_data(os.path.join(data, f"input_{i}.pb"), info.type) for i, info in enumerate(infos)]
            outputs = [load_data(os.path.join(data, f"output_{i}.pb"), o.type) for i, o in enumerate(model.graph.output)]
            if len(infos) != len(model.graph.input):
                inputs = None  # initialisers among the inputs: as given only
            yield suite, os.path.basename(folder), model, inputs, outputs
    for path in sorted(glob.glob(os.path.join(root, "light", "*.onnx"))):
        model = onnx.load(path)
        output = path.replace(".onnx", "_output_0.pb")
        yield "light", os.path.basename(path)[:-5], model, None, [load_data(output, model.graph.output[0].type)]


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else ".cache/conformance"
    models = os.path.join(folder, "models")
    os.makedirs(models, exist_ok=True)
    warnings.simplefilter("ignore")
    cases = []
    seen = set()
    for source in (node_cases(), file_cases()):
        for suite, name, model, inputs, outputs in source:
            if (suite, name) in seen:
                continue
            seen.add((suite, name))
            expected = [describe(value, info.type) for value, info in zip(outputs, model.graph.output)]
            bare = undeclared(model)
            modes = {"given": bare}
            if inputs is not None:
                modes["fixed"] = fixed(bare, inputs)
            entry = {
                "suite": suite,
                "name": name,
                "operators": sorted({f"{n.domain}.{n.op_type}" for n in model.graph.node}),
                "expected": expected,
                "modes": {},
            }
            for mode, variant in modes.items():
                file = f"{suite}.{name}.{mode}.onnx"
                with open(os.path.join(models, file), "wb") as out:
                    out.write(variant.SerializeToString())
                entry["modes"][mode] = {"file": file, "upstream": upstream(variant)}
            cases.append(entry)
    schemas = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        schemas.setdefault(f"{schema.domain}.{schema.name}", []).append(schema.since_version)
    with open(os.path.join(folder, "cases.json"), "w") as out:
        json.dump({"onnx": onnx.__version__, "cases": cases, "operators": schemas}, out)
    print(f"{len(cases)} cases from onnx {onnx.__version__} in {folder}")


if __name__ == "__main__":
    main()
