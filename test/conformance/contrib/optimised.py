"""Writes models/*.onnx.gz: fixtures as ONNX Runtime's optimisers and quantisers rewrite them, without their weights.

    python test/fixtures/refill.py FOLDER bert-base gpt2 mobilenetv2 resnet50 unet-blocks whisper-tiny-decoder
    python test/conformance/contrib/optimised.py FOLDER

A rewritten model computes the same products, so its matrix operations and output shapes are the original's.
"""

import gzip
import pathlib
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime as ort
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_dynamic, quantize_static
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions

SMALL = 1024
RAW = pathlib.Path(sys.argv[1])
TARGET = pathlib.Path(__file__).parent / "models"
LEVELS = ort.GraphOptimizationLevel
scratch = pathlib.Path(tempfile.mkdtemp())


def keep(model, name):
    """Drops the weights: tensors above SMALL bytes become external data that nobody has."""
    for tensor in model.graph.initializer:
        if tensor.data_location != onnx.TensorProto.EXTERNAL and tensor.ByteSize() > SMALL:
            onnx.external_data_helper.set_external_data(tensor, f"{name}.data")
            for field in ("raw_data", "float_data", "int32_data", "int64_data"):
                tensor.ClearField(field)
            tensor.data_location = onnx.TensorProto.EXTERNAL
    with open(TARGET / f"{name}.onnx.gz", "wb") as file, gzip.GzipFile("", "wb", 9, file, 0) as packed:
        packed.write(model.SerializeToString(deterministic=True))
    counts = {}
    for node in model.graph.node:
        counts[f"{node.domain}:{node.op_type}"] = counts.get(f"{node.domain}:{node.op_type}", 0) + 1
    print(name, {k: v for k, v in counts.items() if k[0] != ":"})


def raw(name):
    return str(RAW / f"{name}.onnx")


def by_session(path, level, name):
    options = ort.SessionOptions()
    options.graph_optimization_level = level
    options.log_severity_level = 4
    options.optimized_model_filepath = str(scratch / "optimised.onnx")
    ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    keep(onnx.load(scratch / "optimised.onnx", load_external_data=False), name)


def by_tool(name, kind, heads, size, suffix):
    tool = optimizer.optimize_model(raw(name), model_type=kind, num_heads=heads, hidden_size=size, opt_level=0,
                                    optimization_options=FusionOptions(kind), use_gpu=False)
    keep(tool.model, f"{name}.{suffix}")


class Images(CalibrationDataReader):
    def __init__(self, path):
        inputs = ort.InferenceSession(path, providers=["CPUExecutionProvider"]).get_inputs()
        random = np.random.default_rng(0)
        self.data = iter([{i.name: random.standard_normal([d if isinstance(d, int) else 1 for d in i.shape]).astype(np.float32)
                           for i in inputs} for _ in range(2)])

    def get_next(self):
        return next(self.data, None)


TARGET.mkdir(exist_ok=True)
by_tool("bert-base", "bert", 12, 768, "fused")
by_tool("unet-blocks", "unet", 0, 0, "fused")
by_session(raw("gpt2"), LEVELS.ORT_ENABLE_EXTENDED, "gpt2.extended")
by_session(raw("resnet50"), LEVELS.ORT_ENABLE_ALL, "resnet50.blocked")
by_session(raw("mobilenetv2"), LEVELS.ORT_ENABLE_EXTENDED, "mobilenetv2.extended")
quantize_dynamic(raw("whisper-tiny-decoder"), scratch / "dynamic.onnx")
by_session(scratch / "dynamic.onnx", LEVELS.ORT_ENABLE_EXTENDED, "whisper-tiny-decoder.dynamic")
quantize_static(raw("mobilenetv2"), scratch / "static.onnx", Images(raw("mobilenetv2")), quant_format=QuantFormat.QDQ)
by_session(scratch / "static.onnx", LEVELS.ORT_ENABLE_EXTENDED, "mobilenetv2.quantised")
quantizer = MatMulNBitsQuantizer(onnx.load(raw("whisper-tiny-decoder")), bits=4, block_size=32, is_symmetric=True)
quantizer.process()
keep(quantizer.model.model, "whisper-tiny-decoder.four-bits")
