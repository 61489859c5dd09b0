"""Builds the graphs of models.json: with random weights that are then left out, so that a graph is a small file.

    python graphs.py [--folder FOLDER] [--again] [ID...]

FOLDER is SILICONLENS_GRAPHS or else .cache/graphs of the repository. Graphs that are there are kept unless --again.
The properties of each graph have the parameters and multiply-accumulates that torch counts.
"""

import argparse
import gc
import io
import json
import os
import pathlib
import time
import warnings

import onnx
import onnx_ir as ir
import onnxscript.optimizer
import torch
from torch.utils.flop_counter import FlopCounterMode

from architectures import sources, split

HERE = pathlib.Path(__file__).parent
DEFAULT_FOLDER = HERE.parents[2] / ".cache" / "graphs"
OPSET = 18
LARGEST_KEPT = 64  # elements; a larger tensor keeps its type and shape alone
LARGEST_KEPT_INTEGERS = 16384  # indices, which may decide shapes


def without_weights(model: ir.Model) -> ir.Model:
    """Large tensors become data of a file that is nowhere."""
    for graph in model.graphs():
        for value in graph.initializers.values():
            if is_weight(value.const_value):
                value.const_value = absent(value.const_value, value.name)
        for node in graph:
            kept = node.attributes.get("value") if node.op_type == "Constant" else None
            if kept is not None and kept.type == ir.AttributeType.TENSOR and is_weight(kept.value):
                node.attributes["value"] = ir.AttrTensor("value", absent(kept.value, node.outputs[0].name))
    return model


def is_weight(tensor) -> bool:
    return tensor.size > (LARGEST_KEPT_INTEGERS if tensor.dtype.is_integer() else LARGEST_KEPT)


def absent(tensor, name: str) -> ir.ExternalTensor:
    return ir.ExternalTensor("weights", 0, tensor.nbytes, tensor.dtype, shape=tensor.shape, name=name)


def export(module, inputs: dict, fold: bool, trace: bool) -> onnx.ModelProto:
    """The graph with `batch`, and `sequence` of two-dimensional inputs, open, by the exporter that writes it without
    arithmetic on shapes: tracing does for most convolutional networks, in a fraction of the time."""
    traced = by_tracing(module, inputs, fold) if trace else None
    if traced is None or any(node.op_type == "Shape" for node in traced.graph):
        traced = split.unbound(by_export(module, inputs, fold))
    return ir.to_proto(without_weights(without_traces(traced)))


def by_tracing(module, inputs: dict, fold: bool) -> ir.Model:
    file = io.BytesIO()
    mode = torch.onnx.TrainingMode.EVAL if fold else torch.onnx.TrainingMode.PRESERVE
    names = list(inputs)
    torch.onnx.export(
        module,
        tuple(inputs.values()),
        file,
        dynamo=False,
        opset_version=OPSET,
        training=mode,
        input_names=names,
        output_names=["output"],
        dynamic_axes={name: {0: "batch"} for name in [*names, "output"]},
    )
    model = ir.from_proto(onnx.load_from_string(file.getvalue()))
    ir.passes.common.IdentityEliminationPass()(model)
    return model


def by_export(module, inputs: dict, fold: bool) -> ir.Model:
    names = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence")}
    shapes = {name: {0: names[0]} if value.dim() > 2 else names for name, value in inputs.items()}
    program = torch.onnx.export(
        module, (), kwargs=inputs, dynamic_shapes=shapes, dynamo=True, opset_version=OPSET, optimize=fold, verbose=False
    )
    if not fold:  # what else `optimize` does: constants, and nothing that is fused
        onnxscript.optimizer.optimize_ir(program.model)
    return program.model


def without_traces(model: ir.Model) -> ir.Model:
    """Leaves out the lines of Python that each node came from."""
    for graph in model.graphs():
        for node in graph:
            node.metadata_props.clear()
            node.doc_string = None
    return model


def counts(module, inputs: dict, device: str) -> dict:
    """What torch counts at batch 1 and sequence 128, for the properties of the graph; `meta` loses the weights."""
    one = {
        name: torch.zeros((1, 128) if value.dim() == 2 else (1, *value.shape[1:]), dtype=value.dtype, device=device)
        for name, value in inputs.items()
        if name != "attention_mask"  # multiplies nothing, and is looked into
    }
    parameters = sum(value.numel() for value in module.parameters())
    try:
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            module.to(device)(**one)
    except RuntimeError as error:  # a model that looks into its numbers
        print(f"  not counted: {error}", flush=True)
        return {"torch.parameters": str(parameters)}
    return {"torch.parameters": str(parameters), "torch.macs": str(counter.get_total_flops() // 2)}


def make(entry: dict, folder: pathlib.Path) -> None:
    """Writes the graph of one entry."""
    if entry["from"] == "config":
        (folder / entry["id"]).mkdir(exist_ok=True)
        (folder / entry["id"] / "config.json").write_text(sources.config(entry["name"]))
        return
    module, inputs = sources.module(entry)
    module.eval().requires_grad_(False)
    fold = entry.get("normalization") != "kept"
    model = export(module, inputs, fold, trace=entry["from"] != "transformers")
    onnx.helper.set_model_props(model, counts(module, inputs, sources.counted_on(entry)))
    part = folder / f"{entry['id']}.onnx.part"  # readers see whole files alone
    part.write_bytes(model.SerializeToString())
    part.rename(folder / f"{entry['id']}.onnx")


def present(entry: dict, folder: pathlib.Path) -> bool:
    return (folder / f"{entry['id']}.onnx").exists() or (folder / entry["id"] / "config.json").exists()


def wanted(entries: list, ids: list, again: bool, folder: pathlib.Path) -> list:
    named = [e for e in entries if "noGraph" not in e and (not ids or e["id"] in ids)]
    return [e for e in named if again or not present(e, folder)]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("ids", nargs="*")
    options.add_argument("--folder", default=os.environ.get("SILICONLENS_GRAPHS", DEFAULT_FOLDER), type=pathlib.Path)
    options.add_argument("--again", action="store_true")
    chosen = options.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    entries = json.loads((HERE / "models.json").read_text())["models"]
    failed = 0
    for entry in wanted(entries, chosen.ids, chosen.again, chosen.folder):
        start = time.time()
        torch.manual_seed(0)
        try:
            make(entry, chosen.folder)
            print(f"{entry['id']}: {time.time() - start:.0f} s", flush=True)
        except Exception as error:  # one model that cannot be built does not stop the others
            failed += 1
            print(f"{entry['id']}: FAILED {type(error).__name__}: {str(error)[:400]}", flush=True)
        gc.collect()
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
