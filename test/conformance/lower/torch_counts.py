"""Parameters and operations of small models of transformers, as torch counts them.

    python torch_counts.py torch.json

Each model has random weights and is made from a configuration alone. Operations are those of torch.utils.flop_counter for
a run over PREFILL tokens and for one more token behind them, batch 1, with attention written out, so that its products
stand apart ("attention", over all pairs of queries and keys) from those with weights ("weights").
"""

import json
import sys
from importlib.metadata import version

import torch
import transformers
from gguf_tables import gguf_of
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

PREFILL = 24

small = dict(vocab_size=320, hidden_size=128, intermediate_size=352, num_hidden_layers=2, num_attention_heads=8,
             num_key_value_heads=4, max_position_embeddings=256)
moe = dict(small, num_experts=8, num_experts_per_tok=2, moe_intermediate_size=96)

latent = dict(small, num_key_value_heads=8, kv_lora_rank=32, qk_nope_head_dim=16, qk_rope_head_dim=8, v_head_dim=16,
              moe_intermediate_size=64, n_routed_experts=8, num_experts_per_tok=2, n_shared_experts=1, first_k_dense_replace=1)

CASES = {
    "llama": ("llama", small),
    "llama heads": ("llama", dict(small, num_attention_heads=16, head_dim=16)),
    "llama key heads": ("llama", dict(small, num_key_value_heads=1)),
    "llama tied": ("llama", dict(small, tie_word_embeddings=True)),
    "llama intermediate": ("llama", dict(small, intermediate_size=416)),
    "llama biases": ("llama", dict(small, attention_bias=True, mlp_bias=True)),
    "mistral": ("mistral", dict(small, sliding_window=None)),
    "mistral window": ("mistral", dict(small, sliding_window=8)),
    "mixtral": ("mixtral", dict(small, num_local_experts=8, num_experts_per_tok=2)),
    "mixtral experts": ("mixtral", dict(small, num_local_experts=4, num_experts_per_tok=3)),
    "qwen2": ("qwen2", dict(small, tie_word_embeddings=True)),
    "qwen2_moe": ("qwen2_moe", dict(moe, shared_expert_intermediate_size=160)),
    "qwen3": ("qwen3", dict(small, head_dim=32)),
    "qwen3_moe": ("qwen3_moe", dict(moe, head_dim=32)),
    "gemma": ("gemma", dict(small, head_dim=32)),
    "gemma2": ("gemma2", dict(small, head_dim=32, sliding_window=8)),
    "gemma3_text": ("gemma3_text", dict(small, head_dim=32, sliding_window=8, num_hidden_layers=7)),
    "phi": ("phi", dict(small, num_key_value_heads=8)),
    "phi3": ("phi3", dict(small, pad_token_id=0)),
    "gpt_oss": ("gpt_oss", dict(small, head_dim=32, num_local_experts=8, num_experts_per_tok=2, sliding_window=8)),
    "deepseek_v2": ("deepseek_v2", dict(latent, q_lora_rank=None)),
    "deepseek_v3": ("deepseek_v3", dict(latent, q_lora_rank=48, n_group=2, topk_group=1)),
    "cohere": ("cohere", small),
    "cohere norms": ("cohere", dict(small, use_qk_norm=True)),
    "cohere2": ("cohere2", dict(small, sliding_window=8, num_hidden_layers=4)),
    "falcon": ("falcon", dict(vocab_size=320, hidden_size=128, num_hidden_layers=2, num_attention_heads=8, multi_query=True,
                              parallel_attn=True, new_decoder_architecture=False, bias=False)),
    "falcon two norms": ("falcon", dict(vocab_size=320, hidden_size=128, num_hidden_layers=2, num_attention_heads=8,
                                        num_kv_heads=4, new_decoder_architecture=True, parallel_attn=True, bias=False)),
    "stablelm": ("stablelm", dict(small)),
    "stablelm parallel": ("stablelm", dict(small, use_parallel_residual=True, qk_layernorm=True)),
    "gpt2": ("gpt2", dict(vocab_size=320, n_embd=128, n_layer=2, n_head=8, n_positions=256)),
    "gpt_neox": ("gpt_neox", dict(vocab_size=320, hidden_size=128, intermediate_size=352, num_hidden_layers=2,
                                  num_attention_heads=8)),
    "starcoder2": ("starcoder2", dict(small)),
    "olmo2": ("olmo2", dict(small)),
    "granite": ("granite", dict(small)),
    "smollm3": ("smollm3", dict(small, pad_token_id=0)),
    "opt": ("opt", dict(vocab_size=320, hidden_size=128, word_embed_proj_dim=128, ffn_dim=352, num_hidden_layers=2,
                        num_attention_heads=8, max_position_embeddings=256)),
    "bloom": ("bloom", dict(vocab_size=320, hidden_size=128, n_layer=2, n_head=8)),
    "bert": ("bert", dict(small)),
    "roberta": ("roberta", dict(small, max_position_embeddings=258)),
    "distilbert": ("distilbert", dict(vocab_size=320, dim=128, hidden_dim=352, n_layers=2, n_heads=8,
                                      max_position_embeddings=256)),
}
ENCODERS = {"bert", "roberta", "distilbert"}


def flops(run):
    with FlopCounterMode(display=False) as counter:
        run()
    counts = counter.get_flop_counts()["Global"]
    attention = sum(count for op, count in counts.items() if str(op).startswith("aten.bmm") or str(op).startswith("aten.baddbmm"))
    return {"weights": sum(counts.values()) - attention, "attention": attention}


def measured(kind, fields):
    torch.manual_seed(0)
    config = AutoConfig.for_model(kind, **fields)
    config._attn_implementation = "eager"
    if hasattr(config, "_experts_implementation"):
        config._experts_implementation = "eager"
    maker = AutoModel if kind in ENCODERS else AutoModelForCausalLM
    model = maker.from_config(config).eval()
    result = {"type": kind, "config": {**config.to_dict()}, "parameters": sum(p.numel() for p in model.parameters())}
    tokens = torch.randint(3, 300, (1, PREFILL))
    with torch.no_grad():
        if kind in ENCODERS:
            result["prefill"] = flops(lambda: model(input_ids=tokens))
        else:
            first = {}
            result["prefill"] = flops(lambda: first.update(out=model(input_ids=tokens, use_cache=True)))
            past = first["out"].past_key_values
            result["decode"] = flops(lambda: model(input_ids=tokens[:, :1], past_key_values=past, use_cache=True))
    result["tensors"] = [[name, list(tensor.shape)] for name, tensor in model.state_dict().items()]
    return result


def kept(config):
    """Fields that say something of the architecture; transformers adds dozens of others."""
    dropped = {"transformers_version", "id2label", "label2id", "architectures", "chunk_size_feed_forward", "problem_type",
               "return_dict", "output_hidden_states", "output_attentions", "is_encoder_decoder", "_name_or_path", "use_cache",
               "initializer_range", "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "summary_type"}
    return {k: v for k, v in config.items() if k not in dropped and v is not None}


if __name__ == "__main__":
    models = {}
    for name, (kind, fields) in CASES.items():
        if len(sys.argv) > 2 and sys.argv[2] not in name:
            continue
        try:
            result = measured(kind, fields)
        except Exception as error:  # noqa: BLE001
            print("FAILED", name, repr(error)[:300], file=sys.stderr)
            continue
        gguf = gguf_of(kind, result["config"], result["tensors"])
        if gguf:
            result["gguf"] = gguf
        result["config"] = kept(result["config"])
        models[name] = result
        print(name, result["parameters"], result["prefill"], result.get("decode"))
    versions = {"torch": torch.__version__, "transformers": transformers.__version__, "gguf": version("gguf")}
    with open(sys.argv[1], "w") as file:
        json.dump({"versions": versions, "prefill": PREFILL, "models": models}, file, indent=None, separators=(",", ":"))
