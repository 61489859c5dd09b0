"""Builds single-node models that break one constraint each, with the verdict of onnx and ONNX Runtime on every one.

    venv/bin/pip install onnx==1.23.1 numpy onnxruntime==1.32.0
    venv/bin/python test/conformance/invalid.py [.cache/conformance [OPERATOR...]]

Each base is a node test of the onnx package (or one of `more_bases` where it has none) that all three accept, or a case of
contrib/generate.py or form of contrib/variants.py for operators of ONNX Runtime's own domain and of classic machine learning. A mutant differs from its
base in one thing: an input or output more or less, an attribute of another name, type or value, an element type, a version
of the operator set, one dimension or the rank of one input, one number of an input that decides shapes.
invalid.jsonl has one mutant a line: `refused` says who refuses it (`checker`: onnx.checker with full_check, `strict`:
onnx.shape_inference in strict mode, `runtime`: ONNX Runtime, when it loads or runs it) and in what words; `open` is true
where nobody refuses it but ONNX Runtime has no kernel to say so.
"""

import base64
import functools
import json
import multiprocessing
import os
import sys
import types
import warnings

import numpy as np
import onnx
from onnx import TensorProto, checker, defs, helper, numpy_helper, shape_inference
from onnx.backend.test.case.node import collect_testcases
from onnxruntime.capi import onnxruntime_pybind11_state as runtime

from contrib import generate as contrib
from contrib import variants

PER_OPERATOR = 3
# Floats that decide shapes or modes, and so belong into the file.
FIXED_FLOATS = {("Resize", "scales"), ("Resize", "roi"), ("Upsample", "scales"), ("Dropout", "ratio")}
INTEGERS = {TensorProto.INT64, TensorProto.INT32}
SECONDS = 20


def copy_of(model):
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    return copy


def fixed(model, values):
    """The model with its short lists of integers made initialisers: what decides shapes is in the file."""
    copy = copy_of(model)
    copy.ir_version = max(copy.ir_version, 4)
    node = copy.graph.node[0]
    schema = schema_of(copy)
    infos, data = [], {}
    for info, value in zip(list(copy.graph.input), values):
        kind = info.type.WhichOneof("value")
        place = list(node.input).index(info.name)
        parameter = schema.inputs[min(place, len(schema.inputs) - 1)].name
        elem = info.type.tensor_type.elem_type
        small = kind == "tensor_type" and not isinstance(value, TensorProto) and np.ndim(value) <= 1 and np.size(value) <= 16
        decides = small and place > 0 and (elem in INTEGERS or (node.op_type, parameter) in FIXED_FLOATS)
        if decides or (small and node.op_type in ("ConstantOfShape", "Range")):
            copy.graph.initializer.append(numpy_helper.from_array(np.asarray(value), info.name))
        else:
            infos.append(info)
            if kind == "tensor_type":
                data[info.name] = value
    del copy.graph.input[:]
    copy.graph.input.extend(infos)
    return copy, data


def with_free_outputs(model):
    """Outputs that declare a rank alone, the mutant's own: sizes of the base would be another fault."""
    copy = copy_of(model)
    for output in copy.graph.output:
        if output.type.WhichOneof("value") == "tensor_type":
            output.type.tensor_type.ClearField("shape")
    try:
        found = shape_inference.infer_shapes(copy, data_prop=True).graph.output
    except Exception:  # noqa: BLE001 then as the base has it
        found = model.graph.output
    for output, own, base in zip(copy.graph.output, found, model.graph.output):
        if output.type.WhichOneof("value") != "tensor_type":
            continue
        known = own if own.type.tensor_type.HasField("shape") else base
        if not known.type.tensor_type.HasField("shape"):
            continue
        output.type.tensor_type.shape.SetInParent()
        for _ in known.type.tensor_type.shape.dim:
            output.type.tensor_type.shape.dim.add()
    return copy


def schema_of(model):
    node = model.graph.node[0]
    if node.domain == contrib.DOMAIN:
        return runtime_schemas()[node.op_type]
    version = next(o.version for o in model.opset_import if o.domain == node.domain)
    return defs.get_schema(node.op_type, version, node.domain)


@functools.cache
def runtime_schemas():
    """The schemas of ONNX Runtime's own domain, as far as they are asked for here, in the form of onnx's."""

    def parameter(item, constraints):
        option = getattr(defs.OpSchema.FormalParameterOption, item.option.name)
        return types.SimpleNamespace(name=item.name, option=option, types=constraints.get(item.typeStr, {item.typeStr}))

    found = {}
    for one in runtime.get_all_operator_schema():
        if one.domain == contrib.DOMAIN:
            constraints = {item.type_param_str: set(item.allowed_type_strs) for item in one.type_constraints}
            sides = ([parameter(item, constraints) for item in side] for side in (one.inputs, one.outputs))
            inputs, outputs = sides
            found[one.name] = types.SimpleNamespace(inputs=inputs, outputs=outputs, attributes=one.attributes)
    return found


def float_input(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def more_bases():
    """Operators that no single-node test uses."""
    x = float_input("x", 2, 3, 8, 8)
    rois = float_input("rois", 4, 5)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [])
    ints = helper.make_tensor_value_info("y", TensorProto.INT32, [])
    lists = helper.make_tensor_sequence_value_info("s", TensorProto.FLOAT, None)
    count = helper.make_tensor_value_info("y", TensorProto.INT64, [])
    position = helper.make_tensor_value_info("i", TensorProto.INT64, [])
    list_out = helper.make_tensor_sequence_value_info("y", TensorProto.FLOAT, None)
    make = helper.make_node
    yield make("GlobalLpPool", ["x"], ["y"], p=2), [x], y
    yield make("MaxRoiPool", ["x", "rois"], ["y"], pooled_shape=[2, 2]), [x, rois], y
    yield make("Multinomial", ["x"], ["y"], sample_size=4), [float_input("x", 2, 5)], ints
    yield make("RandomNormal", [], ["y"], shape=[2, 3]), [], y
    yield make("RandomUniform", [], ["y"], shape=[2, 3]), [], y
    yield make("RandomNormalLike", ["x"], ["y"]), [x], y
    yield make("RandomUniformLike", ["x"], ["y"]), [x], y
    yield make("ConcatFromSequence", ["s"], ["y"], axis=0), [lists], y
    yield make("SequenceConstruct", ["x", "x"], ["y"]), [x], list_out
    yield make("SequenceEmpty", [], ["y"]), [], list_out
    yield make("SequenceErase", ["s", "i"], ["y"]), [lists, position], list_out
    yield make("SequenceAt", ["s", "i"], ["y"]), [lists, position], y
    yield make("SequenceLength", ["s"], ["y"]), [lists], count


def bases():
    counts = {}
    shapes = set()
    for case in collect_testcases(None):
        model = case.model
        if len(model.graph.node) != 1 or "_expanded" in case.name or len(case.data_sets) == 0:
            continue
        node = model.graph.node[0]
        if node.domain not in ("", "ai.onnx.ml") or any(a.type in (5, 10) for a in node.attribute):
            continue
        # Tests that differ in values alone tell nothing new.
        look = (node.op_type, tuple(sorted(a.name for a in node.attribute)), len(node.input), len(node.output))
        if look in shapes or counts.get(node.op_type, 0) >= PER_OPERATOR:
            continue
        inputs = list(case.data_sets[0][0])
        if len(inputs) != len(model.graph.input) or len(set(node.input) - {""}) != len([n for n in node.input if n]):
            continue
        shapes.add(look)
        counts[node.op_type] = counts.get(node.op_type, 0) + 1
        yield (case.name, *fixed(model, inputs))
    yield from contrib_bases()
    yield from variants.bases()
    for node, inputs, output in more_bases():
        model = helper.make_model(helper.make_graph([node], "g", inputs, [output]), ir_version=8)
        del model.opset_import[:]
        model.opset_import.append(helper.make_opsetid("", 17))
        yield node.op_type, model, {}


def contrib_bases():
    found = []

    def case(operator, inputs, free=False, name=None, **more):
        found.append((name or operator, *contrib.model_of(operator, inputs, **more)))

    contrib.case = case
    for group in contrib.GROUPS:
        group()
    for name, model, values in found:
        # What ONNX Runtime's own operators give it says itself.
        if model.graph.node[0].domain != contrib.DOMAIN:
            model = shape_inference.infer_shapes(model)
            # It says the outputs' sizes once more here, which are the base's.
            del model.graph.value_info[:]
        yield name, model, values


def type_words(schema, place):
    return sorted(schema.inputs[min(place, len(schema.inputs) - 1)].types)


ELEMENTS = {
    f"tensor({word})": code
    for word, code in [
        ("float", 1), ("uint8", 2), ("int8", 3), ("uint16", 4), ("int16", 5), ("int32", 6), ("int64", 7),
        ("string", 8), ("bool", 9), ("float16", 10), ("double", 11), ("uint32", 12), ("uint64", 13),
    ]
}


def variadic(parameters):
    return len(parameters) > 0 and parameters[-1].option == defs.OpSchema.FormalParameterOption.Variadic


def structural(model):
    """Mutants that the schema alone refuses, or might."""
    schema, node = schema_of(model), model.graph.node[0]
    single = defs.OpSchema.FormalParameterOption.Single

    def changed(change):
        copy = copy_of(model)
        change(copy.graph.node[0], copy)
        return copy

    for place in range(len(node.input)):
        yield f"input-{place}-gone", changed(lambda n, _, p=place: n.input.__delitem__(slice(p, None)))
        if place < len(schema.inputs) and schema.inputs[place].option == single:
            yield f"input-{place}-empty", changed(lambda n, _, p=place: n.input.__setitem__(p, ""))
    if len(node.input) > 0 and not variadic(schema.inputs):
        missing = len(schema.inputs) - len(node.input) + 1
        yield "inputs-many", changed(lambda n, _: n.input.extend([n.input[0]] * missing))
    if not variadic(schema.outputs):
        missing = len(schema.outputs) - len(node.output) + 1
        yield "outputs-many", changed(lambda n, _: n.output.extend([f"more{i}" for i in range(missing)]))
    yield "attribute-unknown", changed(lambda n, _: n.attribute.append(helper.make_attribute("no_such", 1)))
    for index, attribute in enumerate(node.attribute):
        for word, value in (("int", 1), ("float", 0.5), ("string", "x"), ("ints", [1]), ("floats", [0.5])):
            other = helper.make_attribute(attribute.name, value)
            if other.type == attribute.type:
                continue

            def put(n, _, i=index, o=other):
                n.attribute[i].CopyFrom(o)

            yield f"attribute-{attribute.name}-{word}", changed(put)
        yield f"attribute-{attribute.name}-gone", changed(lambda n, _, i=index: n.attribute.__delitem__(i))
        yield f"attribute-{attribute.name}-twice", changed(lambda n, _, a=attribute: n.attribute.append(a))
    yield "operator-unknown", changed(lambda n, _: setattr(n, "op_type", n.op_type + "X"))
    domain = node.domain

    def version(n, copy, to):
        for one in copy.opset_import:
            if one.domain == domain:
                one.version = to

    all_versions = defs.get_all_schemas_with_history()
    first = min((s.since_version for s in all_versions if s.name == node.op_type and s.domain == domain), default=1)
    if first > 1:
        yield "version-early", changed(lambda n, c: version(n, c, first - 1))
    # Nobody is asked that would refuse it of the operators that onnx does not know.
    if domain != contrib.DOMAIN:
        yield "import-gone", changed(lambda n, c: [c.opset_import.remove(o) for o in list(c.opset_import) if o.domain == domain])


def typed(model):
    """Mutants with another element type of one input or output."""
    schema, node = schema_of(model), model.graph.node[0]
    for index, info in enumerate(model.graph.input):
        if info.type.WhichOneof("value") != "tensor_type":
            continue
        allowed = type_words(schema, list(node.input).index(info.name))
        now = info.type.tensor_type.elem_type
        others = [c for w, c in ELEMENTS.items() if w not in allowed][:2]
        others += [c for w, c in ELEMENTS.items() if w in allowed and c != now][:2]
        for code in others:
            copy = copy_of(model)
            copy.graph.input[index].type.tensor_type.elem_type = code
            yield f"type-{info.name}-{TensorProto.DataType.Name(code).lower()}", copy
    for index, tensor in enumerate(model.graph.initializer):
        for dtype in (np.float32, np.int32, np.int64, np.bool_):
            values = numpy_helper.to_array(tensor)
            if values.dtype == dtype:
                continue
            copy = copy_of(model)
            copy.graph.initializer[index].CopyFrom(numpy_helper.from_array(values.astype(dtype), tensor.name))
            yield f"type-{tensor.name}-{np.dtype(dtype).name}", copy
    for index, info in enumerate(model.graph.output):
        if info.type.WhichOneof("value") != "tensor_type":
            continue
        code = TensorProto.INT32 if info.type.tensor_type.elem_type != TensorProto.INT32 else TensorProto.FLOAT
        copy = copy_of(model)
        copy.graph.output[index].type.tensor_type.elem_type = code
        yield f"output-type-{index}", copy


def shape_changes(dims):
    yield "front", [2, *dims]
    yield "back", [*dims, 1]
    if dims:
        yield "short", dims[:-1]
        yield "scalar", []
    for axis, size in enumerate(dims):
        yield f"{axis}-more", [*dims[:axis], size + 1, *dims[axis + 1 :]]
        yield f"{axis}-twice", [*dims[:axis], size * 2 if size > 1 else 3, *dims[axis + 1 :]]


def shaped(model):
    """Mutants with another shape of one input."""
    for index, info in enumerate(model.graph.input):
        if info.type.WhichOneof("value") != "tensor_type" or not info.type.tensor_type.HasField("shape"):
            continue
        dims = [d.dim_value for d in info.type.tensor_type.shape.dim]
        for word, changed in shape_changes(dims):
            copy = copy_of(model)
            shape = copy.graph.input[index].type.tensor_type.shape
            del shape.dim[:]
            for size in changed:
                shape.dim.add().dim_value = size
            yield f"shape-{info.name}-{word}", copy
    for index, tensor in enumerate(model.graph.initializer):
        values = numpy_helper.to_array(tensor)
        changes = [("front", [1, *values.shape])]
        if values.ndim == 1 and values.size > 0:
            changes += [("less", [values.size - 1]), ("more", [values.size + 1])]
        if values.ndim > 1:
            changes = list(shape_changes(list(values.shape)))
        for word, changed in changes:
            copy = copy_of(model)
            copy.graph.initializer[index].CopyFrom(numpy_helper.from_array(np.resize(values, changed), tensor.name))
            yield f"shape-{tensor.name}-{word}", copy


def list_changes(values):
    for at in range(len(values)):
        for word, value in (("minus", -1), ("zero", 0), ("more", values[at] + 1), ("large", 100), ("small", -100)):
            if value != values[at]:
                yield f"{at}-{word}", [*values[:at], value, *values[at + 1 :]]
    if values:
        yield "less", values[:-1]
        yield "many", [*values, values[-1]]
    if len(values) > 1:
        yield "same", [values[0], values[0], *values[2:]]


def valued(model):
    """Mutants with another value of an attribute or of a number that decides shapes."""
    for index, attribute in enumerate(model.graph.node[0].attribute):
        value = helper.get_attribute_value(attribute)
        changes = []
        if attribute.type == onnx.AttributeProto.INT:
            changes = [(str(n), n) for n in (-100, -1, 0, 1, 2, 3, 7, 100, value + 1) if n != value]
        elif attribute.type == onnx.AttributeProto.INTS:
            changes = list(list_changes(list(value)))
        elif attribute.type == onnx.AttributeProto.STRING:
            changes = [("other", "no_such_choice")]
        for word, other in changes:
            if other == []:
                continue
            copy = copy_of(model)
            copy.graph.node[0].attribute[index].CopyFrom(helper.make_attribute(attribute.name, other))
            yield f"value-{attribute.name}-{word}", copy
    for index, tensor in enumerate(model.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.ndim > 1:
            continue
        flat = [v.item() for v in values.reshape(-1)]
        for word, other in list_changes(flat):
            if len(other) != len(flat):
                continue
            copy = copy_of(model)
            array = np.asarray(other).astype(values.dtype).reshape(values.shape)
            if array.reshape(-1).tolist() != other:
                continue
            copy.graph.initializer[index].CopyFrom(numpy_helper.from_array(array, tensor.name))
            yield f"value-{tensor.name}-{word}", copy


WRONG = {"INT": "x", "FLOAT": "x", "STRING": 1, "INTS": "x", "FLOATS": "x", "STRINGS": 1}
VALUES = {"INT": (-100, -1, 1, 2, 7), "FLOAT": (-1.0, 0.5), "STRING": ("no_such_choice",), "INTS": ([0], [2, 2], [-1], [9])}


def added(model):
    """Mutants with an attribute or an input that the schema knows and the base leaves out."""
    schema, node = schema_of(model), model.graph.node[0]
    given = {attribute.name for attribute in node.attribute}
    for name, attribute in sorted(schema.attributes.items()):
        kind = attribute.type.name
        if name in given or kind not in WRONG:
            continue
        changes = [("type", WRONG[kind]), *((str(value).replace(" ", ""), value) for value in VALUES.get(kind, ()))]
        for word, value in changes:
            copy = copy_of(model)
            copy.graph.node[0].attribute.append(helper.make_attribute(name, value))
            yield f"more-{name}-{word}", copy
    single = defs.OpSchema.FormalParameterOption.Single
    known = [[d.dim_value for d in i.type.tensor_type.shape.dim] for i in model.graph.input]
    known += [list(t.dims) for t in model.graph.initializer]
    for place, parameter in enumerate(schema.inputs[: len(node.input) + 3]):
        is_given = place < len(node.input) and node.input[place] != ""
        codes = [code for word, code in ELEMENTS.items() if word in parameter.types]
        if is_given or parameter.option == single or not codes:
            continue
        for shape in unique([[], [1], [3], *known]):
            copy = copy_of(model)
            inputs = copy.graph.node[0].input
            inputs.extend([""] * (place + 1 - len(inputs)))
            inputs[place] = MORE
            same = [code for i in model.graph.input if (code := i.type.tensor_type.elem_type) in codes]
            copy.graph.input.append(helper.make_tensor_value_info(MORE, (same or codes)[0], shape))
            yield f"more-input-{place}-{'x'.join(map(str, shape))}", copy


MORE = "more_input"


def unique(lists):
    return [one for at, one in enumerate(lists) if one not in lists[:at]]


def feeds_of(model, data):
    """Inputs for a run: the test's own numbers in the mutant's shapes and types; None where that cannot be."""
    feeds = {}
    for info in model.graph.input:
        if info.type.WhichOneof("value") != "tensor_type" or info.name not in (*data, MORE):
            return None
        value = data.get(info.name, 1)
        tensor = info.type.tensor_type
        if isinstance(value, TensorProto) or tensor.elem_type not in ELEMENTS.values():
            return None
        dtype = helper.tensor_dtype_to_np_dtype(tensor.elem_type)
        array = np.asarray(value)
        shape = [d.dim_value for d in tensor.shape.dim] if tensor.HasField("shape") else array.shape
        feeds[info.name] = np.resize(array, shape).astype(dtype)
    return feeds


def words_of(check):
    """The words of a refusal; None where there is none."""
    try:
        check()
    except Exception as error:  # noqa: BLE001 any refusal is an answer
        return str(error)[:300] or type(error).__name__
    return None


def judge(connection):
    """Works in a process of its own: a model that nobody should accept may end it."""
    import onnxruntime as ort

    warnings.simplefilter("ignore")
    ort.set_default_logger_severity(4)
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1

    def run(data, feeds):
        session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        if feeds is not None:
            session.run(None, feeds)

    while True:
        task = connection.recv()
        if task is None:
            return
        data, values = task
        model = with_free_outputs(onnx.ModelProto.FromString(data))
        data = model.SerializeToString()
        connection.send(data)
        # Of ONNX Runtime's own operators onnx knows nothing.
        is_standard = model.graph.node[0].domain != contrib.DOMAIN
        strict = {"check_type": True, "strict_mode": True, "data_prop": True}
        connection.send(words_of(lambda: is_standard and checker.check_model(model, full_check=True)))
        connection.send(words_of(lambda: is_standard and shape_inference.infer_shapes(model, **strict)))
        try:
            feeds = feeds_of(model, values)
        except Exception:  # noqa: BLE001 numbers that do not convert
            feeds = None
        connection.send(words_of(lambda: run(data, feeds)))


# ONNX Runtime has no kernel, or does not know the version of an operator set yet: that tells nothing about the model.
SAYS_NOTHING = ("NOT_IMPLEMENTED", "Could not find an implementation", "under development", "not yet supported")


class Judges:
    """Asks onnx and ONNX Runtime."""

    def __init__(self):
        self.start()

    def start(self):
        self.connection, other = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=judge, args=(other,), daemon=True)
        self.process.start()
        other.close()

    def ask(self, model, values):
        """The model with its outputs, who refuses it in what words, and whether the runtime cannot say."""
        data, refused = model.SerializeToString(), {}
        try:
            self.connection.send((data, values))
            data = self.answer()
            for who in ("checker", "strict", "runtime"):
                words = self.answer()
                if words is not None:
                    refused[who] = words
        except (EOFError, OSError):
            self.process.kill()
            self.process.join()
            self.start()
            return data, refused, True
        is_open = any(text in refused.get("runtime", "") for text in SAYS_NOTHING)
        if is_open:
            del refused["runtime"]
        return data, refused, is_open

    def answer(self):
        if not self.connection.poll(SECONDS):
            raise EOFError
        return self.connection.recv()

    def stop(self):
        self.connection.send(None)
        self.process.join()


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else ".cache/conformance"
    wanted = set(sys.argv[2:])
    os.makedirs(folder, exist_ok=True)
    warnings.simplefilter("ignore")
    # A judge that ends is followed by another, which need not load everything again.
    multiprocessing.set_start_method("forkserver")
    multiprocessing.set_forkserver_preload(["__main__", "onnxruntime"])
    judges = Judges()
    counts = {"bases": 0, "refused": 0, "accepted": 0, "open": 0}
    path = os.path.join(folder, "invalid.jsonl")
    with open(path + ".part", "w") as out:

        def write(name, operator, data, refused, is_open):
            counts["refused" if refused else "open" if is_open else "accepted"] += 1
            model = base64.b64encode(data).decode()
            line = {"id": name, "operator": operator, "model": model, "refused": refused, "open": is_open}
            out.write(json.dumps(line) + "\n")

        for name, base, values in bases():
            operator = base.graph.node[0].op_type
            if wanted and operator not in wanted and base.graph.node[0].domain not in wanted:
                continue
            data, refused, is_open = judges.ask(base, values)
            cannot_run = "runtime" in refused
            refused.pop("runtime", None)
            if refused:
                print(f"no base: {name}: {str(refused)[:200]}", file=sys.stderr)
                continue
            counts["bases"] += 1
            write(f"{name}/base", operator, data, {}, cannot_run or is_open)
            seen = {base.SerializeToString()}
            for make in (structural, typed, shaped, valued, added):
                for word, mutant in make(base):
                    key = mutant.SerializeToString()
                    if key in seen:
                        continue
                    seen.add(key)
                    data, refused, is_open = judges.ask(mutant, values)
                    # What ONNX Runtime has against the base it has against each mutant, except that it has no kernel.
                    if cannot_run:
                        refused.pop("runtime", None)
                    write(f"{name}/{word}", operator, data, refused, is_open or cannot_run)
        judges.stop()
    os.replace(path + ".part", path)
    print(f"{counts} in {path}")


if __name__ == "__main__":
    main()
