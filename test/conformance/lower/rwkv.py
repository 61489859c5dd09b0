"""Parameters, tensors and operations of small RWKV-6 and RWKV-7 models, as torch counts them.

    python rwkv.py rwkv.json

No package runs them on a processor, so the equations of both papers are written out here, token by token, on random weights
(RWKV-6: arXiv 2404.05892, section 4; RWKV-7: arXiv 2503.14456, section 4). The sizes of weights are those of the
papers' appendices on parameters, for RWKV-7 also of flash-linear-attention's model; names come from the table of the `gguf`
package. Products with weights are matrix products (mm), those with the state are batched ones (bmm); outer products of keys and
values are no products of the counter.
"""

import json
import sys
from importlib.metadata import version

import gguf
import torch
from torch.nn.functional import group_norm, layer_norm, normalize, relu, sigmoid, silu
from torch.utils.flop_counter import FlopCounterMode

TOKENS = 24


def sizes6(d, inner, rank, decay, size):
    heads = d // size
    shares = {f"lerp_{part}": (d,) for part in "xwkvrg"}
    return {**shares, "w1": (5 * rank, d), "w2": (5, d, rank), "decay": (d,), "decay_w1": (decay, d), "decay_w2": (d, decay),
            "first": (heads, size), "receptance": (d, d), "key": (d, d), "value": (d, d), "gate": (d, d), "output": (d, d),
            "ln": (d,), "ln.bias": (d,), "ffn_lerp_k": (d,), "ffn_lerp_r": (d,), "ffn_key": (inner, d), "ffn_value": (d, inner),
            "ffn_receptance": (d, d)}


def sizes7(d, inner, ranks, size):
    low = {f"{part}{i}": shape for part, rank in ranks.items() for i, shape in ((1, (rank, d)), (2, (d, rank)))}
    return {"lerp_fused": (6, d), **low, "w0": (d,), "a0": (d,), "v0": (d,), "k_k": (d,), "k_a": (d,), "r_k": (d,),
            "receptance": (d, d), "key": (d, d), "value": (d, d), "output": (d, d), "ln": (d,), "ln.bias": (d,),
            "ffn_lerp_k": (d,), "ffn_key": (inner, d), "ffn_value": (d, inner)}


def named(name):
    """The gguf package's name for a tensor of a layer, with its ending."""
    base, _, part = name.partition(".")
    base = "channel_mix_" + base[4:] if base.startswith("ffn_") else "time_mix_" + base
    tensor = getattr(gguf.MODEL_TENSOR, base.upper())
    return f"{gguf.TENSOR_NAMES[tensor]}.{part or 'weight'}"


def mm(weight, row):
    return torch.mm(weight, row[:, None])[:, 0]


def mix6(p, x, before, state, size):
    d = x.shape[0]
    heads, step = d // size, before - x
    narrow = torch.tanh(mm(p["w1"], x + step * p["lerp_x"])).view(5, -1)
    w, k, v, r, g = (x + step * (p[f"lerp_{part}"] + mm(p["w2"][i], narrow[i])) for i, part in enumerate("wkvrg"))
    decay = torch.exp(-torch.exp(mm(p["decay_w2"], torch.tanh(mm(p["decay_w1"], w))) + p["decay"])).view(heads, size, 1)
    r, k, v = mm(p["receptance"], r).view(heads, 1, size), mm(p["key"], k).view(heads, size, 1), mm(p["value"], v).view(heads, 1, size)
    outer = k * v
    out = torch.bmm(r, p["first"].view(heads, size, 1) * outer + state).view(d)
    state = outer + decay * state
    out = group_norm(out[None], heads, p["ln"], p["ln.bias"], 64e-5)[0] * silu(mm(p["gate"], g))
    return mm(p["output"], out), state


def mix7(p, x, before, state, size, first):
    d = x.shape[0]
    heads, step = d // size, before - x
    r, w, k, v, a, g = (x + step * share for share in p["lerp_fused"])
    low = lambda part, row: mm(p[f"{part}2"], row)
    decay = torch.exp(-0.606531 * sigmoid(low("w", torch.tanh(mm(p["w1"], w))) + p["w0"])).view(heads, 1, size)
    r, k, value = mm(p["receptance"], r), mm(p["key"], k), mm(p["value"], v)
    if first is None:
        first = value
    else:
        value = value + (first - value) * sigmoid(low("v", mm(p["v1"], v)) + p["v0"])
    rate = sigmoid(low("a", mm(p["a1"], a)) + p["a0"])
    gate = low("g", sigmoid(mm(p["g1"], g)))
    direction = normalize((k * p["k_k"]).view(heads, size), dim=-1)
    k = k * (1 + (rate - 1) * p["k_a"])
    removed = torch.bmm(state, -direction.view(heads, size, 1))
    state = state * decay + removed * (direction * rate.view(heads, size)).view(heads, 1, size)
    state = state + value.view(heads, size, 1) * k.view(heads, 1, size)
    out = torch.bmm(state, r.view(heads, size, 1)).view(d)
    out = group_norm(out[None], heads, p["ln"], p["ln.bias"], 64e-5)[0]
    own = (r * k * p["r_k"]).view(heads, size).sum(-1, keepdim=True) * value.view(heads, size)
    return mm(p["output"], (out + own.view(d)) * gate), state, first


def channel(p, x, before):
    step = before - x
    out = mm(p["ffn_value"], relu(mm(p["ffn_key"], x + step * p["ffn_lerp_k"])) ** 2)
    if "ffn_receptance" in p:
        out = sigmoid(mm(p["ffn_receptance"], x + step * p["ffn_lerp_r"])) * out
    return out


def run(kind, layers, vocabulary, d, size, tokens):
    """A run over so many tokens, one after the other, as a decode step does; the head is run for each, as servers of prompts may."""
    states = [torch.zeros(d // size, size, size) for _ in layers]
    pasts = [[torch.zeros(d), torch.zeros(d)] for _ in layers]
    head = torch.randn(vocabulary, d)
    for _ in range(tokens):
        x, first = torch.randn(d), None
        for i, p in enumerate(layers):
            row = layer_norm(x, (d,))
            if kind == "rwkv6":
                out, states[i] = mix6(p, row, pasts[i][0], states[i], size)
            else:
                out, states[i], first = mix7(p, row, pasts[i][0], states[i], size, first)
            pasts[i][0], x = row, x + out
            row = layer_norm(x, (d,))
            out = channel(p, row, pasts[i][1])
            pasts[i][1], x = row, x + out
        mm(head, layer_norm(x, (d,)))


def counted(kind, layers, vocabulary, d, size, tokens):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        run(kind, layers, vocabulary, d, size, tokens)
    counts = counter.get_flop_counts()["Global"]
    state = sum(count for op, count in counts.items() if str(op).startswith("aten.bmm"))
    return {"weights": sum(counts.values()) - state, "attention": state, "causal": 0, "convolution": 0}


def measured(kind, vocabulary, d, inner, count, size, ranks, fused=False):
    shapes = sizes6(d, inner, *ranks, size) if kind == "rwkv6" else sizes7(d, inner, ranks, size)
    layers = [{name: torch.randn(shape) / 10 for name, shape in shapes.items()} for _ in range(count)]
    arch = gguf.MODEL_ARCH[kind.upper()]
    tensors = [[f"{name}.{part}", [d]] for name in ("token_embd_norm", "output_norm") for part in ("weight", "bias")]
    tensors += [["token_embd.weight", [vocabulary, d]], ["output.weight", [vocabulary, d]]]
    for i in range(count):
        tensors += [[f"blk.{i}.{norm}.{part}", [d]] for norm in ("attn_norm", "attn_norm_2") for part in ("weight", "bias")]
        for name, shape in shapes.items():
            if fused and name in {f"lerp_{part}" for part in "wkvrg"}:
                continue
            # As llama.cpp's converter writes them: shares of all mixtures with axes of 1.
            stored = [shape[0], 1, 1, d] if name == "lerp_fused" else list(shape)
            # The first layer's v stand there for nothing: copies of a, which has a shape of its own.
            if i == 0 and name in ("v1", "v2"):
                stored = list(shapes[name.replace("v", "a")])
            tensors.append([named(name).format(bid=i), stored])
        if fused:
            tensors.append([f"blk.{i}.time_mix_lerp_fused.weight", [5, 1, 1, d]])
    values = {"block_count": count, "embedding_length": d, "feed_forward_length": inner, "attention.head_count": 0,
              "wkv.head_size": size, "attention.layer_norm_epsilon": 1e-5}
    runs = {name: counted(kind, layers, vocabulary, d, size, n) for name, n in (("prefill", TOKENS), ("decode", 1))}
    return {"gguf": {"architecture": gguf.MODEL_ARCH_NAMES[arch], "values": values, "tensors": tensors}, "runs": runs}


low7 = {"w": 16, "a": 12, "v": 8, "g": 24}
CASES = {
    "rwkv6": ("rwkv6", 320, 128, 448, 2, 32, (8, 16)),
    "rwkv6 fused": ("rwkv6", 320, 96, 336, 3, 16, (4, 8), True),
    "rwkv7": ("rwkv7", 320, 128, 512, 2, 32, low7),
    "rwkv7 heads": ("rwkv7", 256, 128, 352, 3, 16, dict(low7, w=8, g=40)),
}

if __name__ == "__main__":
    models = {name: measured(*case) for name, case in CASES.items()}
    for name, known in models.items():
        print(name, known["runs"])
    versions = {"torch": torch.__version__, "gguf": version("gguf")}
    with open(sys.argv[1], "w") as file:
        json.dump({"versions": versions, "tokens": TOKENS, "models": models}, file, separators=(",", ":"))
