"""Measures fixtures and single operators with ONNX Runtime on the CPU of this machine.

usage: python ort_cpu.py FOLDER_OF_REFILLED_FIXTURES OUT_FOLDER CHIP_ID [--runs 30] [--threads 2] [--only models|operators]

FOLDER is what test/fixtures/refill.py wrote. Writes into OUT_FOLDER:
  machine.json   processor, versions, date, threads, copy bandwidth and the noise floor (see below)
  models.csv     model, bindings label, seconds (minimum and median of the runs, profiling off)
  kernels.csv    the nodes of the graph that ONNX Runtime ran: operator, outputs, seconds (minimum and median, profiled)
  gemm.csv       FP32 matrix products by size, weights constant (ONNX Runtime packs them)
  operators.csv  other operators by size
The noise floor is the median over models of (median - minimum) / minimum.
"""

import argparse
import csv
import json
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def options(threads, profile=None, optimized=None):
    chosen = onnxruntime.SessionOptions()
    chosen.intra_op_num_threads = threads
    chosen.inter_op_num_threads = 1
    chosen.log_severity_level = 3
    chosen.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    if profile:
        chosen.enable_profiling = True
        chosen.profile_file_prefix = str(profile)
    if optimized:
        chosen.optimized_model_filepath = str(optimized)
        # A protobuf file ends at 2 GiB, so weights go beside it.
        chosen.add_session_config_entry("session.optimized_model_external_initializers_file_name", "optimized.data")
        chosen.add_session_config_entry("session.optimized_model_external_initializers_min_size_in_bytes", "1024")
    return chosen


def timed(run, runs, limit_seconds=20):
    """(minimum, median) seconds of at least `runs` runs after two warm-ups; fewer when they would take too long."""
    for _ in range(2):
        run()
    times, begin = [], time.perf_counter()
    while len(times) < runs and (len(times) < 5 or time.perf_counter() - begin < limit_seconds):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times), statistics.median(times), len(times)


def kernel_times(path, values, threads, runs, scratch):
    """Per node of the optimised graph: operator, name, outputs, minimum and median seconds."""
    optimized = scratch / "optimized.onnx"
    session = onnxruntime.InferenceSession(
        str(path), options(threads, scratch / "profile", optimized), providers=["CPUExecutionProvider"]
    )
    outputs = {}
    for index, node in enumerate(onnx.load(str(optimized), load_external_data=False).graph.node):
        outputs[node.name or f"{node.op_type}_{index}"] = (node.op_type, [o for o in node.output if o])
    for _ in range(runs + 2):
        session.run(None, values)
    events = json.loads(Path(session.end_profiling()).read_text())
    times = {}
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
            times.setdefault(event["name"][: -len("_kernel_time")], []).append(event["dur"] * 1e-6)
    for name, all_runs in times.items():
        if name in outputs:
            kept = all_runs[2:]
            yield outputs[name][0], name, outputs[name][1], min(kept), statistics.median(kept)


def measure_models(folder, out, chip, arguments):
    sys.path.insert(0, str(FIXTURES))
    from cases import select
    from refill import feeds

    models = open_table(out / "models.csv", ["chip", "model", "bindings", "threads", "runs", "seconds", "median_seconds"])
    kernels = open_table(
        out / "kernels.csv", ["chip", "model", "bindings", "threads", "operator", "node", "outputs", "seconds", "median_seconds"]
    )
    noise = []
    for case in select([]):
        path = folder / f"{case.name}.onnx"
        for label, bindings in case.bindings.items():
            session = onnxruntime.InferenceSession(
                str(path), options(arguments.threads), providers=["CPUExecutionProvider"]
            )
            wanted = {i.name for i in session.get_inputs()}
            values = {name: value for name, value in feeds(case, bindings).items() if name in wanted}
            low, middle, runs = timed(lambda: session.run(None, values), arguments.runs)
            noise.append((middle - low) / low)
            models.writerow([chip, case.name, label, arguments.threads, runs, f"{low:.6e}", f"{middle:.6e}"])
            del session
            with tempfile.TemporaryDirectory() as scratch:
                rows = kernel_times(path, values, arguments.threads, min(runs, arguments.runs), Path(scratch))
                for operator, node, names, fastest, usual in rows:
                    kernels.writerow(
                        [chip, case.name, label, arguments.threads, operator, node, " ".join(names), f"{fastest:.6e}", f"{usual:.6e}"]
                    )
            print(f"{case.name} {label}: {low * 1e3:.2f} ms (median {middle * 1e3:.2f}, {runs} runs)", flush=True)
    return statistics.median(noise)


def single(operator, inputs, constants=(), attributes=None, opset=20):
    """A model of one operator; every input and output has the dtype of its array."""
    given = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in inputs]
    fixed = [numpy_helper.from_array(a, n) for n, a in constants]
    names = [n for n, _ in inputs] + [n for n, _ in constants]
    node = helper.make_node(operator, names, ["y"], **(attributes or {}))
    graph = helper.make_graph([node], "g", given, [onnx.ValueInfoProto(name="y")], fixed)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    return onnx.shape_inference.infer_shapes(model)


def run_single(model, inputs, arguments):
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options(arguments.threads), providers=["CPUExecutionProvider"]
    )
    values = dict(inputs)
    return timed(lambda: session.run(None, values), arguments.runs, limit_seconds=2)[:2]


def random(*shape):
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def measure_operators(out, chip, arguments):
    gemm = open_table(out / "gemm.csv", ["chip", "dtype", "m", "n", "k", "threads", "seconds", "median_seconds"])
    for n, k in ((768, 768), (3072, 768), (768, 3072), (2048, 2048), (64, 512), (1000, 2048), (8192, 2048), (257, 129)):
        for m in (1, 4, 16, 49, 128, 512, 1024):
            a, b = [("a", random(m, k))], [("b", random(k, n))]
            low, middle = run_single(single("MatMul", a, b), a, arguments)
            gemm.writerow([chip, "fp32", m, n, k, arguments.threads, f"{low:.6e}", f"{middle:.6e}"])
    table = open_table(out / "operators.csv", ["chip", "op", "dtype", "rows", "cols", "threads", "seconds", "median_seconds"])
    scalars = {"Relu": {}, "Sigmoid": {}, "Tanh": {}, "Exp": {}, "Erf": {}, "Sqrt": {}, "Softmax": {"axis": -1}, "Gelu": {}}
    for rows, cols in ((1, 768), (16, 768), (128, 768), (128, 3072), (512, 1024), (1024, 4096), (4096, 4096), (12 * 128, 128)):
        x, y = ("x", np.abs(random(rows, cols)) + 0.1), ("y0", random(rows, cols))
        scale, bias = ("s", random(cols)), ("b", random(cols))
        cases = [(name, single(name, [x], attributes=extra), [x]) for name, extra in scalars.items()]
        cases += [(name, single(name, [x, y]), [x, y]) for name in ("Add", "Mul", "Div", "Pow")]
        cases.append(("LayerNormalization", single("LayerNormalization", [x], [scale, bias], {"axis": -1}), [x]))
        cases.append(("Transpose", single("Transpose", [x], attributes={"perm": [1, 0]}), [x]))
        cases.append(("Concat", single("Concat", [x, y], attributes={"axis": 1}), [x, y]))
        cases.append(("ReduceMean", single("ReduceMean", [x], [("axes", np.array([-1]))]), [x]))
        cases.append(("Cast", single("Cast", [x], attributes={"to": TensorProto.FLOAT16}), [x]))
        index = ("i", np.random.default_rng(0).integers(0, 4096, (rows,)))
        cases.append(("Gather", single("Gather", [("t", random(4096, cols)), index]), [("t", random(4096, cols)), index]))
        for name, model, inputs in cases:
            low, middle = run_single(model, inputs, arguments)
            table.writerow([chip, name, "fp32", rows, cols, arguments.threads, f"{low:.6e}", f"{middle:.6e}"])


def call_seconds(arguments):
    """What one call takes besides its nodes: where a line through chains of 1 to 101 tiny nodes meets no node."""
    counts, times = [1, 11, 51, 101], []
    for count in counts:
        names = ["x"] + [f"v{i}" for i in range(1, count)] + ["y"]
        nodes = [helper.make_node("Tanh" if i % 2 else "Sigmoid", [names[i]], [names[i + 1]]) for i in range(count)]
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 16]) for name in ("x", "y")]
        graph = helper.make_graph(nodes, "g", ends[:1], ends[1:])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
        arguments.runs, runs = 500, arguments.runs
        times.append(run_single(model, [("x", random(1, 16))], arguments)[0])
        arguments.runs = runs
    return float(np.polyfit(counts, times, 1)[1])


def open_table(path, columns):
    table = csv.writer(open(path, "w", newline="", buffering=1))
    table.writerow(columns)
    return table


def copy_bandwidth():
    """Bytes per second read and written by the best of ten copies of 512 MB in one thread."""
    source = np.ones(64 << 20)
    target = np.empty_like(source)
    best = min(timed(lambda: np.copyto(target, source), 10)[:1])
    return 2 * source.nbytes / best


def processor():
    text = subprocess.run(["lscpu"], capture_output=True, text=True, check=False).stdout
    found = {key: re.search(rf"^{key}:\s*(.*)$", text, re.M) for key in ("Model name", "CPU family", "Model", "CPU\\(s\\)", "L3 cache")}
    return {key.replace("\\", ""): match.group(1) for key, match in found.items() if match}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("chip")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=["models", "operators"])
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    noise = None
    if arguments.only != "operators":
        noise = measure_models(arguments.folder, arguments.out, arguments.chip, arguments)
    if arguments.only != "models":
        measure_operators(arguments.out, arguments.chip, arguments)
    machine = {
        "chip": arguments.chip,
        "processor": processor(),
        "threads": arguments.threads,
        "copyBytesPerSecondOneThread": copy_bandwidth(),
        "callSeconds": call_seconds(arguments),
        "noiseFloor": noise,
        "onnxruntime": onnxruntime.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
    }
    (arguments.out / "machine.json").write_text(json.dumps(machine, indent=1) + "\n")


if __name__ == "__main__":
    main()
