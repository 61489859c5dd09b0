"""Quantisers over files that the other makers wrote: ONNX Runtime's static (QDQ and QOperator) and dynamic ones, its 4-bit products,
NNCF, and float16 by onnxconverter-common. Olive's passes for ONNX call those of ONNX Runtime."""

import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from making import Maker
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

FOLDER = Path(sys.argv[1])
rng = np.random.default_rng(1)


def rows(path, count=2):
    """Feeds for a model: one of each open axis, but 224 or 16 for sides and lengths."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for _ in range(count):
        feed = {}
        for given in session.get_inputs():
            shape = [axis if isinstance(axis, int) else 1 if place == 0 else 224 if len(given.shape) == 4 else 16 for place, axis in enumerate(given.shape)]
            feed[given.name] = rng.normal(size=shape).astype(np.float32) if given.type == "tensor(float)" else np.ones(shape, np.int64)
        yield feed


class Rows(CalibrationDataReader):
    def __init__(self, path):
        self.left = rows(path)

    def get_next(self):
        return next(self.left, None)


def prepared(source, folder):
    """Shapes inferred and fused as ONNX Runtime asks for it before it quantises; the file itself where that fails."""
    target = Path(folder) / "prepared.onnx"
    try:
        quant_pre_process(str(source), str(target), skip_symbolic_shape=True)
        return target
    except Exception:
        return source


def static(path, source, **settings):
    with tempfile.TemporaryDirectory() as folder:
        model = prepared(source, folder)
        quantize_static(str(model), str(path), Rows(model), **settings)


def four_bits(path, source):
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    quantizer = MatMulNBitsQuantizer(onnx.load(str(source)), block_size=32, is_symmetric=True)
    quantizer.process()
    onnx.save(quantizer.model.model, str(path))


def half(path, source):
    from onnxconverter_common import float16

    onnx.save(float16.convert_float_to_float16(onnx.load(str(source)), keep_io_types=True), str(path))


def by_nncf(path, source):
    import nncf

    data = nncf.Dataset(list(rows(source)))
    onnx.save(nncf.quantize(onnx.load(str(source)), data, subset_size=2), str(path))


def main():
    files = Maker("ort-quantiser")
    source = lambda name: FOLDER / f"{name}.onnx"
    for name in ("torchscript/resnet18", "torchscript/mobilenet_v2", "torch.export/mobilenet_v3_small", "torchscript/bert", "torchscript/vit_b_16", "tf2onnx/mobilenetv2", "paddle2onnx/resnet18"):
        label = name.replace("/", "-")
        files.make(f"{label}.qdq", static, source(name), per_channel=True, weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8)
        if name in ("torchscript/resnet18", "torchscript/bert"):
            files.make(f"{label}.qoperator", static, source(name), quant_format=QuantFormat.QOperator, weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8)
    for name in ("torchscript/bert", "torchscript/gpt2", "torchscript/lstm-tagger", "torchscript/wav2vec2", "torch.export/distilbert", "optimum/distilbert", "optimum/t5-encoder_model"):
        files.make(f"{name.replace('/', '-')}.dynamic", lambda path, name=name: quantize_dynamic(str(source(name)), str(path), weight_type=QuantType.QInt8))
    for name in ("torch.export/llama", "torchscript/gpt2", "optimum/qwen2", "torch.export/qwen3"):
        files.make(f"{name.replace('/', '-')}.4-bits", four_bits, source(name))
    other = Maker("float16")
    for name in ("torchscript/resnet18", "torchscript/bert", "torchscript/mobilenet_v2", "torch.export/llama"):
        other.make(name.replace("/", "-"), half, source(name))
    third = Maker("nncf")
    for name in ("torchscript/resnet18", "torchscript/mobilenet_v2", "torchscript/bert"):
        third.make(name.replace("/", "-"), by_nncf, source(name))


main()
