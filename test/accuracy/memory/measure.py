"""Measures how the memory of a process that runs ONNX Runtime grows from one batch to a larger one, and writes it as rows
of onnxruntime.json. What does not grow (code, weights) cancels. Needs Linux, onnx and onnxruntime.

  python test/accuracy/memory/measure.py resnet50 batch=1 batch=16

live: the most at one time without an arena; first: held after the first run with it; steady: after the third. Inputs are
there before, so they are not counted. Weights are random: the models of test/fixtures/models have none."""
import gzip
import json
import os
import subprocess
import sys
import tempfile

FOLDER = "test/fixtures/models"
TYPES = {"tensor(float)": "float32", "tensor(int64)": "int64", "tensor(bool)": "bool"}


def filled(name, folder):
    import numpy as np
    import onnx

    path = os.path.join(FOLDER, name + ".onnx")
    data = open(path, "rb").read() if os.path.exists(path) else gzip.open(path + ".gz").read()
    model = onnx.load_model_from_string(data)
    random = np.random.default_rng(0)
    for tensor in model.graph.initializer:
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            continue
        dtype = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type))
        numbers = random.standard_normal(int(np.prod(tensor.dims))) * 0.02 if dtype.kind == "f" else np.zeros(tensor.dims)
        tensor.ClearField("external_data")
        tensor.data_location = onnx.TensorProto.DEFAULT
        tensor.raw_data = numbers.astype(dtype).tobytes()
    out = os.path.join(folder, "model.onnx")
    onnx.save(model, out, save_as_external_data=True, location="model.bin")
    return out


def status(key):
    for line in open("/proc/self/status"):
        if line.startswith(key):
            return int(line.split()[1]) * 1024


def run(path, sizes, arena):
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = options.enable_mem_pattern = arena
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feeds = {
        i.name: np.ones([d if isinstance(d, int) else sizes[d] for d in i.shape], TYPES[i.type])
        for i in session.get_inputs()
    }
    before = status("VmRSS")
    open("/proc/self/clear_refs", "w").write("5")
    session.run(None, feeds)
    result = {"live": status("VmHWM") - before, "first": status("VmRSS") - before}
    for _ in range(2):
        session.run(None, feeds)
    print(json.dumps({**result, "steady": status("VmRSS") - before}))


def child(path, sizes, arena):
    # Small thresholds: what is freed goes back to the operating system at once.
    env = dict(os.environ, MALLOC_MMAP_THRESHOLD_="65536", MALLOC_TRIM_THRESHOLD_="65536", MALLOC_ARENA_MAX="1")
    command = [sys.executable, __file__, "--run", path, json.dumps(sizes), str(int(arena))]
    return json.loads(subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout)


def main(name, small, large):
    sizes = [{k: int(v) for k, v in (pair.split("=") for pair in text.split(","))} for text in (small, large)]
    with tempfile.TemporaryDirectory() as folder:
        path = filled(name, folder)
        live = [child(path, one, False)["live"] for one in sizes]
        held = [child(path, one, True) for one in sizes]
    grown = {key: held[1][key] - held[0][key] for key in ("first", "steady")}
    print(json.dumps({"model": name, "from": sizes[0], "to": sizes[1], "live": live[1] - live[0], **grown}))


if sys.argv[1] == "--run":
    run(sys.argv[2], json.loads(sys.argv[3]), sys.argv[4] == "1")
else:
    main(*sys.argv[1:4])
