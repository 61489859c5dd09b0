"""Times models with ONNX Runtime on the CPU of this machine, at given sizes.

usage: python measure.py QUESTIONS.json ANSWERS.json
QUESTIONS: {path: {"bindings": {name: size}, "shapes": {input: [size, …]}}}; ANSWERS, added to what is there already:
{path: {"loads": bool, "error": text, "seconds": fastest run of the model, "profile": sum over nodes of their fastest run}}
"""

import contextlib
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime

DTYPES = {"float": np.float32, "float16": np.float16, "double": np.float64, "int64": np.int64, "int32": np.int32, "bool": np.bool_, "uint8": np.uint8, "int8": np.int8, "string": np.str_}
SECONDS, RUNS = 0.6, 200


@contextlib.contextmanager
def undisturbed():
    """Before all others on this machine, where that is allowed: a busy one would be measured with its other work."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    except OSError:
        pass
    try:
        yield
    finally:
        try:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        except OSError:
            pass


def session_of(path, profile=None):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 4
    if profile:
        options.enable_profiling = True
        options.profile_file_prefix = profile
    # external data may not lie outside of the folder that the model is opened in
    return onnxruntime.InferenceSession(str(Path(path).resolve()), options, providers=["CPUExecutionProvider"])


def feed(session, shapes):
    """Numbers between 0 and 1, integers 1, masks whole: what small vocabularies and masks allow."""
    rng = np.random.default_rng(1)
    values = {}
    for given in session.get_inputs():
        dtype = DTYPES[re.sub(r"tensor\((.*)\)", r"\1", given.type)]
        shape = shapes[given.name]
        values[given.name] = rng.random(shape).astype(dtype) if np.issubdtype(dtype, np.floating) else np.ones(shape, dtype)
    return values


def timed(run):
    """Fastest of the runs of some seconds, after two that warm up."""
    run(), run()
    times, begin = [], time.perf_counter()
    while len(times) < RUNS and (len(times) < 3 or time.perf_counter() - begin < SECONDS):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times), len(times)


def profiled(path, values, runs):
    """Sum over the nodes of the graph that is run, in the run where it is least; those of bodies are in their loops."""
    with tempfile.TemporaryDirectory() as folder:
        with undisturbed():
            session = session_of(path, str(Path(folder) / "profile"))
            for _ in range(runs + 2):
                session.run(None, values)
        events = json.loads(Path(session.end_profiling()).read_text())
    whole = [event for event in events if event["name"] == "model_run"][2:]
    nodes = sorted((event for event in events if event["name"].endswith("_kernel_time")), key=lambda event: (event["ts"], -event["dur"]))
    sums = []
    for run in whole:
        top, until = 0, -1
        for event in nodes:
            if run["ts"] <= event["ts"] < run["ts"] + run["dur"] and event["ts"] >= until:
                top, until = top + event["dur"], event["ts"] + event["dur"]
        sums.append(top * 1e-6)
    return min(sums, default=None)


def answer(path, question):
    try:
        session = session_of(path)
    except Exception as error:
        return {"loads": False, "error": str(error)[:300]}
    if question is None:
        return {"loads": True}
    try:
        values = feed(session, question["shapes"])
        with undisturbed():
            # threads of a session are as urgent as who starts it
            session = session_of(path)
            seconds, runs = timed(lambda: session.run(None, values))
        del session
        return {"loads": True, "seconds": seconds, "profile": profiled(path, values, min(runs, 10))}
    except Exception as error:
        return {"loads": True, "error": f"{type(error).__name__}: {str(error)[:300]}"}


def main():
    questions, store = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    answers = json.loads(store.read_text()) if store.exists() else {}
    for path, question in questions.items():
        before = answers.get(path)
        if before and before.get("question") == question:
            continue
        answers[path] = {"question": question, **answer(path, question)}
        print(path, {key: value for key, value in answers[path].items() if key != "question"}, flush=True)
        store.write_text(json.dumps(answers, indent=1))


main()
