"""Parameters, tensors and operations of small models of images, sound and several parts, as torch counts them.

    python towers.py towers.json [part of a name]

As torch_counts.py, with a call of its own for each kind of model. `files` are the tensors that transformers writes into a
safetensors file of it, by its own names.
"""

import json
import re
import struct
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from gguf_tables import gguf_of
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoConfig

TOKENS = 24
# Patches of an image of any size: height and width.
GRID = (8, 4)

vision = dict(hidden_size=64, intermediate_size=176, num_hidden_layers=2, num_attention_heads=4, image_size=48, patch_size=16)

ratio = {key: value for key, value in vision.items() if key != "intermediate_size"}


NO_TOKENS = dict(pad_token_id=0, bos_token_id=1, eos_token_id=2)


def pixels(config):
    size = config.image_size if isinstance(config.image_size, int) else config.image_size[0]
    return torch.randn(1, getattr(config, "num_channels", 3), size, size)


def image(model, config):
    return {"inference": lambda: model(pixel_values=pixels(config))}


def text_and_image(model, config):
    tokens = torch.randint(3, 300, (1, TOKENS))
    return {"inference": lambda: model(input_ids=tokens, pixel_values=pixels(config.vision_config))}


def sound(model, config):
    features = torch.randn(1, config.num_mel_bins, 2 * config.max_source_positions)
    return decoding(model, dict(input_features=features))


def carried(model, config):
    """As `states`, for models that are given what they gave."""
    tokens, one = torch.randint(3, 300, (1, TOKENS)), torch.randint(3, 300, (1, 1))
    first = {}

    def prefill():
        first["state"] = model(input_ids=tokens, use_cache=True).state

    return {"prefill": prefill, "decode": lambda: model(input_ids=one, state=first["state"], use_cache=True)}


def text_to_text(model, config):
    return decoding(model, dict(input_ids=torch.randint(3, 300, (1, TOKENS))))


def decoding(model, given):
    """Both parts over what is given and TOKENS tokens, then the decoder alone over one more."""
    tokens = torch.randint(3, 300, (1, TOKENS))
    first = {}

    def decode():
        out = first["out"]
        model(encoder_outputs=(out.encoder_last_hidden_state,), decoder_input_ids=tokens[:, :1],
              past_key_values=out.past_key_values, use_cache=True)

    return {"prefill": lambda: first.update(out=model(**given, decoder_input_ids=tokens, use_cache=True)), "decode": decode}


def both(text, image):
    return dict(text_config=dict(words, **text), vision_config=dict(vision, **image))


def image_in_text(model, config):
    """A prompt with an image among its tokens, then one more token."""
    tokens = torch.randint(3, 300, (1, TOKENS))
    tokens[0, 2:11] = config.image_token_index
    kinds = (tokens == config.image_token_index).long()
    more = dict(token_type_ids=kinds) if config.model_type != "llava" else {}
    first = {}

    def prefill():
        first.update(out=model(input_ids=tokens, pixel_values=pixels(config.vision_config), use_cache=True, **more))

    def decode():
        past = first["out"].past_key_values
        model(input_ids=tokens[:, :1], past_key_values=past, use_cache=True, **({"token_type_ids": kinds[:, :1]} if more else {}))

    return {"prefill": prefill, "decode": decode}


def any_image_in_text(model, config):
    """As image_in_text, with patches as rows: two windows of 4 x 4 in Qwen2.5-VL."""
    rows = config.vision_config.patch_size ** 2 * config.vision_config.in_channels * config.vision_config.temporal_patch_size
    grid = torch.tensor([[1, *GRID]])
    patches = GRID[0] * GRID[1]
    merged = patches // config.vision_config.spatial_merge_size ** 2
    tokens = torch.randint(3, 300, (1, TOKENS))
    tokens[0, 2:2 + merged] = config.image_token_id
    kinds = (tokens == config.image_token_id).int()
    first = {}

    def prefill():
        first.update(out=model(input_ids=tokens, pixel_values=torch.randn(patches, rows), image_grid_thw=grid,
                               mm_token_type_ids=kinds, use_cache=True))

    def decode():
        model(input_ids=tokens[:, :1], past_key_values=first["out"].past_key_values, use_cache=True)

    return {"prefill": prefill, "decode": decode}


def states(model, config):
    tokens = torch.randint(3, 300, (1, TOKENS))
    first = {}

    def decode():
        model(tokens[:, :1], cache_params=first["out"].cache_params, use_cache=True)

    return {"prefill": lambda: first.update(out=model(tokens, use_cache=True)), "decode": decode}


words = dict(vocab_size=320, hidden_size=48, intermediate_size=144, num_hidden_layers=3, num_attention_heads=4,
             max_position_embeddings=64)
whisper = dict(vocab_size=320, num_mel_bins=20, d_model=64, encoder_layers=2, decoder_layers=3, encoder_attention_heads=4,
               decoder_attention_heads=4, encoder_ffn_dim=176, decoder_ffn_dim=208, max_source_positions=50,
               max_target_positions=60, decoder_start_token_id=1, **NO_TOKENS)
mamba = dict(vocab_size=320, hidden_size=64, state_size=16, num_hidden_layers=2, **NO_TOKENS)
rwkv = dict(vocab_size=320, hidden_size=64, num_hidden_layers=2, **NO_TOKENS)
mamba2 = dict(mamba, head_dim=16, num_heads=8, n_groups=2, chunk_size=8)
text = dict(vocab_size=320, hidden_size=48, intermediate_size=144, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2)
clip_vision = dict(vision, model_type="clip_vision_model")
siglip_vision = dict(vision, model_type="siglip_vision_model", vision_use_head=False)
qwen_vision = dict(depth=2, num_heads=4, patch_size=8, spatial_merge_size=2, temporal_patch_size=2)
qwen_text = dict(text, rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 2, 2]})
t5 = dict(vocab_size=320, d_model=64, d_kv=24, d_ff=176, num_layers=2, num_decoder_layers=3, num_heads=4)

CASES = {
    "clip": ("clip", "CLIPModel", dict(both({}, {}), projection_dim=40), text_and_image),
    "clip heads": ("clip", "CLIPModel", dict(both(dict(num_attention_heads=8), dict(patch_size=8)), projection_dim=24),
                   text_and_image),
    "clip image": ("clip_vision_model", "CLIPVisionModel", vision, image),
    "siglip": ("siglip", "SiglipModel", both({}, dict(hidden_size=48)), text_and_image),
    "siglip intermediate": ("siglip", "SiglipModel", both(dict(intermediate_size=100), dict(hidden_size=48, intermediate_size=80)),
                            text_and_image),
    "siglip image": ("siglip_vision_model", "SiglipVisionModel", vision, image),
    "whisper": ("whisper", "WhisperForConditionalGeneration", whisper, sound),
    "whisper heads": ("whisper", "WhisperForConditionalGeneration", dict(whisper, decoder_attention_heads=8), sound),
    "whisper layers": ("whisper", "WhisperForConditionalGeneration",
                       dict(whisper, encoder_layers=3, decoder_layers=1, decoder_ffn_dim=100), sound),
    "t5": ("t5", "T5ForConditionalGeneration", t5, text_to_text),
    "t5 gated": ("t5", "T5ForConditionalGeneration", dict(t5, feed_forward_proj="gated-gelu"), text_to_text),
    "t5 untied": ("t5", "T5ForConditionalGeneration", dict(t5, tie_word_embeddings=False, num_heads=6), text_to_text),
    "llava": ("llava", "LlavaForConditionalGeneration",
              dict(vision_config=clip_vision, text_config=dict(text, model_type="llama"), image_token_index=319), image_in_text),
    "llava layer": ("llava", "LlavaForConditionalGeneration",
                    dict(vision_config=dict(clip_vision, intermediate_size=100), text_config=dict(text, model_type="llama"),
                         image_token_index=319, vision_feature_layer=-1, multimodal_projector_bias=False), image_in_text),
    "gemma3": ("gemma3", "Gemma3ForConditionalGeneration",
               dict(vision_config=siglip_vision, text_config=dict(text, model_type="gemma3_text", head_dim=12),
                    mm_tokens_per_image=9, image_token_index=319), image_in_text),
    "gemma3 head": ("gemma3", "Gemma3ForConditionalGeneration",
                    dict(vision_config=dict(siglip_vision, vision_use_head=True, image_size=96),
                         text_config=dict(text, model_type="gemma3_text", head_dim=12), mm_tokens_per_image=9,
                         image_token_index=319), image_in_text),
    "paligemma": ("paligemma", "PaliGemmaForConditionalGeneration",
                  dict(vision_config=dict(siglip_vision, projection_dim=48),
                       text_config=dict(text, model_type="gemma", head_dim=12), projection_dim=48, image_token_index=319),
                  image_in_text),
    "qwen2_vl": ("qwen2_vl", "Qwen2VLForConditionalGeneration",
                 dict(vision_config=dict(qwen_vision, embed_dim=64, hidden_size=48), text_config=qwen_text, image_token_id=319),
                 any_image_in_text),
    "qwen2_vl heads": ("qwen2_vl", "Qwen2VLForConditionalGeneration",
                       dict(vision_config=dict(qwen_vision, embed_dim=96, hidden_size=48, num_heads=6, mlp_ratio=3, depth=3),
                            text_config=dict(qwen_text, tie_word_embeddings=True), image_token_id=319), any_image_in_text),
    "qwen2_5_vl": ("qwen2_5_vl", "Qwen2_5_VLForConditionalGeneration",
                   dict(vision_config=dict(qwen_vision, hidden_size=64, out_hidden_size=48, intermediate_size=176,
                                           fullatt_block_indexes=[1], window_size=32), text_config=qwen_text, image_token_id=319),
                   any_image_in_text),
    "falcon_mamba": ("falcon_mamba", "FalconMambaForCausalLM", mamba, states),
    "falcon_mamba untied": ("falcon_mamba", "FalconMambaForCausalLM", dict(mamba, tie_word_embeddings=False, state_size=8), states),
    "dinov2 gated": ("dinov2", "Dinov2Model", dict(ratio, mlp_ratio=3, use_swiglu_ffn=True), image),
    "mamba": ("mamba", "MambaForCausalLM", mamba, states),
    "mamba state": ("mamba", "MambaForCausalLM", dict(mamba, state_size=8, time_step_rank=6, use_bias=True), states),
    "mamba width": ("mamba", "MambaForCausalLM", dict(mamba, expand=3, conv_kernel=3, tie_word_embeddings=False), states),
    "mamba2": ("mamba2", "Mamba2ForCausalLM", mamba2, states),
    "mamba2 groups": ("mamba2", "Mamba2ForCausalLM", dict(mamba2, n_groups=4, head_dim=32, num_heads=4), states),
    "rwkv": ("rwkv", "RwkvForCausalLM", rwkv, carried),
    "rwkv widths": ("rwkv", "RwkvForCausalLM",
                    dict(rwkv, intermediate_size=176, num_hidden_layers=3, tie_word_embeddings=True), carried),
    "mt5": ("mt5", "MT5ForConditionalGeneration", dict(t5, d_ff=144), text_to_text),
    "vit": ("vit", "ViTForImageClassification", dict(vision, num_labels=10), image),
    "vit states": ("vit", "ViTModel", vision, image),
    "vit heads": ("vit", "ViTModel", dict(vision, num_attention_heads=8), image),
    "vit patches": ("vit", "ViTForImageClassification", dict(vision, num_labels=7, patch_size=8, image_size=64), image),
    "vit intermediate": ("vit", "ViTModel", dict(vision, intermediate_size=208, qkv_bias=False), image),
    "deit": ("deit", "DeiTForImageClassificationWithTeacher", dict(vision, num_labels=10), image),
    "dinov2": ("dinov2", "Dinov2Model", dict(ratio, mlp_ratio=3), image),
    "dinov2 classes": ("dinov2", "Dinov2ForImageClassification", dict(ratio, mlp_ratio=4, num_labels=10), image),
}


# Models of text alone, of which there are GGUF files.
BARE = {"mamba", "mamba2", "falcon_mamba"}

# Attentions with a mask that hides what comes later, by the end of their modules' names.
CAUSAL = re.compile(r"(decoder\.layers\.\d+\.self_attn|decoder\.block\.\d+\.layer\.0\.SelfAttention"
                    r"|language_model\.layers\.\d+\.self_attn|CLIPModel\.text_model\.encoder\.layers\.\d+\.self_attn)$")


def batched(counts):
    return sum(count for op, count in counts.items() if str(op).startswith(("aten.bmm", "aten.baddbmm")))


def flops(run):
    """Operations of products with weights, of attention, and those of the latter that are causal, over all pairs."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        run()
    modules = counter.get_flop_counts()
    attention = batched(modules["Global"])
    convolution = modules["Global"].get(torch.ops.aten.convolution, 0)
    causal = sum(batched(counts) for name, counts in modules.items() if CAUSAL.search(name))
    weights = sum(modules["Global"].values()) - attention
    return {"weights": weights, "attention": attention, "causal": causal, "convolution": convolution}


def saved(model):
    """Names and shapes in the file that transformers writes."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        data = (Path(folder) / "model.safetensors").read_bytes()
        head = json.loads(data[8:8 + struct.unpack("<Q", data[:8])[0]])
        config = json.loads((Path(folder) / "config.json").read_text())
    return config, [[name, entry["shape"]] for name, entry in head.items() if name != "__metadata__"]


DROPPED = {"transformers_version", "label2id", "initializer_range", "attention_probs_dropout_prob", "hidden_dropout_prob",
           "attention_dropout", "dropout", "bos_token_id", "eos_token_id", "pad_token_id", "use_cache", "stage_names"}


def kept(config):
    """Fields that say something of the architecture, in the parts of a model too."""
    return {k: kept(v) if isinstance(v, dict) else v for k, v in config.items() if k not in DROPPED}


def measured(kind, cls, fields, runs):
    torch.manual_seed(0)
    config = AutoConfig.for_model(kind, **fields)
    config._attn_implementation = "eager"
    model = getattr(transformers, cls)._from_config(config, attn_implementation="eager").eval()
    stated, files = saved(model)
    result = {"config": kept(stated), "parameters": sum(p.numel() for p in model.parameters()), "files": files}
    tensors = [[name, list(tensor.shape)] for name, tensor in model.state_dict().items()]
    if gguf := kind in BARE and gguf_of(kind, model.config.to_dict(), tensors):
        result["gguf"] = gguf
    result["runs"] = {name: flops(run) for name, run in runs(model, model.config).items()}
    return result


if __name__ == "__main__":
    path = Path(sys.argv[1])
    known = json.loads(path.read_text())["models"] if path.exists() and len(sys.argv) > 2 else {}
    for name, (kind, cls, fields, runs) in CASES.items():
        if len(sys.argv) > 2 and sys.argv[2] not in name:
            continue
        known[name] = measured(kind, cls, fields, runs)
        print(name, known[name]["parameters"], known[name]["runs"])
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    text = json.dumps({"versions": versions, "tokens": TOKENS, "models": known}, separators=(",", ":"))
    path.write_text(text)
