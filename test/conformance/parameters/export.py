"""Exports the architectures by both exporters of torch and notes how many parameters torch counts.

usage: python export.py FOLDER [NAME]...
Writes FOLDER/NAME.EXPORTER.onnx with the weights beside it, and FOLDER/torch.json.

`parameters` is the sum over module.parameters(), shared ones once. `reached` is the sum over those that a gradient of the
outputs reaches: what forward() never uses is in no exported graph. Batch normalisation stays a node of its own
(TrainingMode.PRESERVE, optimize=False), since folding it into a convolution makes other numbers of its parameters.
"""

import json
import sys
import warnings
from datetime import date
from pathlib import Path

import onnx
import torch

from architectures import CASES

warnings.filterwarnings("ignore")
torch.backends.mha.set_fastpath_enabled(False)


def tensors_of(value):
    if isinstance(value, torch.Tensor):
        return [value] if value.is_floating_point() and value.requires_grad else []
    if isinstance(value, dict):
        value = value.values()
    return [tensor for item in value for tensor in tensors_of(item)] if hasattr(value, "__iter__") else []


def reached(model, inputs):
    """Elements of the parameters that the outputs depend on."""
    for parameter in model.parameters():
        parameter.requires_grad_(True)
        parameter.grad = None
    sum(tensor.double().sum() for tensor in tensors_of(model(*inputs))).backward()
    return sum(parameter.numel() for parameter in model.parameters() if parameter.grad is not None)


def distinct(model):
    """Numbers of their own for every tensor: exporters merge equal ones, such as fresh biases."""
    with torch.no_grad():
        for tensor in (*model.parameters(), *(b for b in model.buffers() if b.is_floating_point() and b.dim() == 1)):
            tensor.uniform_(0.5, 1.5)


def axes(inputs, dynamo):
    """The length of the words is free, so that tables of positions stay whole."""
    free = torch.export.Dim.DYNAMIC if dynamo else "sequence"
    return [{1: free} if tensor.dtype == torch.int64 else {} for tensor in inputs]


def has_batch_norm(model):
    return any(isinstance(part, torch.nn.modules.batchnorm._BatchNorm) for part in model.modules())


def export(model, inputs, path, dynamo, is_free):
    names = [f"input{index}" for index in range(len(inputs))]
    settings = {"dynamo": dynamo, "input_names": names, "verbose": False}
    if dynamo:
        settings.update(external_data=True, optimize=not has_batch_norm(model))
        if is_free:
            settings["dynamic_shapes"] = (tuple(axes(inputs, True)),) if model.__class__.__name__ == "Named" else tuple(axes(inputs, True))
    else:
        settings.update(training=torch.onnx.TrainingMode.PRESERVE, opset_version=17)
        if is_free:
            settings["dynamic_axes"] = dict(zip(names, axes(inputs, False)))
    with torch.no_grad():
        torch.onnx.export(model, inputs, str(path), **settings)
    if not dynamo:
        whole = onnx.load(str(path))
        onnx.save(whole, str(path), save_as_external_data=True, location=f"{path.name}.data", size_threshold=1024)


def exported(model, inputs, path, dynamo):
    """What became of an export: free or fixed lengths, or why there is none."""
    reason = "no input of words"
    for is_free in (True, False):
        if is_free and not any(tensor.dtype == torch.int64 for tensor in inputs):
            continue
        try:
            export(model, inputs, path, dynamo, is_free)
            path.with_name(f"{path.name}.data").unlink(missing_ok=True)
            return "free lengths" if is_free else "fixed sizes"
        except Exception as error:
            path.unlink(missing_ok=True)
            reason = f"{type(error).__name__}: {str(error)[:120]}"
    return reason


def count(name, folder):
    torch.manual_seed(1)
    model, inputs = CASES[name]()
    model.eval()
    model(*inputs)
    distinct(model)
    entry = {"parameters": sum(p.numel() for p in model.parameters()), "buffers": sum(b.numel() for b in model.buffers())}
    entry["reached"] = reached(model, inputs)
    entry["exporters"] = {}
    for exporter in ("dynamo", "torchscript"):
        path = folder / f"{name}.{exporter}.onnx"
        entry["exporters"][exporter] = exported(model, inputs, path, exporter == "dynamo")
    return entry


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    store = folder / "torch.json"
    known = json.loads(store.read_text()) if store.exists() else {}
    models = known.get("models", {})
    for name in sys.argv[2:] or [name for name in CASES if name not in models]:
        try:
            models[name] = count(name, folder)
            print(name, models[name], flush=True)
        except Exception as error:
            print(name, "NOT BUILT", type(error).__name__, str(error)[:300], flush=True)
            continue
        import timm, torchvision, transformers, onnxscript

        versions = {m.__name__: m.__version__ for m in (torch, transformers, timm, torchvision, onnx, onnxscript)}
        store.write_text(json.dumps({"date": str(date.today()), "versions": versions, "models": models}, indent=1))


main()
