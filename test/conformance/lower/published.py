"""Parameters of published configurations, as transformers builds them without memory for weights.

    python published.py published.json
"""

import json
import sys

import torch
import transformers
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM


def llama(hidden, inner, layers, heads, kv, vocab, **more):
    return dict(model_type="llama", hidden_size=hidden, intermediate_size=inner, num_hidden_layers=layers,
                num_attention_heads=heads, num_key_value_heads=kv, vocab_size=vocab, torch_dtype="bfloat16", **more)


def qwen(kind, hidden, inner, layers, heads, kv, tied, **more):
    return dict(llama(hidden, inner, layers, heads, kv, 151936), model_type=kind, tie_word_embeddings=tied, **more)


CONFIGURATIONS = {
    "Llama-2-7b": llama(4096, 11008, 32, 32, 32, 32000),
    "Llama-2-13b": llama(5120, 13824, 40, 40, 40, 32000),
    "Llama-2-70b": llama(8192, 28672, 80, 64, 8, 32000),
    "Llama-3.1-8B": llama(4096, 14336, 32, 32, 8, 128256),
    "Llama-3.1-70B": llama(8192, 28672, 80, 64, 8, 128256),
    "Llama-3.1-405B": llama(16384, 53248, 126, 128, 8, 128256),
    "Llama-3.2-1B": llama(2048, 8192, 16, 32, 8, 128256, tie_word_embeddings=True, head_dim=64),
    "Llama-3.2-3B": llama(3072, 8192, 28, 24, 8, 128256, tie_word_embeddings=True, head_dim=128),
    "TinyLlama-1.1B": llama(2048, 5632, 22, 32, 4, 32000),
    "SmolLM2-135M": llama(576, 1536, 30, 9, 3, 49152, tie_word_embeddings=True),
    "Mistral-7B-v0.3": dict(llama(4096, 14336, 32, 32, 8, 32768), model_type="mistral", sliding_window=None),
    "Mistral-Nemo-12B": dict(llama(5120, 14336, 40, 32, 8, 131072, head_dim=128), model_type="mistral", sliding_window=None),
    "Mixtral-8x7B": dict(llama(4096, 14336, 32, 32, 8, 32000), model_type="mixtral", num_local_experts=8,
                         num_experts_per_tok=2, sliding_window=None),
    "Mixtral-8x22B": dict(llama(6144, 16384, 56, 48, 8, 32768), model_type="mixtral", num_local_experts=8,
                          num_experts_per_tok=2, sliding_window=None),
    "Qwen2.5-0.5B": qwen("qwen2", 896, 4864, 24, 14, 2, True),
    "Qwen2.5-1.5B": qwen("qwen2", 1536, 8960, 28, 12, 2, True),
    "Qwen2.5-7B": dict(qwen("qwen2", 3584, 18944, 28, 28, 4, False), vocab_size=152064),
    "Qwen2.5-32B": dict(qwen("qwen2", 5120, 27648, 64, 40, 8, False), vocab_size=152064),
    "Qwen2.5-72B": dict(qwen("qwen2", 8192, 29568, 80, 64, 8, False), vocab_size=152064),
    "Qwen3-0.6B": qwen("qwen3", 1024, 3072, 28, 16, 8, True, head_dim=128),
    "Qwen3-4B": qwen("qwen3", 2560, 9728, 36, 32, 8, True, head_dim=128),
    "Qwen3-8B": qwen("qwen3", 4096, 12288, 36, 32, 8, False, head_dim=128),
    "Qwen3-32B": qwen("qwen3", 5120, 25600, 64, 64, 8, False, head_dim=128),
    "Qwen3-30B-A3B": qwen("qwen3_moe", 2048, 6144, 48, 32, 4, False, head_dim=128, num_experts=128,
                          num_experts_per_tok=8, moe_intermediate_size=768),
    "Qwen3-235B-A22B": qwen("qwen3_moe", 4096, 12288, 94, 64, 4, False, head_dim=128, num_experts=128,
                            num_experts_per_tok=8, moe_intermediate_size=1536),
    "gemma-2-2b": dict(llama(2304, 9216, 26, 8, 4, 256000, head_dim=256), model_type="gemma2", sliding_window=4096),
    "gemma-2-9b": dict(llama(3584, 14336, 42, 16, 8, 256000, head_dim=256), model_type="gemma2", sliding_window=4096),
    "gemma-2-27b": dict(llama(4608, 36864, 46, 32, 16, 256000, head_dim=128), model_type="gemma2", sliding_window=4096),
    "gemma-3-1b": dict(llama(1152, 6912, 26, 4, 1, 262144, head_dim=256), model_type="gemma3_text", sliding_window=512,
                       sliding_window_pattern=6),
    "Phi-3-mini-4k": dict(llama(3072, 8192, 32, 32, 32, 32064), model_type="phi3", sliding_window=None, pad_token_id=0),
    "Phi-4-mini": dict(llama(3072, 8192, 32, 24, 8, 200064, tie_word_embeddings=True), model_type="phi3",
                       sliding_window=None, pad_token_id=0),
    "phi-2": dict(llama(2560, 10240, 32, 32, 32, 51200), model_type="phi"),
    "falcon-7b": dict(model_type="falcon", hidden_size=4544, num_hidden_layers=32, num_attention_heads=71, vocab_size=65024,
                      multi_query=True, parallel_attn=True, new_decoder_architecture=False, bias=False,
                      torch_dtype="bfloat16"),
    "gpt2": dict(model_type="gpt2", n_embd=768, n_layer=12, n_head=12, n_positions=1024, vocab_size=50257),
    "gpt2-xl": dict(model_type="gpt2", n_embd=1600, n_layer=48, n_head=25, n_positions=1024, vocab_size=50257),
    "stablelm-2-1_6b": dict(llama(2048, 5632, 24, 32, 32, 100352), model_type="stablelm", use_qkv_bias=True),
    "c4ai-command-r-v01": dict(llama(8192, 22528, 40, 64, 64, 256000), model_type="cohere", pad_token_id=0),
    "gpt-oss-20b": dict(llama(2880, 2880, 24, 64, 8, 201088, head_dim=64), model_type="gpt_oss", num_local_experts=32,
                        num_experts_per_tok=4, sliding_window=128),
    "gpt-oss-120b": dict(llama(2880, 2880, 36, 64, 8, 201088, head_dim=64), model_type="gpt_oss", num_local_experts=128,
                         num_experts_per_tok=4, sliding_window=128),
    "DeepSeek-V2-Lite": dict(llama(2048, 10944, 27, 16, 16, 102400), model_type="deepseek_v2", q_lora_rank=None,
                             kv_lora_rank=512, qk_nope_head_dim=128, qk_rope_head_dim=64, v_head_dim=128,
                             n_routed_experts=64, num_experts_per_tok=6, n_shared_experts=2, moe_intermediate_size=1408,
                             first_k_dense_replace=1),
    "DeepSeek-V3": dict(llama(7168, 18432, 61, 128, 128, 129280), model_type="deepseek_v3", q_lora_rank=1536,
                        kv_lora_rank=512, qk_nope_head_dim=128, qk_rope_head_dim=64, v_head_dim=128,
                        n_routed_experts=256, num_experts_per_tok=8, n_shared_experts=1, moe_intermediate_size=2048,
                        first_k_dense_replace=3),
    "bert-base-uncased": dict(model_type="bert", hidden_size=768, intermediate_size=3072, num_hidden_layers=12,
                              num_attention_heads=12, vocab_size=30522),
    "roberta-base": dict(model_type="roberta", hidden_size=768, intermediate_size=3072, num_hidden_layers=12,
                         num_attention_heads=12, vocab_size=50265, max_position_embeddings=514),
    "vit-base-patch16-224": dict(model_type="vit", architectures=["ViTForImageClassification"], num_labels=1000),
    "vit-large-patch16-224": dict(model_type="vit", architectures=["ViTForImageClassification"], num_labels=1000,
                                  hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16),
    "deit-base-distilled-patch16-224": dict(model_type="deit", architectures=["DeiTForImageClassificationWithTeacher"],
                                            num_labels=1000),
    "dinov2-base": dict(model_type="dinov2", architectures=["Dinov2Model"], image_size=518),
    "clip-vit-base-patch32": dict(model_type="clip", architectures=["CLIPModel"], projection_dim=512,
                                  text_config=dict(model_type="clip_text_model"), vision_config=dict(model_type="clip_vision_model")),
    "clip-vit-large-patch14": dict(
        model_type="clip", architectures=["CLIPModel"], projection_dim=768,
        text_config=dict(model_type="clip_text_model", hidden_size=768, intermediate_size=3072, num_attention_heads=12),
        vision_config=dict(model_type="clip_vision_model", hidden_size=1024, intermediate_size=4096, num_hidden_layers=24,
                           num_attention_heads=16, patch_size=14)),
    "siglip-base-patch16-224": dict(model_type="siglip", architectures=["SiglipModel"],
                                    text_config=dict(model_type="siglip_text_model", vocab_size=32000),
                                    vision_config=dict(model_type="siglip_vision_model")),
    "whisper-tiny": dict(model_type="whisper", architectures=["WhisperForConditionalGeneration"]),
    "whisper-large-v3": dict(model_type="whisper", architectures=["WhisperForConditionalGeneration"], d_model=1280,
                             encoder_layers=32, decoder_layers=32, encoder_attention_heads=20, decoder_attention_heads=20,
                             encoder_ffn_dim=5120, decoder_ffn_dim=5120, num_mel_bins=128, vocab_size=51866),
    "t5-small": dict(model_type="t5", architectures=["T5ForConditionalGeneration"], d_ff=2048, d_kv=64, d_model=512,
                     num_layers=6, num_heads=8, vocab_size=32128),
    "mamba-130m-hf": dict(model_type="mamba", architectures=["MambaForCausalLM"], hidden_size=768, num_hidden_layers=24,
                          vocab_size=50280, state_size=16, time_step_rank=48),
    "mamba-2.8b-hf": dict(model_type="mamba", architectures=["MambaForCausalLM"], hidden_size=2560, num_hidden_layers=64,
                          vocab_size=50280, state_size=16, time_step_rank=160),
    "Mamba-Codestral-7B": dict(model_type="mamba2", architectures=["Mamba2ForCausalLM"], hidden_size=4096,
                               num_hidden_layers=64, num_heads=128, head_dim=64, n_groups=8, state_size=128,
                               vocab_size=32768, tie_word_embeddings=False),
    "llava-1.5-7b-hf": dict(
        model_type="llava", architectures=["LlavaForConditionalGeneration"], image_token_index=32000,
        text_config=dict(model_type="llama", vocab_size=32064),
        vision_config=dict(model_type="clip_vision_model", hidden_size=1024, intermediate_size=4096, image_size=336,
                           num_attention_heads=16, num_hidden_layers=24, patch_size=14)),
    "gemma-3-4b-it": dict(
        model_type="gemma3", architectures=["Gemma3ForConditionalGeneration"], mm_tokens_per_image=256,
        text_config=dict(model_type="gemma3_text", hidden_size=2560, intermediate_size=10240, num_hidden_layers=34,
                         sliding_window=1024),
        vision_config=dict(model_type="siglip_vision_model", hidden_size=1152, image_size=896, intermediate_size=4304,
                           num_attention_heads=16, num_hidden_layers=27, patch_size=14, vision_use_head=False)),
    "falcon-mamba-7b": dict(model_type="falcon_mamba", architectures=["FalconMambaForCausalLM"], hidden_size=4096,
                            num_hidden_layers=64, state_size=16, vocab_size=65024, expand=2, time_step_rank=256,
                            tie_word_embeddings=False),
    "dinov2-giant": dict(model_type="dinov2", architectures=["Dinov2Model"], hidden_size=1536, num_hidden_layers=40,
                         num_attention_heads=24, mlp_ratio=4, image_size=518, patch_size=14, use_swiglu_ffn=True),
    "Qwen2-VL-7B-Instruct": dict(
        model_type="qwen2_vl", architectures=["Qwen2VLForConditionalGeneration"], tie_word_embeddings=False,
        text_config=dict(model_type="qwen2_vl_text", hidden_size=3584, intermediate_size=18944, num_hidden_layers=28,
                         num_attention_heads=28, num_key_value_heads=4, vocab_size=152064),
        vision_config=dict(depth=32, embed_dim=1280, hidden_size=3584, mlp_ratio=4, num_heads=16)),
    "Qwen2.5-VL-7B-Instruct": dict(
        model_type="qwen2_5_vl", architectures=["Qwen2_5_VLForConditionalGeneration"], tie_word_embeddings=False,
        text_config=dict(model_type="qwen2_5_vl_text", hidden_size=3584, intermediate_size=18944, num_hidden_layers=28,
                         num_attention_heads=28, num_key_value_heads=4, vocab_size=152064),
        vision_config=dict(depth=32, hidden_size=1280, out_hidden_size=3584, intermediate_size=3420, num_heads=16)),
    "distilbert-base": dict(model_type="distilbert", dim=768, hidden_dim=3072, n_layers=6, n_heads=12, vocab_size=30522),
}
ENCODERS = {"bert", "roberta", "distilbert", "vit", "deit", "dinov2", "clip", "siglip", "whisper", "t5", "mamba", "mamba2", "llava", "gemma3",
            "falcon_mamba", "qwen2_vl", "qwen2_5_vl"}


def cache_bytes(c):
    """Bytes of one token, by hand; null where windows make it differ from position to position, or nothing is kept."""
    if c["model_type"] in ENCODERS or c.get("sliding_window"):
        return None
    layers = c.get("num_hidden_layers") or c["n_layer"]
    if c.get("kv_lora_rank"):
        return layers * (c["kv_lora_rank"] + c["qk_rope_head_dim"]) * 2
    heads = c.get("num_attention_heads") or c["n_head"]
    kv = 1 if c.get("multi_query") else c.get("num_key_value_heads", heads)
    size = c.get("head_dim") or (c.get("hidden_size") or c["n_embd"]) // heads
    return layers * 2 * kv * size * (2 if "torch_dtype" in c else 4)


if __name__ == "__main__":
    models = []
    # As DeepSeek-V3 with one more layer, which is what each further predicted token takes beside norms and a product.
    CONFIGURATIONS["DeepSeek-V3 with a layer more"] = dict(CONFIGURATIONS["DeepSeek-V3"], num_hidden_layers=62)
    for name, fields in CONFIGURATIONS.items():
        known = {k: v for k, v in fields.items() if k not in ("model_type", "torch_dtype")}
        config = AutoConfig.for_model(fields["model_type"], **known)
        maker = AutoModel if fields["model_type"] in ENCODERS else AutoModelForCausalLM
        with torch.device("meta"):
            named = fields.get("architectures")
            model = getattr(transformers, named[0])._from_config(config) if named else maker.from_config(config)
        count = sum(p.numel() for p in model.parameters())
        print(name, f"{count:,}")
        models.append(dict(name=name, configuration=fields, parameters=count, cacheBytes=cache_bytes(fields)))
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    with open(sys.argv[1], "w") as file:
        json.dump({"versions": versions, "models": models}, file, indent=1)
