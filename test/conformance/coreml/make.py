"""Writes test/fixtures/coreml/: what coremltools makes of small models with random weights.

    python make.py OUT      (coremltools 9.0, torch 2.13, transformers 5.24)

Of each model: NAME.mlmodel.gz, the model without its file of weights (those of a neural network stand in it and are zeros, which deflate
away), and in counts.json the shapes that coremltools's own program has for all values, the number of torch's parameters, and the
operations that torch.utils.flop_counter counts while the model runs.
"""

import gzip
import json
import os
import sys
import tempfile

import coremltools as ct
import coremltools.optimize.coreml as optimize
import numpy
import torch
import transformers
from coremltools.proto import Model_pb2
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "pt2"))
from make import Recurrent, Residual, Separable, Unet  # noqa: E402


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(6, 8, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.gru(x)[0])


class Layer(nn.Module):
    """A layer of Llama by hand: RMS norm, rotated heads, grouped keys, SwiGLU."""

    def __init__(self, width=32, heads=4, groups=2, inner=64):
        super().__init__()
        self.heads, self.groups, self.size = heads, groups, width // heads
        self.norm, self.second = nn.RMSNorm(width), nn.RMSNorm(width)
        self.q = nn.Linear(width, width, bias=False)
        self.k = nn.Linear(width, groups * self.size, bias=False)
        self.v = nn.Linear(width, groups * self.size, bias=False)
        self.o = nn.Linear(width, width, bias=False)
        self.gate, self.up = nn.Linear(width, inner, bias=False), nn.Linear(width, inner, bias=False)
        self.down = nn.Linear(inner, width, bias=False)

    def split(self, x, heads):
        return x.reshape(x.shape[0], x.shape[1], heads, self.size).transpose(1, 2)

    def attend(self, q, k, v):
        repeat = self.heads // self.groups
        k, v = k.repeat_interleave(repeat, 1), v.repeat_interleave(repeat, 1)
        return nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)

    def block(self, x, attended):
        x = x + self.o(attended)
        y = self.second(x)
        return x + self.down(nn.functional.silu(self.gate(y)) * self.up(y))

    def forward(self, x):
        y = self.norm(x)
        return self.block(x, self.attend(self.split(self.q(y), self.heads), self.split(self.k(y), self.groups), self.split(self.v(y), self.groups)))


class Cached(Layer):
    """One step of the layer, whose keys and values are states."""

    def __init__(self, length=16):
        super().__init__()
        self.register_buffer("keys", torch.zeros(1, self.groups, length, self.size))
        self.register_buffer("values", torch.zeros(1, self.groups, length, self.size))

    def forward(self, x):
        y = self.norm(x)
        self.keys[:, :, 3:4] = self.split(self.k(y), self.groups)
        self.values[:, :, 3:4] = self.split(self.v(y), self.groups)
        return self.block(x, self.attend(self.split(self.q(y), self.heads), self.keys, self.values))


class First(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x)[0]


class Branches(nn.Module):
    """Operations that the others have not."""

    def forward(self, x):
        y = torch.cat([x[:, ::2], x[:, 1::2]], 1)
        z = torch.stack([y, x], 1).sum(1)
        top = torch.topk(z, 3, dim=-1)[0]
        padded = nn.functional.pad(z, (1, 2))
        wide = nn.functional.interpolate(z[:, None], scale_factor=2.0, mode="nearest")
        return top.clamp(0, 1), padded.cumsum(-1), wide.flip(-1), torch.where(z > 0, z, -z).max(-1)[0]


def tiny(name):
    t = transformers
    sizes = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=4)
    if name == "bert":
        return t.BertModel(t.BertConfig(**sizes, vocab_size=100, max_position_embeddings=64, attn_implementation="eager"), add_pooling_layer=False)
    return t.ViTModel(t.ViTConfig(**sizes, image_size=32, patch_size=8, attn_implementation="eager"), add_pooling_layer=False)


def models():
    image = torch.zeros(2, 3, 32, 32)
    yield "mlp", nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.LayerNorm(16), nn.Linear(16, 4), nn.Softmax(-1)), torch.zeros(2, 8)
    yield "cnn", nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1800, 4)), image
    yield "resnet", nn.Sequential(nn.Conv2d(3, 8, 7, 2, 3), Residual(8), nn.AvgPool2d(2), Residual(8)), image
    yield "mobilenet", Separable(), image
    yield "unet", Unet(), image
    yield "lstm", Recurrent(), torch.zeros(2, 5, 6)
    yield "gru", Gated(), torch.zeros(2, 5, 6)
    yield "encoder", nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), torch.zeros(2, 5, 16)
    yield "llama", Layer(), torch.zeros(2, 8, 32)
    yield "cached", Cached(), torch.zeros(1, 1, 32)
    yield "bert", First(tiny("bert")), torch.arange(16).reshape(2, 8)
    yield "vit", First(tiny("vit")), image
    yield "branches", Branches(), torch.zeros(4, 8)


def convert(model, example, target, kind="mlprogram", flexible=False):
    shape = ct.Shape((ct.RangeDim(1, 8, 2),) + tuple(example.shape[1:])) if flexible else example.shape
    traced = torch.jit.trace(model, example)
    states = [
        ct.StateType(wrapped_type=ct.TensorType(shape=buffer.shape, dtype=numpy.float16), name=name)
        for name, buffer in model.named_buffers()
        if name in ("keys", "values")
    ]
    kinds = dict(minimum_deployment_target=target) if kind == "mlprogram" else {}
    if kind == "milinternal":
        kinds = dict(compute_precision=ct.precision.FLOAT32)
    dtype = numpy.int32 if example.dtype == torch.int64 else numpy.float32
    return ct.convert(
        traced, inputs=[ct.TensorType(shape=shape, name="x", dtype=dtype)], states=states or None, convert_to=kind, **kinds
    )


def shapes_of(spec):
    """Sizes of all values of the main function; those that are open are left out."""
    main = spec.mlProgram.functions["main"]
    block = main.block_specializations[main.opset]
    found = {}
    for operation in block.operations:
        for output in operation.outputs:
            dims = output.type.tensorType.dimensions
            if output.type.WhichOneof("type") == "tensorType" and all(dim.HasField("constant") for dim in dims):
                found[output.name] = [dim.constant.size for dim in dims]
    return found


def operations(model, example):
    # The counter knows products of matrices, but no fused attention or recurrent layer of processors.
    plain = torch.backends.mkldnn.flags(enabled=False)
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter, torch.no_grad(), plain:
        model(example)
    return counter.get_total_flops()


def spec_of(model):
    """The specification as a file has it, without the zip and weights around it."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "m.mlpackage")
        model.save(path)
        spec = Model_pb2.Model()
        with open(os.path.join(path, "Data/com.apple.CoreML/model.mlmodel"), "rb") as file:
            spec.ParseFromString(file.read())
    del spec.description.metadata.userDefined["com.github.apple.coremltools.conversion_date"]
    return spec


def write(out, name, spec):
    with open(os.path.join(out, f"{name}.mlmodel.gz"), "wb") as file:
        file.write(gzip.compress(spec.SerializeToString(deterministic=True), 9, mtime=0))


def variants():
    """Weights in fewer bits, a size that is open, an older set of operations."""
    torch.manual_seed(0)
    mlp = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64)).eval()
    example = torch.zeros(2, 64)
    new = convert(mlp, example, ct.target.iOS18)
    old = convert(mlp, example, ct.target.iOS16)

    def palettized(model, bits):
        config = optimize.OptimizationConfig(global_config=optimize.OpPalettizerConfig(nbits=bits, weight_threshold=0))
        return optimize.palettize_weights(model, config)

    def quantized(model, **options):
        config = optimize.OptimizationConfig(global_config=optimize.OpLinearQuantizerConfig(weight_threshold=0, **options))
        return optimize.linear_quantize_weights(model, config)

    yield "palettized4", mlp, example, palettized(new, 4)
    yield "palettized6-old", mlp, example, palettized(old, 6)
    yield "linear8-old", mlp, example, quantized(old)
    yield "linear4-blocks", mlp, example, quantized(new, dtype="int4", granularity="per_block", block_size=32)
    open_cnn = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 4, 1)).eval()
    image = torch.zeros(2, 3, 16, 16)
    yield "open-batch", open_cnn, image, convert(open_cnn, image, ct.target.iOS17, flexible=True)


def network_shapes(model, example):
    """Sizes of the values of the program that a neural network is written from; most keep their names."""
    program = convert(model, example, None, kind="milinternal")
    return {
        output.name: list(output.shape)
        for operation in program.functions["main"].operations
        for output in operation.outputs
        if output.shape is not None and all(isinstance(size, int) for size in output.shape)
    }


def without_numbers(message):
    """Zeros in the place of weights."""
    for field, value in message.ListFields():
        if field.type != field.TYPE_MESSAGE:
            continue
        for one in value if field.is_repeated else [value]:
            if field.message_type.GetOptions().map_entry:
                continue
            if field.message_type.name == "WeightParams":
                one.floatValue[:] = [0.0] * len(one.floatValue)
            else:
                without_numbers(one)


def networks():
    """The older kind of file: layers, with their weights among them."""
    for name, model, example in models():
        # Loops and states are none of its layers, and traces of the encoder differ.
        if name in ("gru", "cached", "encoder"):
            continue
        torch.manual_seed(0)
        spec = convert(model.eval(), example, None, kind="neuralnetwork").get_spec()
        del spec.description.metadata.userDefined["com.github.apple.coremltools.conversion_date"]
        without_numbers(spec)
        yield f"network-{name}", model, example, spec


def count(model, example, spec):
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "operations": operations(model, example),
        "shapes": shapes_of(spec),
    }


def main(out):
    os.makedirs(out, exist_ok=True)
    torch.backends.mha.set_fastpath_enabled(False)
    counts = {}
    for name, model, example in models():
        torch.manual_seed(0)
        model = model.eval()
        target = ct.target.iOS18 if name == "cached" else ct.target.iOS17
        counted = operations(model, example)
        spec = spec_of(convert(model, example, target))
        write(out, name, spec)
        counts[name] = {**count(model, example, spec), "operations": counted}
    for name, model, example, converted in variants():
        spec = spec_of(converted)
        write(out, name, spec)
        counts[name] = count(model, example, spec)
    for name, model, example, spec in networks():
        write(out, name, spec)
        counts[name] = {
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
            "operations": operations(model, example),
            "shapes": network_shapes(model, example),
        }
    with open(os.path.join(out, "counts.json.gz"), "wb") as file:
        file.write(gzip.compress(json.dumps(counts, separators=(",", ":")).encode(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
