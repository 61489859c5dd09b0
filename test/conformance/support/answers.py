"""Writes answers/RUNTIME.json.gz: which nodes a runtime itself takes, of the probes and of the models of test/fixtures.

    python answers.py qnn FOLDER          (pip install onnxruntime-qnn==2.7.0 onnxruntime==1.32.0 onnx numpy)
    python answers.py openvino FOLDER     (pip install openvino==2026.4.1 onnx numpy)

FOLDER has the models of test/fixtures with weights, as ../../fixtures/refill.py writes them. No device is needed: QNN's compiler for the
HTP backend runs on x86-64, and OpenVINO is asked about the CPU. An answer has, of the probes, the names of those that are not
taken, and of each model the places of the nodes that are and that are not; nodes that the runtime folded or merged before are in
neither. `apart` are probes that could not be judged, with what the runtime said. Sizes that a model leaves open are the numbers of its case.

A process of its own asks about each part: a model that ends it counts as not judged.
"""

import base64
import datetime
import gzip
import json
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

import onnx

import probes

HERE = Path(__file__).resolve().parent


def sizes_of(path):
    """Sizes that a fixture's file leaves open, with the numbers that the answers about kernels have in their place."""
    packed = HERE.parent / "kernels" / "answers" / f"{path.stem}.json.gz"
    return json.loads(gzip.decompress(packed.read_bytes()))["sizes"] if packed.exists() else SIZES


def ask_qnn(path, sizes):
    """Names of nodes that QNN takes and that it leaves to the CPU."""
    import onnxruntime
    import onnxruntime_qnn

    name = onnxruntime_qnn.get_ep_name()
    try:
        onnxruntime.register_execution_provider_library(name, onnxruntime_qnn.get_library_path())
    except onnxruntime.capi.onnxruntime_pybind11_state.Fail:
        pass  # It is there already.
    devices = [device for device in onnxruntime.get_ep_devices() if device.ep_name == name]
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    for dimension, size in sizes.items():
        options.add_free_dimension_override_by_name(dimension, size)
    backend = {"backend_path": onnxruntime_qnn.get_qnn_htp_path(), "htp_arch": "75", "soc_model": "57"}
    precision = {"enable_htp_fp16_precision": "1", "offload_graph_io_quantization": "0"}
    options.add_provider_for_devices(devices, backend | precision)
    session = onnxruntime.InferenceSession(str(path), options)
    taken, left = [], []
    for part in session.get_provider_graph_assignment_info():
        (taken if part.ep_name == name else left).extend(node.name for node in part.get_nodes())
    return taken, left


def ask_openvino(path, sizes):
    """Names of nodes that OpenVINO takes and that it does not; what its front end cannot convert is not taken."""
    import openvino

    core = openvino.Core()
    names = [node.name for node in onnx.load(str(path), load_external_data=False).graph.node]
    try:
        model = core.read_model(path)
    except RuntimeError as error:
        if len(names) != 1:
            raise
        print(Path(path).stem, str(error).splitlines()[-1][:200])
        return [], names
    if sizes:
        shapes = {
            port.any_name: [sizes.get(dim, dim) if isinstance(dim, str) else dim for dim in shape]
            for port, shape in zip(model.inputs, [shape_of(i) for i in onnx.load(str(path), load_external_data=False).graph.input])
        }
        model.reshape(shapes)
    known = core.query_model(model, "CPU")
    refused = {op.get_friendly_name().split("/")[0] if len(names) == 1 else op.get_friendly_name() for op in model.get_ordered_ops() if op.get_type_name() not in ("Parameter", "Result") and op.get_friendly_name() not in known}
    left = [name for name in names if name in refused] if len(names) > 1 else (names if refused else [])
    return [name for name in names if name not in left], left


def shape_of(value):
    return [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]


# Seconds for all that is left, after which the model at hand counts as not judged.
PATIENCE = 600
# For models without such answers.
SIZES = {"batch": 1, "sequence": 16, "past": 16, "past + sequence": 32}
ASK = {"qnn": ask_qnn, "openvino": ask_openvino}
VERSIONS = {"qnn": ("onnxruntime-qnn", "onnxruntime"), "openvino": ("openvino",)}


def judge(runtime, questions, out):
    """Answers questions (name, path, sizes) one after another, each written as soon as it is known."""
    with open(out, "a") as file:
        for name, path, sizes in questions:
            file.write(json.dumps([name, None]) + "\n")
            file.flush()
            try:
                answer = ASK[runtime](path, sizes)
            except Exception as error:  # noqa: BLE001  What a runtime throws says that it was not judged.
                answer = str(error)[:120]
            file.write(json.dumps([name, answer]) + "\n")
            file.flush()


def ask_all(runtime, questions):
    out = tempfile.mktemp()
    answers = {}
    while left := [one for one in questions if one[0] not in answers]:
        process = multiprocessing.Process(target=judge, args=(runtime, left, out))
        process.start()
        process.join(PATIENCE)
        process.kill()
        process.join()
        for line in open(out):
            name, answer = json.loads(line)
            answers[name] = "the process ended" if answer is None else answer
    os.remove(out)
    return answers


def places(names, model):
    """Places in the file of nodes by their name; of names that stand twice none."""
    at = {}
    for index, node in enumerate(model.graph.node):
        at[node.name] = None if node.name in at or not node.name else index
    return sorted({at[name] for name in names if at.get(name) is not None})


def main(runtime, folder):
    from importlib.metadata import version

    with tempfile.TemporaryDirectory() as scratch:
        questions = []
        for probe in probes.all_probes():
            path = Path(scratch) / f"{probe.name}.onnx"
            onnx.save(probe.model(), path)
            questions.append((probe.name, str(path), {}))
        packed = {name: base64.b64encode(Path(path).read_bytes()).decode() for name, path, _ in questions}
        questions.extend((f"model {path.stem}", str(path), sizes_of(path)) for path in sorted(folder.glob("*.onnx")))
        answers = ask_all(runtime, questions)
    refused, apart, models = [], {}, {}
    for name, path, sizes in questions:
        answer = answers[name]
        if name.startswith("model "):
            if isinstance(answer, str):
                print(name, answer)
                continue
            model = onnx.load(path, load_external_data=False)
            models[name[6:]] = {"sizes": sizes, "chip": places(answer[0], model), "host": places(answer[1], model)}
        elif isinstance(answer, str):
            apart[name] = answer
        elif not answer[0]:
            (refused.append(name) if answer[1] else apart.update({name: "folded"}))
    made = {name: version(name) for name in VERSIONS[runtime]} | {"date": str(datetime.date.today())}
    write(f"answers/{runtime}", {"made": made, "refused": refused, "apart": apart, "models": models})
    write("probes", packed)


def write(name, content):
    path = HERE / f"{name}.json.gz"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps(content).encode(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
