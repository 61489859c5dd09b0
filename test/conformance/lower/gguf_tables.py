"""What a GGUF file of a transformers model holds: names by the `gguf` package's own table, keys as llama.cpp writes them."""

import gguf

ARCHITECTURES = {
    "llama": "LLAMA", "mistral": "LLAMA", "mixtral": "LLAMA", "qwen2": "QWEN2", "qwen2_moe": "QWEN2MOE", "qwen3": "QWEN3",
    "qwen3_moe": "QWEN3MOE", "gemma": "GEMMA", "gemma2": "GEMMA2", "gemma3_text": "GEMMA3", "phi": "PHI2", "phi3": "PHI3",
    "gpt_oss": "GPT_OSS", "deepseek_v2": "DEEPSEEK2", "deepseek_v3": "DEEPSEEK2", "cohere": "COMMAND_R", "falcon": "FALCON",
    "stablelm": "STABLELM", "gpt2": "GPT2", "gpt_neox": "GPTNEOX", "starcoder2": "STARCODER2", "olmo2": "OLMO2",
    "granite": "GRANITE", "smollm3": "SMOLLM3", "bert": "BERT", "mamba": "MAMBA",
    "mamba2": "MAMBA2", "falcon_mamba": "MAMBA",
}
RMS = {"falcon", "gpt2", "gpt_neox", "phi", "starcoder2", "stablelm", "cohere", "bert"}


def gguf_of(kind, config, tensors):
    if kind not in ARCHITECTURES:
        return None
    arch = gguf.MODEL_ARCH[ARCHITECTURES[kind]]
    layers = config.get("num_hidden_layers") or config.get("n_layer")
    names = gguf.get_tensor_name_map(arch, layers)
    result = []
    tied = config.get("tie_word_embeddings", True)
    for name, dims in tensors:
        for part, shape in parts_of(kind, name, dims, config):
            if skipped(part) or (part == "lm_head.weight" and tied):
                continue
            found = names.get_name(part, try_suffixes=(".weight", ".bias"))
            if found is None:
                raise ValueError(f"{kind}: {part}")
            result.append([found, shape])
    return {"architecture": gguf.MODEL_ARCH_NAMES[arch], "values": values_of(kind, config, layers), "tensors": result}


def skipped(name):
    return name.endswith(("masked_bias", "rotary_emb.inv_freq", "position_ids", ".attn.bias")) or "pooler" in name


def parts_of(kind, name, dims, config):
    """Experts are stored apart in checkpoints, which llama.cpp stacks by kind."""
    if "experts.gate_up_proj" in name:
        biased = name.endswith("_bias")
        count = dims[0]
        inner = (dims[-1] if kind == "gpt_oss" else dims[1]) // 2
        hidden = config["hidden_size"]
        shape = [count, inner] if biased else [count, inner, hidden]
        suffix = ".bias" if biased else ".weight"
        base = name[: name.index("experts.")]
        return [[base + "experts." + part + suffix, shape] for part in ("gate_proj", "up_proj")]
    if "experts.down_proj" in name:
        biased = name.endswith("_bias")
        base = name[: name.index("experts.")]
        shape = dims if biased or kind != "gpt_oss" else [dims[0], dims[2], dims[1]]
        return [[base + "experts.down_proj" + (".bias" if biased else ".weight"), shape]]
    if kind == "gpt2" and len(dims) == 2 and ".h." in name:
        return [[name, dims[::-1]]]
    if name.endswith("self_attn.kv_b_proj.weight"):
        heads, plain, value, rank = (config[k] for k in
                                     ("num_attention_heads", "qk_nope_head_dim", "v_head_dim", "kv_lora_rank"))
        return [[name.replace("kv_b_proj", "k_b_proj"), [heads, rank, plain]],
                [name.replace("kv_b_proj", "v_b_proj"), [heads, value, rank]]]
    if "_layernorm.norms." in name:
        head, number = name.split(".norms.")
        heads = config["num_attention_heads" if "q_layernorm" in name else "num_key_value_heads"]
        return [[head + ".weight", [heads, dims[0]]]] if number == "0.weight" else []
    if ".mixer." in name:
        return mixer_parts(kind, name, dims, config)
    if name.endswith("e_score_correction_bias"):
        return [[name.replace("e_score_correction_bias", "e_score_correction.bias"), dims]]
    if name.endswith("self_attn.sinks"):
        return [[name + ".weight", dims]]
    return [[name, dims]]


def mixer_parts(kind, name, dims, config):
    """As MambaModel and Mamba2Model of llama.cpp's converter write them: kernels without an axis of 1, groups of the norm apart."""
    if name.endswith("conv1d.weight"):
        return [[name, [dims[0], dims[2]]]]
    if kind != "mamba2":
        return [[name, dims]]
    if name.endswith((".A_log", ".D")):
        return [[name, [*dims, 1]]]
    if name.endswith("norm.weight"):
        return [[name, [config["n_groups"], dims[0] // config["n_groups"]]]]
    return [[name.replace(".dt_bias", ".dt_proj.bias"), dims]]


def scan_values(kind, config, layers):
    """Source: the same converters, set_gguf_parameters."""
    hidden, heads = config["hidden_size"], config.get("num_heads")
    inner = config["expand"] * hidden
    values = {
        "block_count": layers, "embedding_length": hidden, "feed_forward_length": 0, "attention.head_count": 0,
        "ssm.conv_kernel": config["conv_kernel"], "ssm.inner_size": inner, "ssm.state_size": config["state_size"],
        "ssm.time_step_rank": heads if kind == "mamba2" else config["time_step_rank"],
        "attention.layer_norm_rms_epsilon": config["layer_norm_epsilon"],
    }
    if kind == "mamba2":
        values["ssm.group_count"] = config["n_groups"]
    else:
        values["ssm.dt_b_c_rms"] = kind == "falcon_mamba"
    return values


def values_of(kind, config, layers):
    if "conv_kernel" in config:
        return scan_values(kind, config, layers)
    get = lambda *keys: next((config[k] for k in keys if config.get(k) is not None), None)
    hidden, heads = get("hidden_size", "n_embd"), get("num_attention_heads", "n_head")
    values = {
        "block_count": layers,
        "embedding_length": hidden,
        "feed_forward_length": get("intermediate_size", "n_inner", "ffn_hidden_size") or 4 * hidden,
        "attention.head_count": heads,
    }
    kv = get("num_key_value_heads", "num_kv_heads")
    if kind == "falcon" and config["multi_query"] and not config["new_decoder_architecture"]:
        kv = 1
    if kv is not None:
        values["attention.head_count_kv"] = kv
    norm = "layer_norm_epsilon" if kind in RMS else "layer_norm_rms_epsilon"
    values["attention." + norm] = get("rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon", "norm_epsilon") or 1e-5
    if get("head_dim") and kind not in ("mixtral", "cohere"):
        values["attention.key_length"] = values["attention.value_length"] = get("head_dim")
    if get("sliding_window") and kind in ("gemma2", "gemma3_text", "gpt_oss"):
        values["attention.sliding_window"] = config["sliding_window"]
    if get("num_local_experts", "num_experts", "n_routed_experts"):
        values["expert_count"] = get("num_local_experts", "num_experts", "n_routed_experts")
        values["expert_used_count"] = get("num_experts_per_tok")
    if kind == "gpt_oss":
        values["expert_feed_forward_length"] = config["intermediate_size"]
    elif get("moe_intermediate_size"):
        values["expert_feed_forward_length"] = config["moe_intermediate_size"]
    if get("shared_expert_intermediate_size"):
        values["expert_shared_feed_forward_length"] = config["shared_expert_intermediate_size"]
    if kind == "gpt_neox":
        values["use_parallel_residual"] = config["use_parallel_residual"]
    if kind.startswith("deepseek"):
        rank, rotated, plain, value = (config[k] for k in
                                       ("kv_lora_rank", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim"))
        values.update({
            "attention.head_count_kv": 1, "attention.kv_lora_rank": rank, "rope.dimension_count": rotated,
            "attention.key_length": rank + rotated, "attention.value_length": rank,
            "attention.key_length_mla": plain + rotated, "attention.value_length_mla": value,
            "expert_shared_count": config["n_shared_experts"],
        })
    return values
