"""Asks aiconfigurator 0.12.0 (pip), which reads tables of measured kernels, for one step of each split.

    python aiconfigurator.py CONFIGURATIONS OUT.json

CONFIGURATIONS is a folder of folders with a config.json each. Of 32 sequences decoded behind 2,048 tokens, and of 8 prompts of 2,048
tokens, each copy gets its part. Weights, caches and products are in bfloat16.
"""

import itertools
import json
import logging
import sys

from aiconfigurator.cli.api import cli_estimate

SYSTEMS = {"h100_sxm": 8, "a100_sxm": 8, "l40s": 1}
MODELS = ("llama-3-8b", "llama-3-70b", "qwen3-32b", "mixtral-8x7b")
PHASES = {"decode": ("static_gen", 32, 2), "prefill": ("static_ctx", 8, 1)}


def step(folder, system, model, phase, split):
    mode, batch, answer = PHASES[phase]
    tp, pp, dp = split
    types = ("gemm", "kvcache", "fmha", "moe")
    experts = {"moe_tp_size": tp, "moe_ep_size": 1} if model.startswith("mixtral") else {}
    found = cli_estimate(
        model_path=f"{folder}/{model}",
        system_name=system,
        mode=mode,
        backend_name="trtllm",
        batch_size=batch // dp,
        isl=2048,
        osl=answer,
        tp_size=tp,
        pp_size=pp,
        **{f"{one}_quant_mode": "bfloat16" for one in types},
        **experts,
    )
    seconds = found.tpot if phase == "decode" else found.ttft
    return {"milliseconds": round(seconds, 3), "gibibytes": round(float(found.memory), 2)}


def main(folder, out):
    logging.disable(logging.CRITICAL)
    rows = []
    for (system, count), model, phase in itertools.product(SYSTEMS.items(), MODELS, PHASES):
        for tp, pp in itertools.product((1, 2, 4, 8), repeat=2):
            dp = count // (tp * pp)
            if tp * pp * dp != count or dp > PHASES[phase][1]:
                continue
            row = {"system": system, "model": model, "phase": phase, "split": [tp, pp, dp]}
            try:
                rows.append({**row, **step(folder, system, model, phase, (tp, pp, dp))})
            except Exception as error:  # What the tables do not have.
                print(row, error, file=sys.stderr)
    with open(out, "w") as file:
        json.dump({"tool": "aiconfigurator 0.12.0, trtllm 1.3.0rc20", "rows": rows}, file)


main(*sys.argv[1:])
