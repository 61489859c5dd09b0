"""Writes answers/vela.json.gz: which operators of ten TFLite networks Vela leaves to the CPU.

    python vela.py FOLDER                 (pip install ethos-u-vela==5.2.0; FOLDER as networks.py writes it)

Vela names each operator that it does not take by its first result, with a reason.
"""

import base64
import datetime
import gzip
import json
import re
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHIPS = {"ethos-u55-256": "arm-ethos-u55-256", "ethos-u85-256": "arm-ethos-u85"}
SAID = re.compile(r"\(supported operators\) operator: (\w+), ofm: '(.*)'\s*\n\s*Reason: (.*)")


def refused(path, chip):
    """Names of first results of operators that are left to the CPU, with the reasons."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [Path(sys.executable).parent / "vela", path, "--accelerator-config", chip, "--output-dir", scratch]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{path.stem} on {chip}: {done.stderr[-300:]}")
    return {result.removesuffix("_act"): f"{operator}: {reason}" for operator, result, reason in SAID.findall(done.stdout + done.stderr)}


def main(folder):
    networks, answers = {}, {}
    for path in sorted(folder.glob("*.tflite")):
        networks[path.stem] = base64.b64encode((folder / "bare" / path.name).read_bytes()).decode()
        answers[path.stem] = {CHIPS[chip]: refused(path, chip) for chip in CHIPS}
    made = {"ethos-u-vela": version("ethos-u-vela"), "date": str(datetime.date.today())}
    write("answers/vela", {"made": made, "networks": answers})
    write("networks", networks)


def write(name, content):
    path = HERE / f"{name}.json.gz"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps(content).encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
