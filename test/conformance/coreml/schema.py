"""Writes server/engine/formats/coreml/schema.json: the messages of Core ML's protobuf files as coremltools has them, and operands.json
beside it: which parameters of MIL's operations are tensors, in the order of the operation's own inputs.

    python schema.py OUT      (coremltools 9.0)

A message is one text of fields, each `number kind name`, with the message or enum after a colon and the group of which only one field
is given after `@`. Kinds: i integer, b truth, f and d floats, s text, p bytes that are never read, k bytes that are kept where they are
few, e enum, m message; `*` behind it: a list.
"""

import json
import os
import sys

from google.protobuf.descriptor import FieldDescriptor as F

from coremltools.converters.mil.mil.input_type import PyFunctionInputType, InternalInputType
from coremltools.converters.mil.mil.ops import defs  # noqa: F401, registers operations
from coremltools.converters.mil.mil.ops.registry import SSAOpRegistry
from coremltools.proto import Model_pb2

KINDS = {
    F.TYPE_BOOL: "b", F.TYPE_FLOAT: "f", F.TYPE_DOUBLE: "d", F.TYPE_STRING: "s", F.TYPE_BYTES: "p", F.TYPE_ENUM: "e", F.TYPE_MESSAGE: "m",
}
PREFIXES = ("CoreML.Specification.MILSpec.", "CoreML.Specification.")

# Weights, and bytes that may be those of a small tensor.
PLACES = {("WeightParams", "floatValue"): "p", ("TensorValue.RepeatedBytes", "values"): "k"}
# Parameters of operations that are weights, though the registry asks for constants.
WEIGHTS = {
    "weight", "bias", "gamma", "beta", "mean", "variance", "alpha", "weight_ih", "weight_hh", "peephole", "weight_ih_back", "weight_hh_back",
    "bias_back", "peephole_back", "indices", "lut", "data", "scale", "zero_point", "offset", "quantized_data", "nonzero_data", "mask",
    "indices_mask", "indices_nonzero_data", "data_mask", "source_val", "input_bias", "stride",
}
# Where these are numbers for all elements, windows or constants.
NUMBERS = {
    ("clip", "alpha"), ("clip", "beta"), ("clamped_relu", "alpha"), ("clamped_relu", "beta"), ("elu", "alpha"), ("leaky_relu", "alpha"),
    ("linear_activation", "alpha"), ("linear_activation", "beta"), ("scaled_tanh", "alpha"), ("scaled_tanh", "beta"), ("sigmoid_hard", "alpha"),
    ("sigmoid_hard", "beta"), ("threshold", "alpha"), ("thresholded_relu", "alpha"), ("local_response_norm", "alpha"),
    ("local_response_norm", "beta"), ("random_normal", "mean"), ("sliding_windows", "stride"),
}


def short(name):
    for prefix in PREFIXES:
        if name.startswith(prefix):
            return name[len(prefix):]
    return name


def messages():
    found, enums = {}, {}
    waiting = [Model_pb2.Model.DESCRIPTOR]
    while waiting:
        message = waiting.pop()
        name = short(message.full_name)
        if name in found:
            continue
        fields = []
        for field in message.fields:
            if name == "Model" and field.number >= 900:
                continue
            kind = KINDS.get(field.type, "i")
            if (name, field.name) in PLACES:
                kind = PLACES[name, field.name]
            star = "*" if field.is_repeated and kind not in "mpk" else ""
            text = f"{field.number}{kind}{star} {field.name}"
            if kind == "e":
                enum = short(field.enum_type.full_name)
                enums[enum] = {str(value.number): value.name for value in field.enum_type.values}
                text += f":{enum}"
            if kind == "m":
                text += f":{short(field.message_type.full_name)}"
                waiting.append(field.message_type)
            if field.containing_oneof is not None:
                text += f"@{field.containing_oneof.name}"
            fields.append(text)
        found[name] = ",".join(fields)
    return found, enums


def reachable(found):
    """Without what only classical models have, and training."""
    kept = {}
    keep = {"pipelineClassifier", "pipelineRegressor", "pipeline", "neuralNetworkRegressor", "neuralNetworkClassifier", "neuralNetwork", "mlProgram"}
    drop = {"updateParams", "ClassLabels"}
    waiting = ["Model"]
    while waiting:
        name = waiting.pop()
        if name in kept:
            continue
        fields = []
        for text in found[name].split(","):
            if not text:
                continue
            head, _, group = text.partition("@")
            own, _, kind = head.partition(":")
            number, field = own.split(" ")
            if field in drop or group in drop:
                continue
            if name == "Model" and group == "Type" and field not in keep:
                text = f"{number[:-1]}p {field}@Type"
            elif number.endswith("m"):
                waiting.append(kind)
            fields.append(text)
        kept[name] = ",".join(fields)
    return dict(sorted(kept.items()))


def operands():
    """Operations by their tensors."""
    groups = {"input data": ["write_state"], "state value": ["coreml_update_state"]}
    for name, versions in SSAOpRegistry.core_ops.items():
        names = []
        for cls in versions.values():
            for parameter, kind in cls.input_spec.input_types.items():
                if isinstance(kind, (PyFunctionInputType, InternalInputType)) or parameter in names or (name, parameter) in NUMBERS:
                    continue
                if not getattr(kind, "const", False) or parameter in WEIGHTS:
                    names.append(parameter)
        if names:
            groups.setdefault(" ".join(names), []).append(name)
    return {key: " ".join(sorted(names)) for key, names in sorted(groups.items())}


def main(out):
    found, enums = messages()
    kept = reachable(found)
    text = " ".join(kept.values())
    used = {name: values for name, values in sorted(enums.items()) if f":{name}" in text}
    source = "coremltools 9.0, coremltools/proto (mlmodel/format/*.proto)"
    with open(os.path.join(out, "schema.json"), "w") as file:
        json.dump({"source": source, "messages": kept, "enums": used}, file, indent=2)
        file.write("\n")
    source = "coremltools 9.0, coremltools/converters/mil/mil/ops/defs"
    with open(os.path.join(out, "operands.json"), "w") as file:
        json.dump({"source": source, "operands": operands()}, file, indent=2)
        file.write("\n")


main(sys.argv[1])
