"""The models of torch_counts.py with one field of their configuration changed, as torch counts them.

    python torch_variations.py variations.json

Heads, heads of keys, tied embeddings, the width of the feed-forward, experts for each token and the window, where a model has
such a field and transformers makes a model of the change.
"""

import json
import sys

from torch_counts import CASES, ENCODERS, PREFILL, kept, measured

CHANGES = {
    "heads": (("num_attention_heads", "n_head", "n_heads"), lambda value: value // 2),
    "key heads": (("num_key_value_heads",), lambda value: value // 2),
    "tied": (("tie_word_embeddings",), lambda value: not value),
    "intermediate": (("intermediate_size", "ffn_dim", "hidden_dim", "n_inner"), lambda value: (value or 512) + 64),
    "experts": (("num_experts_per_tok",), lambda value: value + 1),
    "window": (("sliding_window",), lambda value: 12),
}


def variations():
    from transformers import AutoConfig

    for name, (kind, fields) in CASES.items():
        if name != kind:
            continue
        config = AutoConfig.for_model(kind, **fields).to_dict()
        for change, (names, made) in CHANGES.items():
            field = next((one for one in names if one in config), None)
            if field is None or (change == "tied" and kind in ENCODERS):
                continue
            if change == "window" and not config[field]:
                continue
            if change == "experts" and not config[field]:
                continue
            changed = {field: made(config[field])}
            # Where each head has keys of its own, it keeps them.
            if change == "heads" and config.get("num_key_value_heads") == config[field]:
                changed["num_key_value_heads"] = changed[field]
            yield f"{name} {change}", kind, dict(fields, **changed)


if __name__ == "__main__":
    models = {}
    for name, kind, fields in variations():
        try:
            result = measured(kind, fields)
        except Exception as error:  # noqa: BLE001
            print("FAILED", name, repr(error)[:200], file=sys.stderr)
            continue
        del result["tensors"]
        result["config"] = kept(result["config"])
        models[name] = result
        print(name, result["parameters"], result["prefill"])
    with open(sys.argv[1], "w") as file:
        json.dump({"prefill": PREFILL, "models": models}, file, separators=(",", ":"))
