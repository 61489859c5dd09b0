"""Architectures whose parameters are counted: small, with random weights, none downloaded."""

import torch
from torch import nn

SMALL = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48, "vocab_size": 99,
    "max_position_embeddings": 64, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "use_cache": False,
}
IMAGE = {"image_size": 32, "patch_size": 8}


def words(model):
    return (torch.randint(3, 90, (1, 8)),)


def pair(model):
    return (torch.randint(3, 90, (1, 8)), torch.ones(1, 8, dtype=torch.int64))


def masked(model):
    return (torch.randint(3, 90, (1, 8)), torch.ones(1, 8, dtype=torch.int64))


def image(model):
    return (torch.randn(1, 3, 32, 32),)


def photo(model):
    return (torch.randn(1, 3, 64, 64),)


def sound(model):
    return (torch.randn(1, 2000),)


def transformer(kind, inputs=words, names=("input_ids",), auto="AutoModel", **changes):
    """A model of transformers from a configuration of its kind; what the kind does not know is left out."""

    def build():
        import transformers

        known = transformers.AutoConfig.for_model(kind)
        wanted = {**SMALL, **changes}
        if "num_heads" in changes:
            wanted.pop("num_attention_heads")
        wanted = {key: value for key, value in wanted.items() if hasattr(known, key) or key in changes}
        config = transformers.AutoConfig.for_model(kind, **wanted)
        model = getattr(transformers, auto).from_config(config, attn_implementation=changes.pop("attention", "eager"))

        class Named(nn.Module):
            def __init__(self):
                super().__init__()
                self.model = model

            def forward(self, *given):
                found = self.model(**dict(zip(names, given))).to_tuple()
                return tuple(tensor for tensor in found if isinstance(tensor, torch.Tensor))

        return Named(), inputs(model)

    return build


def torchvision(name, inputs=photo, **settings):
    def build():
        import torchvision

        return getattr(torchvision.models, name)(weights=None, num_classes=10, **settings), inputs(None)

    return build


def timm(name, side=64):
    def build():
        import timm

        model = timm.create_model(name, pretrained=False, num_classes=10)
        side_of = model.default_cfg.get("input_size", (3, side, side)) if model.default_cfg.get("fixed_input_size") else (3, side, side)
        return model, (torch.randn(1, *side_of),)

    return build


def plain(make, *shapes):
    return lambda: (make(), tuple(torch.randn(*shape) for shape in shapes))


class Gated(nn.Module):
    """Scales, a slope and a temperature that are parameters of few elements."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(16, 16)
        self.slope = nn.PReLU()
        self.scale = nn.Parameter(torch.rand(16))
        self.last = nn.Linear(16, 1)
        self.register_buffer("shift", torch.arange(16.0))

    def forward(self, x):
        return self.last(self.slope(self.first(x)) * self.scale)


class Norms(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 8, 2), nn.GroupNorm(2, 8),
            nn.Conv2d(8, 8, 1, bias=False), nn.InstanceNorm2d(8, affine=True), nn.PReLU(8),
        )

    def forward(self, x):
        return self.layers(x)


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.kind = kind(12, 10, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(20, 5)

    def forward(self, x):
        return self.head(self.kind(x)[0])


class Masked(nn.Module):
    """Causal attention with its mask and its positions in buffers."""

    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(50, 16), nn.Embedding(64, 16)
        self.mix, self.out = nn.Linear(16, 48), nn.Linear(16, 50)
        self.register_buffer("mask", torch.tril(torch.ones(64, 64, dtype=torch.bool)))
        self.register_buffer("position_ids", torch.arange(64).unsqueeze(0))

    def forward(self, ids):
        x = self.words(ids) + self.places(self.position_ids[:, : ids.shape[1]])
        q, k, v = self.mix(x).split(16, dim=-1)
        scores = q @ k.transpose(1, 2) / 4
        scores = scores.masked_fill(~self.mask[: ids.shape[1], : ids.shape[1]], float("-inf"))
        return self.out(scores.softmax(-1) @ v)


class Bags(nn.Module):
    def __init__(self):
        super().__init__()
        self.bag, self.head = nn.EmbeddingBag(50, 16, mode="sum"), nn.Linear(16, 4)

    def forward(self, ids):
        return self.head(self.bag(ids))


CASES = {
    "linear-gelu": plain(lambda: nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.LayerNorm(32), nn.Linear(32, 4)), (2, 16)),
    "scalars": plain(Gated, (2, 16)),
    "norms": plain(Norms, (1, 3, 12, 12)),
    "lstm": plain(lambda: Recurrent(nn.LSTM), (1, 7, 12)),
    "gru": plain(lambda: Recurrent(nn.GRU), (1, 7, 12)),
    "masked-attention": lambda: (Masked(), (torch.randint(0, 50, (1, 9)),)),
    "embedding-bag": lambda: (Bags(), (torch.randint(0, 50, (2, 6)),)),
    "transformer-encoder": plain(
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 4, 32, batch_first=True), 2, enable_nested_tensor=False), (1, 6, 16)
    ),
    "conv3d": plain(lambda: nn.Sequential(nn.Conv3d(1, 4, 3), nn.BatchNorm3d(4), nn.ReLU(), nn.Flatten(), nn.LazyLinear(3)), (1, 1, 6, 6, 6)),
    **{
        kind: transformer(kind, **changes)
        for kind, changes in {
            "bert": {}, "albert": {"embedding_size": 16}, "distilbert": {"dim": 32, "hidden_dim": 48}, "roberta": {},
            "electra": {"embedding_size": 16}, "mpnet": {}, "camembert": {}, "xlm-roberta": {}, "ernie": {}, "layoutlm": {},
            "convbert": {"embedding_size": 32}, "squeezebert": {"embedding_size": 32}, "mobilebert": {"embedding_size": 32, "true_hidden_size": 32, "intra_bottleneck_size": 32},
            "deberta": {}, "deberta-v2": {}, "fnet": {}, "nystromformer": {}, "rembert": {"input_embedding_size": 16, "output_embedding_size": 16},
            "roc_bert": {}, "mra": {}, "megatron-bert": {}, "flaubert": {"emb_dim": 32, "n_layers": 2, "n_heads": 4},
        }.items()
    },
    **{
        kind: transformer(kind, masked, ("input_ids", "attention_mask"), **changes)
        for kind, changes in {
            "gpt2": {"n_inner": 48}, "gpt_neo": {"attention_types": [[["global", "local"], 1]], "num_layers": 2}, "gpt_neox": {}, "gptj": {"rotary_dim": 8}, "gpt_bigcode": {},
            "codegen": {"rotary_dim": 8}, "bloom": {}, "mpt": {}, "falcon": {}, "xglm": {"ffn_dim": 48, "num_layers": 2, "attention_heads": 4},
            "openai-gpt": {}, "ctrl": {"dff": 48}, "biogpt": {},
            "llama": {"num_key_value_heads": 2}, "mistral": {"num_key_value_heads": 2}, "qwen2": {"num_key_value_heads": 2}, "qwen3": {"num_key_value_heads": 2, "head_dim": 8},
            "gemma": {"num_key_value_heads": 2, "head_dim": 8}, "gemma2": {"num_key_value_heads": 2, "head_dim": 8}, "phi": {}, "phi3": {"num_key_value_heads": 2},
            "stablelm": {"num_key_value_heads": 4}, "starcoder2": {"num_key_value_heads": 2}, "cohere": {}, "olmo": {}, "olmo2": {}, "persimmon": {}, "granite": {}, "glm": {"num_key_value_heads": 2, "head_dim": 8},
            "mixtral": {"num_key_value_heads": 2, "num_local_experts": 4}, "mamba": {"state_size": 4}, "smollm3": {"num_key_value_heads": 2}, "helium": {"num_key_value_heads": 2, "head_dim": 8},
            "nemotron": {"num_key_value_heads": 2},
        }.items()
    },
    **{
        kind: transformer(kind, pair, ("input_ids", "decoder_input_ids"), **changes)
        for kind, changes in {
            "t5": {"d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 2, "num_heads": 4, "attention": "eager"},
            "mt5": {"d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 2, "num_heads": 4},
            "bart": {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 48, "decoder_ffn_dim": 48},
            "marian": {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 48, "decoder_ffn_dim": 48, "decoder_vocab_size": 99, "decoder_start_token_id": 0},
            "pegasus": {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 48, "decoder_ffn_dim": 48},
        }.items()
    },
    **{
        kind: transformer(kind, image, ("pixel_values",), **{**IMAGE, **changes})
        for kind, changes in {
            "vit": {}, "deit": {}, "beit": {"use_relative_position_bias": True}, "dinov2": {}, "vit_msn": {}, "ijepa": {}, "data2vec-vision": {"use_relative_position_bias": True},
            "siglip_vision_model": {}, "clip_vision_model": {},
        }.items()
    },
    **{
        kind: transformer(kind, photo, ("pixel_values",), **changes)
        for kind, changes in {
            "swin": {"image_size": 64, "patch_size": 4, "embed_dim": 8, "depths": [2, 2], "num_heads": [2, 2], "window_size": 4},
            "swinv2": {"image_size": 64, "patch_size": 4, "embed_dim": 8, "depths": [2, 2], "num_heads": [2, 2], "window_size": 4},
            "convnext": {"hidden_sizes": [8, 16, 16, 16], "depths": [1, 1, 1, 1]},
            "convnextv2": {"hidden_sizes": [8, 16, 16, 16], "depths": [1, 1, 1, 1]},
            "segformer": {"hidden_sizes": [8, 8, 16, 16], "depths": [1, 1, 1, 1], "num_attention_heads": [1, 1, 2, 2]},
            "poolformer": {"hidden_sizes": [8, 8, 16, 16], "depths": [1, 1, 1, 1]},
            "resnet": {"embedding_size": 8, "hidden_sizes": [8, 8, 16, 16], "depths": [1, 1, 1, 1]},
            "regnet": {"embedding_size": 8, "hidden_sizes": [8, 8, 16, 16], "depths": [1, 1, 1, 1], "groups_width": 4},
            "cvt": {}, "levit": {"image_size": 64, "hidden_sizes": [16, 24, 32], "num_attention_heads": [2, 2, 2], "depths": [1, 1, 1], "key_dim": [8, 8, 8]},
            "mobilevit": {"image_size": 64, "hidden_sizes": [16, 16, 16], "neck_hidden_sizes": [8, 8, 8, 8, 8, 8, 16]},
            "mobilenet_v2": {"image_size": 64}, "efficientnet": {"image_size": 64}, "pvt": {"image_size": 64, "num_attention_heads": [1, 2, 5, 8]}, "focalnet": {"image_size": 64, "embed_dim": 8, "depths": [1, 1, 1, 1]},
           
        }.items()
    },
    **{
        kind: transformer(kind, sound, ("input_values",), conv_dim=(8, 8, 8), conv_stride=(5, 4, 2), conv_kernel=(10, 4, 2), num_feat_extract_layers=3, num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=2, **changes)
        for kind, changes in {"wav2vec2": {}, "hubert": {}, "wavlm": {}, "data2vec-audio": {}, "sew": {"squeeze_factor": 2}, "unispeech": {}}.items()
    },
    "whisper-encoder": transformer("whisper", lambda m: (torch.randn(1, 80, 64), torch.randint(3, 90, (1, 8))), ("input_features", "decoder_input_ids"),
        d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=48, decoder_ffn_dim=48,
        max_source_positions=32, max_target_positions=32, decoder_start_token_id=1),
    "clip": transformer("clip", lambda m: (torch.randint(3, 90, (1, 8)), torch.randn(1, 3, 32, 32)), ("input_ids", "pixel_values"), projection_dim=16,
        text_config={**SMALL, "projection_dim": 16}, vision_config={**SMALL, **IMAGE, "projection_dim": 16}),
    "audio-spectrogram-transformer": transformer("audio-spectrogram-transformer", lambda m: (torch.randn(1, 64, 32),), ("input_values",), max_length=64, num_mel_bins=32),
    "patchtst": transformer("patchtst", lambda m: (torch.randn(1, 32, 2),), ("past_values",), d_model=16, num_input_channels=2, context_length=32, patch_length=4, patch_stride=4, ffn_dim=24),
    **{
        name: torchvision(name)
        for name in ("resnet18", "mobilenet_v2", "mobilenet_v3_small", "shufflenet_v2_x0_5", "squeezenet1_1", "mnasnet0_5", "efficientnet_b0", "regnet_y_400mf", "densenet121")
    },
    "googlenet": torchvision("googlenet", aux_logits=False, init_weights=False),
    "swin_t": torchvision("swin_t"),
    **{
        f"timm-{name}": timm(name)
        for name in (
            "test_resnet", "test_vit", "test_vit2", "test_vit3", "test_vit4", "test_convnext", "test_convnext2", "test_convnext3", "test_efficientnet",
            "test_efficientnet_evos", "test_efficientnet_gn", "test_efficientnet_ln", "test_nfnet", "test_byobnet", "test_mambaout", "mixer_s32_224", "gmlp_ti16_224",
            "resmlp_12_224", "convmixer_768_32", "ghostnet_050", "lcnet_050", "mobileone_s0", "repvgg_a0", "edgenext_xx_small", "fastvit_t8", "efficientformer_l1",
            "coat_tiny", "xcit_nano_12_p16_224", "poolformerv2_s12", "pit_ti_224", "tinynet_e", "hardcorenas_a", "rexnet_100", "vovnet39a", "dla46_c", "res2net50_14w_8s",
        )
    },
}
