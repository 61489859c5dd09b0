"""Writes test/fixtures/pt2/: what torch.export.save makes of small models with random weights.

    python make.py OUT      (torch 2.13, transformers 5.24)

Of each model: NAME.pt2.gz without the bytes of its weights (which are zeros, and deflate away), and in counts.json the shapes of
all tensors, the number of parameters, and the operations that torch.utils.flop_counter counts while it runs.
"""

import gzip
import io
import json
import os
import sys
import zipfile

import torch
import transformers
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        return torch.relu(self.body(x) + x)


class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.norm = nn.GroupNorm(2, 8)
        self.up = nn.ConvTranspose2d(8, 4, 2, stride=2)
        self.out = nn.Conv2d(7, 2, 1)

    def forward(self, x):
        y = nn.functional.silu(self.norm(self.down(x)))
        return self.out(torch.cat([self.up(y), x], 1))


class Separable(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1),
            nn.Hardswish(),
            nn.Conv2d(8, 8, 3, padding=1, groups=8),
            nn.ReLU6(),
            nn.Conv2d(8, 16, 1),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(16, 4),
        )

    def forward(self, x):
        return self.layers(x)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(6, 8, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        return self.head(self.lstm(x)[0])


class Last(nn.Module):
    """A model of transformers by its first result alone, without a cache."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x, use_cache=False)[0] if self.model.config.model_type in ("gpt2", "llama") else self.model(x)[0]


def tiny(name):
    t = transformers
    sizes = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4)
    if name == "bert":
        return t.BertModel(t.BertConfig(**sizes, vocab_size=100, max_position_embeddings=64))
    if name == "gpt2":
        return t.GPT2LMHeadModel(t.GPT2Config(n_embd=32, n_layer=2, n_head=4, vocab_size=100, n_positions=64))
    if name == "llama":
        return t.LlamaForCausalLM(t.LlamaConfig(**sizes, num_key_value_heads=2, vocab_size=100, max_position_embeddings=64))
    if name == "vit":
        return t.ViTModel(t.ViTConfig(**sizes, image_size=32, patch_size=8))
    raise KeyError(name)


def models():
    tokens = torch.arange(16).reshape(2, 8)
    image = torch.zeros(2, 3, 32, 32)
    yield "mlp", nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.LayerNorm(16), nn.Linear(16, 4), nn.Softmax(-1)), torch.zeros(2, 8)
    yield "cnn", nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1800, 4)), image
    yield "resnet", nn.Sequential(nn.Conv2d(3, 8, 7, 2, 3), Residual(8), nn.AvgPool2d(2), Residual(8)), image
    yield "mobilenet", Separable(), image
    yield "unet", Unet(), image
    yield "lstm", Recurrent(), torch.zeros(2, 5, 6)
    yield "encoder", nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), torch.zeros(2, 5, 16)
    for name in ("bert", "gpt2", "llama"):
        yield name, Last(tiny(name)), tokens
    yield "vit", Last(tiny("vit")), image


def without_weights(data):
    """The archive, deflated, with zeros in the place of weights."""
    source = zipfile.ZipFile(io.BytesIO(data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.endswith(".pt"):
                continue
            if entry.filename.endswith("model.json"):
                program = json.loads(content)
                for node in program["graph_module"]["graph"]["nodes"]:
                    node["metadata"] = {k: v for k, v in node["metadata"].items() if k == "nn_module_stack"}
                content = json.dumps(program, separators=(",", ":")).encode()
            if "/weight_" in entry.filename:
                content = bytes(len(content))
            target.writestr(zipfile.ZipInfo(entry.filename), content)
    return out.getvalue()


def with_twos(size):
    """A size with all open ones at 2."""
    if isinstance(size, int):
        return size
    return int(size.node.expr.subs({symbol: 2 for symbol in size.node.expr.free_symbols}))


def main(out):
    torch.backends.mha.set_fastpath_enabled(False)
    counts = {}
    for name, model, example in models():
        model = model.eval()
        # Sizes of 2 stay open: the example's batch is none of the numbers that torch takes as fixed.
        program = torch.export.export(model, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))
        file = io.BytesIO()
        torch.export.save(program, file)
        with gzip.GzipFile(os.path.join(out, name + ".pt2.gz"), "wb", mtime=0) as target:
            target.write(without_weights(file.getvalue()))
        # The counter knows products of matrices, but no fused attention or recurrent layer of processors.
        plain = torch.backends.mkldnn.flags(enabled=False)
        with FlopCounterMode(display=False) as counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH), plain:
            model(example)
        shapes = {
            node.name: [with_twos(size) for size in node.meta["val"].shape]
            for node in program.graph.nodes
            if isinstance(node.meta.get("val"), torch.Tensor) and node.op == "call_function"
        }
        counts[name] = {
            "parameters": sum(p.numel() for p in model.parameters()),
            "operations": counter.get_total_flops(),
            "shapes": shapes,
        }
        print(name, counts[name]["parameters"], counts[name]["operations"], len(shapes), flush=True)
    with gzip.GzipFile(os.path.join(out, "counts.json.gz"), "wb", mtime=0) as target:
        target.write(json.dumps(counts, separators=(",", ":")).encode())


if __name__ == "__main__":
    main(sys.argv[1])
