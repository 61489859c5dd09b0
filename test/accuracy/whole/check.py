"""Holds what is counted in the graphs against what torch counted and what the publishers state.

    python check.py [--folder FOLDER] [--published FILE] [ID...]

Needs the built program (npm run build). Prints each graph that has no total, unknown nodes or a count that is more than
5 % off, and fails where a graph is off what torch counts, or off what is published without a `note` in models.json.
"""

import argparse
import csv
import json
import os
import pathlib
import subprocess

import onnx

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]
TOLERANCE = 0.05
PARAMETERS = {"params_m": 1e6, "params": 1}
MACS = {"gmacs": 1e9, "ops_g": 0.5e9, "gops": 0.5e9}
SUFFIXES = {"K": 1e3, "M": 1e6, "B": 1e9}


def counted(path: pathlib.Path) -> dict:
    bound = ["--bind", "batch=1", "--bind", "sequence=128"]
    command = ["node", ROOT / "dist" / "cli.js", "analyze", path, "--chip", "nvidia-t4", "--format", "json"]
    run = subprocess.run([*command, *bound], capture_output=True, text=True)
    if run.returncode != 0:
        run = subprocess.run([*command, *bound[:2]], capture_output=True, text=True)
    report = json.loads(run.stdout)
    total = report["model"]["operations"]
    return {
        "parameters": report["model"]["parameters"],
        "macs": sum(node["operations"]["matrix"] * node["repeat"] for node in report["nodes"]) / 2,
        "unknown": total["unknownNodes"],
        "latency": report["chips"][0]["total"]["latencySeconds"]["value"],
    }


def by_torch(path: pathlib.Path) -> dict:
    properties = {p.key: p.value for p in onnx.load(path, load_external_data=False).metadata_props}
    return {
        what: float(properties[f"torch.{what}"]) for what in ("parameters", "macs") if f"torch.{what}" in properties
    }


def number(text) -> float:
    return float(text[:-1]) * SUFFIXES[text[-1]] if str(text)[-1:] in SUFFIXES else float(text)


def belongs(row: dict, entry: dict) -> bool:
    """The rule by which rows find their graph (models.json)."""
    return (
        row["model"] in entry["published"]
        and any(row["source"].startswith(source) for source in entry["sources"])
        and ("shapes" not in entry or any(shape in row["input_shape"] for shape in entry["shapes"]))
    )


def by_publisher(rows: list) -> dict:
    found: dict = {}
    for other in (json.loads(row["other"] or "{}") for row in rows):
        for what, names in (("parameters", PARAMETERS), ("macs", MACS)):
            found.update({what: number(other[name]) * unit for name, unit in names.items() if name in other})
    return found


def differences(ours: dict, theirs: dict, whose: str) -> list:
    return [
        f"{what} {ours[what]:.4g}, {whose} {value:.4g} ({ours[what] / value - 1:+.0%})"
        for what, value in theirs.items()
        if abs(ours[what] / value - 1) > TOLERANCE
    ]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("ids", nargs="*")
    options.add_argument(
        "--folder", default=os.environ.get("SILICONLENS_GRAPHS", ROOT / ".cache" / "graphs"), type=pathlib.Path
    )
    options.add_argument("--published", default=os.environ.get("SILICONLENS_PUBLISHED"))
    chosen = options.parse_args()
    entries = [e for e in json.loads((HERE / "models.json").read_text())["models"] if "noGraph" not in e]
    table = list(csv.DictReader(open(chosen.published))) if chosen.published else []
    wrong = 0
    for entry in entries:
        path = chosen.folder / f"{entry['id']}.onnx"
        if entry["from"] == "config" or (chosen.ids and entry["id"] not in chosen.ids):
            continue
        if not path.exists():
            print(f"{entry['id']}: not there", flush=True)
            wrong += 1
            continue
        ours = counted(path)
        torch_says = differences(ours, by_torch(path), "torch")
        published = differences(ours, by_publisher([r for r in table if belongs(r, entry)]), "published")
        unknown = [f"{ours['unknown']} nodes unknown"] if ours["unknown"] else []
        unknown += ["no total"] if ours["latency"] is None else []
        if unknown or torch_says or published:
            wrong += bool(unknown or torch_says or (published and "note" not in entry))
            print(f"{entry['id']}: {'; '.join(unknown + torch_says + published)}. {entry.get('note', '')}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
