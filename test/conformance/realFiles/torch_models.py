"""torch.export (dynamo) and TorchScript: models with random weights whose sizes are left open, as people export them.

With `torch.export.Dim.DYNAMIC` torch names the sizes itself (s0, s77, u0); `dynamic_axes` of TorchScript has the names that people give.
"""

import torch
from making import Maker
from torch import nn

torch.backends.mha.set_fastpath_enabled(False)
SMALL = {"hidden_size": 256, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 1024, "vocab_size": 5000, "max_position_embeddings": 512,
    "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "use_cache": False}


def open_axes(tensor, count):
    """Leading axes of words, sounds and tokens are open; of images the batch, of `count` 4 their sides too."""
    axes = [0] if tensor.dim() > 1 else []
    if tensor.dtype == torch.int64 and tensor.dim() == 2:
        axes.append(1)
    return axes + ([2, 3] if count == 4 and tensor.dim() == 4 else []) + ([1] if count == 2 and tensor.dim() == 3 else [])


def by_dynamo(path, build, count, **settings):
    model, inputs = built(build)
    shapes = tuple({axis: torch.export.Dim.DYNAMIC for axis in open_axes(tensor, count)} for tensor in inputs)
    with torch.no_grad():
        torch.onnx.export(model, inputs, str(path), dynamo=True, dynamic_shapes=(shapes,) if isinstance(model, Named) else shapes, verbose=False, external_data=False, **settings)


def by_torchscript(path, build, count, axes, **settings):
    model, inputs = built(build)
    names = [f"input{index}" if len(inputs) > 1 else "input" for index in range(len(inputs))]
    free = {name: {axis: axes[axis] for axis in open_axes(tensor, count) if axis < len(axes)} for name, tensor in zip(names, inputs)}
    with torch.no_grad():
        torch.onnx.export(model, inputs, str(path), dynamo=False, input_names=names, output_names=["output"], dynamic_axes=free, opset_version=17, **settings)


def built(build):
    torch.manual_seed(1)
    model, inputs = build()
    return model.eval(), inputs


class Named(nn.Module):
    """A model of transformers that takes its inputs in order and gives its tensors."""

    def __init__(self, model, names):
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *given):
        found = self.model(**dict(zip(self.names, given))).to_tuple()
        return tuple(tensor for tensor in found if isinstance(tensor, torch.Tensor))


def transformer(kind, inputs, names, auto="AutoModel", **changes):
    def build():
        import transformers

        known = transformers.AutoConfig.for_model(kind)
        wanted = {key: value for key, value in {**SMALL, **changes}.items() if hasattr(known, key) or key in changes}
        config = transformers.AutoConfig.for_model(kind, **wanted)
        return Named(getattr(transformers, auto).from_config(config, attn_implementation="sdpa" if auto != "eager" else "eager"), names), inputs()

    return build


def vision(name, side=224, **settings):
    def build():
        import torchvision

        module = torchvision.models
        for part in name.split(".")[:-1]:
            module = getattr(module, part)
        return getattr(module, name.split(".")[-1])(weights=None, **settings), (torch.randn(2, 3, side, side),)

    return build


def timm(name, side=224):
    def build():
        import timm

        return timm.create_model(name, pretrained=False), (torch.randn(2, 3, side, side),)

    return build


class First(nn.Module):
    """The segmentation of a model that gives several."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x)["out"]


class Tagger(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.words, self.core, self.head = nn.Embedding(5000, 128), kind(128, 128, batch_first=True, bidirectional=True), nn.Linear(256, 9)

    def forward(self, ids):
        return self.head(self.core(self.words(ids))[0])


class Points(nn.Module):
    def __init__(self):
        super().__init__()
        self.each = nn.Sequential(nn.Conv1d(3, 64, 1), nn.ReLU(), nn.Conv1d(64, 256, 1), nn.ReLU())
        self.head = nn.Linear(256, 10)

    def forward(self, points):
        return self.head(self.each(points.transpose(1, 2)).amax(dim=2))


class Bags(nn.Module):
    def __init__(self):
        super().__init__()
        self.bag, self.head = nn.EmbeddingBag(5000, 64, mode="sum"), nn.Linear(64, 4)
        self.register_buffer("starts", torch.tensor([0, 3, 4, 10]))

    def forward(self, ids):
        return self.head(self.bag(ids, self.starts))


class Upscale(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 32, 3, padding=1), nn.PReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.PReLU(), nn.Conv2d(32, 12, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, x):
        return self.body(x) + nn.functional.interpolate(x, scale_factor=2.0, mode="bilinear")


words = lambda: (torch.randint(3, 90, (2, 16)),)
masked = lambda: (torch.randint(3, 90, (2, 16)), torch.ones(2, 16, dtype=torch.int64))
pair = lambda: (torch.randint(3, 90, (2, 16)), torch.randint(3, 90, (2, 12)))
IDS, MASKED, PAIR = ("input_ids",), ("input_ids", "attention_mask"), ("input_ids", "decoder_input_ids")
segment = lambda name: lambda: (First(vision(f"segmentation.{name}", weights_backbone=None)()[0]), (torch.randn(2, 3, 224, 224),))
plain = lambda model, *inputs: lambda: (model(), inputs)

#: name: (builder, which axes are open (see open_axes), names of axes with TorchScript)
IMAGES = ("batch", "", "height", "width")
WORDS = ("batch_size", "sequence_length")
CASES = {
    **{name: (vision(name), 1, IMAGES) for name in ("resnet18", "resnet50", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "shufflenet_v2_x1_0", "squeezenet1_1", "regnet_y_400mf", "vit_b_16", "swin_t")},
    **{f"{name}-any-size": (vision(name), 4, IMAGES) for name in ("resnet18", "mobilenet_v3_large")},
    **{f"{name}-any-size": (segment(name), 4, IMAGES) for name in ("lraspp_mobilenet_v3_large", "fcn_resnet50")},
    **{name: (timm(name), 1, IMAGES) for name in ("convnext_atto", "ghostnet_100", "mixer_s32_224", "edgenext_xx_small", "mobileone_s0", "fastvit_t8")},
    "upscale-any-size": (plain(Upscale, torch.randn(2, 3, 48, 48)), 4, ("N", "C", "H", "W")),
    "mlp": (plain(lambda: nn.Sequential(nn.Linear(40, 128), nn.ReLU(), nn.Linear(128, 10)), torch.randn(2, 40)), 1, ("batch_size",)),
    "lstm-tagger": (lambda: (Tagger(nn.LSTM), words()), 2, WORDS),
    "gru-tagger": (lambda: (Tagger(nn.GRU), words()), 2, WORDS),
    "points": (plain(Points, torch.randn(2, 100, 3)), 2, ("batch", "num_points")),
    "embedding-bag": (plain(Bags, torch.randint(0, 5000, (12,))), 1, ()),
    "sound-conv": (plain(lambda: nn.Sequential(nn.Conv1d(40, 64, 5), nn.ReLU(), nn.Conv1d(64, 64, 3), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(64, 5)), torch.randn(2, 40, 100)), 1, ("batch",)),
    "encoder": (plain(lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(128, 4, 512, batch_first=True), 2, enable_nested_tensor=False), torch.randn(2, 20, 128)), 2, ("batch", "frames")),
    "bert": (transformer("bert", masked, MASKED), 2, WORDS),
    "distilbert": (transformer("distilbert", masked, MASKED, dim=256, hidden_dim=1024, n_layers=4, n_heads=4), 2, WORDS),
    "roberta": (transformer("roberta", words, IDS), 2, WORDS),
    "albert": (transformer("albert", masked, MASKED, embedding_size=64), 2, WORDS),
    "gpt2": (transformer("gpt2", masked, MASKED, "AutoModelForCausalLM", n_embd=256, n_layer=4, n_head=4), 2, WORDS),
    "llama": (transformer("llama", masked, MASKED, "AutoModelForCausalLM", num_key_value_heads=2), 2, WORDS),
    "qwen3": (transformer("qwen3", masked, MASKED, "AutoModelForCausalLM", num_key_value_heads=2, head_dim=64), 2, WORDS),
    "t5": (transformer("t5", pair, PAIR, d_model=256, d_kv=64, d_ff=512, num_layers=3, num_heads=4), 2, WORDS),
    "wav2vec2": (transformer("wav2vec2", lambda: (torch.randn(2, 16000),), ("input_values",)), 1, ("batch", "samples")),
    "whisper": (transformer("whisper", lambda: (torch.randn(1, 80, 3000), torch.randint(3, 90, (1, 8))), ("input_features", "decoder_input_ids"), d_model=256, encoder_layers=2, decoder_layers=2,
        encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=512, decoder_ffn_dim=512, decoder_start_token_id=1), 1, ("batch_size", "decoder_sequence_length")),
}


def main():
    dynamo, script = Maker("torch.export"), Maker("torchscript")
    for name, (build, count, axes) in CASES.items():
        dynamo.make(name, by_dynamo, build, count)
        script.make(name, by_torchscript, build, count, axes)
    fixed = Maker("torch.export")
    fixed.make("resnet18-fixed", lambda path: torch.onnx.export(*built(vision("resnet18")), str(path), dynamo=True, verbose=False, external_data=False))


main()
