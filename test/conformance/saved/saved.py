"""What torch keeps for the backward pass of six models, and the models as files.

python saved.py FOLDER writes FOLDER/*.onnx.gz and FOLDER/saved.json: bytes of all storages that the forward pass saves, each once,
without those of parameters and buffers (torch.autograd.graph.saved_tensors_hooks, on the CPU). Weights are one number for each
tensor, so that the files are small; attention is written out (attn_implementation="eager"); there is no dropout.
"""

import gzip
import json
import sys
import warnings
from pathlib import Path

import torch
import transformers
from torch import nn

warnings.filterwarnings("ignore")


class Mlp(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(64, 128), nn.LayerNorm(128), nn.GELU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))


class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(cin, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout), nn.ReLU())
        self.second = nn.Sequential(nn.Conv2d(cout, cout, 3, 1, 1, bias=False), nn.BatchNorm2d(cout))
        self.short = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        return torch.relu(self.second(self.first(x)) + self.short(x))


class ResNet(nn.Module):
    """A stem with pooling, and two residual blocks, batch normalisation in training."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 7, 2, 3, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        self.blocks = nn.Sequential(Block(16, 16, 1), Block(16, 32, 2))
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))


class Only(nn.Module):
    """One output of a model of transformers."""

    def __init__(self, model, output, **arguments):
        super().__init__()
        self.model, self.output, self.arguments = model, output, arguments

    def forward(self, x):
        return getattr(self.model(x, **self.arguments), self.output)


def models():
    ids = torch.randint(0, 100, (2, 32))
    # Without a mask the models look for packed sequences, which the exporter cannot write.
    whole = torch.ones(2, 32, dtype=torch.int64)
    small = {"vocab_size": 100, "attn_implementation": "eager"}
    yield "mlp", Mlp(), torch.randn(8, 64)
    yield "resnet", ResNet().train(), torch.randn(2, 3, 64, 64)
    bert = transformers.BertConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=256, **small)
    yield "bert", Only(transformers.BertModel(bert).eval(), "last_hidden_state"), ids
    gpt2 = transformers.GPT2Config(n_embd=64, n_layer=2, n_head=4, n_positions=64, **small)
    yield "gpt2", Only(transformers.GPT2LMHeadModel(gpt2).eval(), "logits", use_cache=False, attention_mask=whole), ids
    llama = transformers.LlamaConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, intermediate_size=160, **small)
    yield "llama", Only(transformers.LlamaForCausalLM(llama).eval(), "logits", use_cache=False, attention_mask=whole), ids
    vit = transformers.ViTConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=256, image_size=32, patch_size=8, attn_implementation="eager")
    yield "vit", Only(transformers.ViTModel(vit, add_pooling_layer=False).eval(), "last_hidden_state"), torch.randn(2, 3, 32, 32)


def saved_bytes(model, example):
    """Bytes of the storages that a forward pass saves, without those of the model itself."""
    own = {tensor.untyped_storage().data_ptr() for tensor in [*model.parameters(), *model.buffers()]}
    held, storages = [], {}

    def pack(tensor):
        held.append(tensor)
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = model(example)
    del result
    return sum(storages.values())


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    expected = {}
    for name, model, example in models():
        torch.manual_seed(0)
        expected[name] = saved_bytes(model, example)
        with torch.no_grad():
            for number, parameter in enumerate(model.parameters()):
                parameter.fill_(0.001 * (number + 1))
        path = folder / f"{name}.onnx"
        torch.onnx.export(
            model, (example,), path, dynamo=False, opset_version=17, training=torch.onnx.TrainingMode.PRESERVE
        )
        (folder / f"{name}.onnx.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        path.unlink()
    made = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
    (folder / "saved.json").write_text(json.dumps({"made": made, "bytes": expected}, indent=2) + "\n")


main(Path(sys.argv[1]))
