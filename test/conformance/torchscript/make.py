"""Writes test/fixtures/torchscript/: what torch.jit.save makes of small models with random weights.

    python make.py OUT      (torch 2.13, transformers 5.24)

Of each model NAME.pt.gz, traced, and of some NAME-script.pt.gz, scripted, without the bytes of weights (which are zeros, and deflate away);
in counts.json.gz the number of parameters, the operations that torch.utils.flop_counter counts while it runs, the shape of the result, and
the sizes of the example.
"""

import gzip
import io
import json
import os
import sys
import zipfile

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "pt2"))
import make as programs

SCRIPTED = ("cnn", "resnet", "mobilenet", "unet", "lstm")


def without_weights(data):
    """The archive, deflated, with zeros in the place of weights and without what debuggers read."""
    source = zipfile.ZipFile(io.BytesIO(data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            if entry.filename.endswith(".debug_pkl"):
                continue
            content = source.read(entry)
            folder = entry.filename.split("/")[1]
            if folder in ("data", "traced_inputs"):
                content = bytes(len(content))
            target.writestr(zipfile.ZipInfo(entry.filename), content)
    return out.getvalue()


def write(out, name, module):
    file = io.BytesIO()
    torch.jit.save(module, file)
    with gzip.GzipFile(os.path.join(out, name + ".pt.gz"), "wb", mtime=0) as target:
        target.write(without_weights(file.getvalue()))


def main(out):
    torch.backends.mha.set_fastpath_enabled(False)
    counts = {}
    for name, model, example in programs.models():
        model = model.eval()
        plain = torch.backends.mkldnn.flags(enabled=False)
        with FlopCounterMode(display=False) as counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH), plain:
            result = model(example)
        with torch.no_grad():
            write(out, name, torch.jit.trace(model, (example,), check_trace=False))
        one = {
            "parameters": sum(p.numel() for p in model.parameters()),
            "operations": counter.get_total_flops(),
            "result": list(result.shape),
            "example": list(example.shape),
        }
        counts[name] = one
        if name in SCRIPTED:
            write(out, name + "-script", torch.jit.script(model))
            counts[name + "-script"] = one
        print(name, one, flush=True)
    with gzip.GzipFile(os.path.join(out, "counts.json.gz"), "wb", mtime=0) as target:
        target.write(json.dumps(counts, separators=(",", ":")).encode())


if __name__ == "__main__":
    main(sys.argv[1])
