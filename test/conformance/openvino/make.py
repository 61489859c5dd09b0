"""Writes test/fixtures/openvino/: what OpenVINO makes of the ONNX fixtures, without weights.

    python make.py FIXTURES OUT      (openvino 2026.4, onnx, numpy)

Of each model that OpenVINO converts: NAME.xml.gz, and in constants.json the content of constants of at most 1,024 elements by
model and place in the .bin; and in shapes.json the shapes that OpenVINO propagates with all open sizes set to those of
"""

import base64
import glob
import gzip
import json
import os
import re
import sys
import tempfile

import numpy as np
import onnx
import openvino as ov

LEFT_OUT = {"llama-1b": "4 GB of weights"}
MOST = 1024


def filled(model, folder, fixtures):
    """Writes the external data of a model."""
    files = {}
    for tensor in model.graph.initializer:
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            continue
        place = {entry.key: entry.value for entry in tensor.external_data}
        files.setdefault(place["location"], []).append((tensor, int(place.get("offset", 0)), int(place["length"])))
    random = np.random.default_rng(1)
    for location, tensors in files.items():
        if os.path.exists(os.path.join(fixtures, location)):
            data = open(os.path.join(fixtures, location), "rb").read()
            open(os.path.join(folder, location), "wb").write(data)
            continue
        with open(os.path.join(folder, location), "wb") as file:
            file.truncate(max(offset + length for _, offset, length in tensors))
            for tensor, offset, length in tensors:
                if tensor.data_type != onnx.TensorProto.FLOAT:
                    continue
                file.seek(offset)
                file.write(random.random(length // 4, dtype=np.float32).tobytes())


def constants(text, binary):
    """Content of the small constants of integers, by their place."""
    found = {}
    for kind, shape, offset, size in re.findall(
        r'<data element_type="(\w+)" shape="([^"]*)" offset="(\d+)" size="(\d+)"', text
    ):
        count = int(np.prod([int(one) for one in shape.split(",") if one.strip()]))
        if count <= MOST and kind in ("i64", "i32", "u8", "boolean"):
            at = int(offset)
            found[offset] = base64.b64encode(binary[at : at + int(size)]).decode()
    return found


def shapes(path):
    """Shape of each layer's outputs, by its name, once all open sizes are 2."""
    core = ov.Core()
    model = core.read_model(path)
    wanted = {}
    for value in model.inputs:
        partial = value.get_partial_shape()
        wanted[value] = ov.PartialShape([2 if dim.is_dynamic else dim.get_length() for dim in partial])
    model.reshape(wanted)
    found = {}
    for op in model.get_ops():
        if op.get_type_name() in ("Result", "Constant"):
            continue
        found[op.get_friendly_name()] = [
            list(output.get_shape()) if output.get_partial_shape().is_static else None for output in op.outputs()
        ]
    return found


def main(fixtures, out):
    all_constants, all_shapes = {}, {}
    for path in sorted(glob.glob(os.path.join(fixtures, "*.onnx*"))):
        name = os.path.basename(path).split(".")[0]
        if name in LEFT_OUT:
            print(name, "left out:", LEFT_OUT[name])
            continue
        raw = gzip.open(path).read() if path.endswith(".gz") else open(path, "rb").read()
        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, name + ".onnx")
            open(source, "wb").write(raw)
            filled(onnx.load_model_from_string(raw), folder, fixtures)
            target = os.path.join(folder, name + ".xml")
            ov.save_model(ov.convert_model(source), target, compress_to_fp16=False)
            text = open(target).read()
            # The only path in the file: where the source lay.
            text = re.sub(r'value="[^"]*/([^"/]+\.onnx)"', r'value="\1"', text)
            with gzip.GzipFile(os.path.join(out, name + ".xml.gz"), "wb", mtime=0) as file:
                file.write(text.encode())
            all_constants[name] = constants(text, open(target[:-4] + ".bin", "rb").read())
            all_shapes[name] = shapes(target)
            print(name, len(text), len(all_constants[name]), len(all_shapes[name]))
    for file, value in (("constants", all_constants), ("shapes", all_shapes)):
        with gzip.GzipFile(os.path.join(out, file + ".json.gz"), "wb", mtime=0) as handle:
            handle.write(json.dumps(value, separators=(",", ":")).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
