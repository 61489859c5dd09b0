"""Writes server/engine/operators/schemas.json: the facts about every operator that text editing needs.

Facts only (names, arity, attribute types and defaults, type constraints), taken from the operator schemas that the
Python packages onnx and onnxruntime carry; no documentation text.

    python scripts/schemas.py

Format, all of it compact because the file is part of the extension:
  typeSets   lists of types in the words of the textual syntax, shared by all operators
  domains    domain -> operator -> versions, oldest first. A version has
    v        first opset that has it
    i, o     inputs and outputs: "name:type"; behind the name "?" is optional, "*2" is repeated at least twice,
             "~2" the same with types of their own; type is a constraint or a type. Left out: as in the version before.
    a        attributes "name:type", "name:type!" if required, "name:type=default" with the default as JSON
    t        constraint -> index into typeSets
    d        1: deprecated
    x        1: not in the standard, though runtimes know it in the standard domain
"""

import json
import re
import sys
from pathlib import Path

import numpy
import onnx
import onnx.defs
import onnxruntime
from onnx.helper import get_attribute_value
from onnxruntime.capi import onnxruntime_pybind11_state as runtime

TARGET = Path(__file__).parent.parent / "server/engine/operators/schemas.json"
RUNTIME_DOMAINS = {"com.microsoft"}
# ONNX Runtime's optimiser writes some into the default domain, others are early forms or plugins that files still have.
RUNTIME_EXTRAS = {
    ("", name)
    for name in (
        "SimplifiedLayerNormalization", "Affine", "Crop", "DisentangledAttention_TRT", "EfficientNMS_TRT",
        "GivenTensorFill", "ImageScaler", "MemcpyFromHost", "MemcpyToHost", "ParametricSoftplus", "Scale", "ScaledTanh",
    )
}


def type_words(text):
    """tensor(float) in the words of the textual syntax: float."""
    return re.sub(r"(?<![a-z_])tensor\((\w+)\)", r"\1", text).replace(" ", "").replace(",", ", ")


def plain(value):
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float):
        return float(str(numpy.float32(value)))
    if isinstance(value, (list, tuple)) or type(value).__name__.startswith("Repeated"):
        return [plain(item) for item in value]
    return value


def attribute(item):
    kind = item.type.name.lower()
    text = f"{item.name}:{kind}"
    if item.required:
        return text + "!"
    default = getattr(item, "default_value", None) or getattr(item, "_default_value", None)
    if isinstance(default, bytes):
        parsed = onnx.AttributeProto()
        parsed.ParseFromString(default)
        default = parsed
    if default is None or default.type == onnx.AttributeProto.UNDEFINED:
        return text
    return f"{text}={json.dumps(plain(get_attribute_value(default)), ensure_ascii=False)}"


def parameter(item, minimum):
    option = item.option.name
    mark = {"Single": "", "Optional": "?"}.get(option)
    if mark is None:
        homogeneous = getattr(item, "is_homogeneous", getattr(item, "isHomogeneous", True))
        mark = ("*" if homogeneous else "~") + str(minimum)
    kind = getattr(item, "type_str", None) or item.typeStr
    return f"{item.name}{mark}:{type_words(kind)}"


def least_repeats(items, minimum):
    """How often the repeated parameter at the end stands at least."""
    return max(0, minimum - (len(items) - 1))


class Table:
    def __init__(self):
        self.sets = {}

    def index(self, types):
        key = tuple(sorted({type_words(one) for one in types}))
        return self.sets.setdefault(key, len(self.sets))

    def version(self, schema):
        inputs, outputs = list(schema.inputs), list(schema.outputs)
        entry = {
            "v": schema.since_version,
            "i": [parameter(item, least_repeats(inputs, schema.min_input)) for item in inputs],
            "o": [parameter(item, least_repeats(outputs, schema.min_output)) for item in outputs],
            "a": [attribute(item) for _, item in sorted(schema.attributes.items())],
            "t": {item.type_param_str: self.index(item.allowed_type_strs) for item in schema.type_constraints},
        }
        if schema.deprecated:
            entry["d"] = 1
        if (schema.domain, schema.name) in RUNTIME_EXTRAS:
            entry["x"] = 1
        return entry


def main():
    schemas = list(onnx.defs.get_all_schemas_with_history())
    schemas += [one for one in runtime.get_all_operator_schema() if one.domain in RUNTIME_DOMAINS or (one.domain, one.name) in RUNTIME_EXTRAS]
    schemas.sort(key=lambda one: (one.domain, one.name, one.since_version))
    table, domains = Table(), {}
    for schema in schemas:
        domains.setdefault(schema.domain, {}).setdefault(schema.name, []).append(table.version(schema))
    for operators in domains.values():
        for versions in operators.values():
            # Newest to oldest, so that each is compared with the whole of the one before it.
            for before, entry in reversed(list(zip(versions, versions[1:]))):
                for key in "ioat":
                    if entry[key] == before[key]:
                        del entry[key]
    # A new release of onnx raises the newest opset even where no operator changed.
    newest = {domain: onnx.defs.onnx_opset_version() if domain == "" else None for domain in domains}
    result = {
        "source": f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}",
        "newest": {domain: version for domain, version in newest.items() if version},
        "typeSets": [list(one) for one in table.sets],
        "domains": domains,
    }
    lines = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    # One operator to a line: a readable difference when the packages are updated.
    lines = re.sub(r'(?<=[{,])("[A-Za-z0-9_]+":\[\{"v":)', r"\n\1", lines)
    TARGET.write_text(lines + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes, {sum(map(len, domains.values()))} operators", file=sys.stderr)


if __name__ == "__main__":
    main()
