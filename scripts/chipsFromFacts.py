#!/usr/bin/env python3
"""Turns a table of chip facts into catalogue files in the project's own schema. Run once, by hand:

    python3 scripts/chipsFromFacts.py FACTS.json [ID ...]

Afterwards the catalogue is edited by hand; this script only shows how it began. Tags, aliases, clocks and deployment
precisions that the facts lack are in chipsCuration.json beside it.
"""
import json
import pathlib
import re
import sys

here = pathlib.Path(__file__).resolve().parent
target = here.parent / "server/engine/chips/catalogue"
curation = json.loads((here / "chipsCuration.json").read_text(encoding="utf-8"))
ON_CHIP = {"sram-cache", "sram-scratchpad", "sram-register", "sram", "fpga-bram", "flash-analog", "dram-bank"}
BASIS = {"read": "read", "recalled, to verify": "recalled"}


def sources_of(entry):
    return [{**source, "basis": BASIS[source["basis"]]} for source in entry["sources"]]


def figure(raw, entry, basis=None):
    """A figure counts as read as soon as one of its sources was."""
    if raw is None:
        return None
    kinds = {entry["sources"][i]["basis"] for i in raw["sources"]}
    result = {"value": raw["value"], "sources": raw["sources"], "basis": basis or ("read" if "read" in kinds else "recalled")}
    for key in ("derivation", "note"):
        if raw.get(key):
            result[key] = raw[key]
    return result


def figures(raw, entry, basis=None):
    return {key: figure(value, entry, basis) for key, value in (raw or {}).items() if value}


def dropped(value):
    """Unknown is written by absence."""
    return {key: item for key, item in value.items() if item not in (None, {}, "")}


def memory_level(raw, entry):
    capacity = figure(raw["capacityBytes"], entry)
    marketed = None
    reported = re.search(r"driver reports (\d+) B", (capacity or {}).get("note", ""))
    if reported:
        marketed = {key: value for key, value in capacity.items() if key != "note"}
        device = next((i for i, s in enumerate(entry["sources"]) if "device query" in s["title"]), None)
        capacity = {"value": int(reported.group(1)), "sources": capacity["sources"] if device is None else [device],
                    "basis": "read", "note": "reported by the driver (XLA device query)"}
    elif capacity and raw["kind"] not in ON_CHIP:
        marketed = dict(capacity)
        capacity["note"] = "; ".join(x for x in (capacity.get("note"), "marketed size, the driver's figure is not known") if x)
    return dropped({
        "name": raw["name"], "kind": raw["kind"],
        "onChip": raw["kind"] in ON_CHIP and raw["name"] != "MRAM total",
        "scope": raw["scope"], "managed": raw["managed"],
        "capacityBytes": capacity, "marketedBytes": marketed,
        "bandwidthBytesPerSecond": figure(raw["bandwidthBytesPerSec"], entry),
    })


def units_of(raw, entry):
    if raw is None:
        return None
    return dropped({
        "kind": raw["kind"], "count": figure(raw["count"], entry), "array": raw["matrixUnit"],
        "arraysPerUnit": figure(raw["matrixUnitsPerComputeUnit"], entry),
        "macsPerClock": figure(raw["matrixUnitMacsPerClock"], entry),
        "note": raw["note"], "sources": raw["sources"],
    })


def link_of(raw, entry, keys):
    if raw is None:
        return None
    result = {"kind": raw["kind"], "direction": raw["direction"]}
    for ours, theirs in keys.items():
        result[ours] = figure(raw.get(theirs), entry)
    if raw.get("note"):
        result["note"] = raw["note"]
    return {key: value for key, value in result.items() if value is not None or key == "direction"}


def convert(entry):
    mine = curation["chips"].get(entry["id"], {})
    kind = curation["classes"][entry["class"]]
    sources = sources_of(entry)
    link = {"bandwidthBytesPerSecond": "bandwidthBytesPerSec"}
    chip = dropped({
        "schemaVersion": 1, "id": entry["id"], "name": entry["name"], "vendor": entry["vendor"],
        "class": entry["class"], "place": mine.get("place", kind["place"]), "phase": mine.get("phase", kind["phase"]),
        "aliases": sorted(set(entry["aliases"] + mine.get("aliases", []))),
        "scope": entry["scope"], "devices": mine.get("devices", 1), "status": entry["status"],
        "confidence": entry["confidence"], "onnxTarget": entry["onnxTarget"],
        "year": figure(entry["year"], entry), "processNode": figure(entry["processNode"], entry),
        "transistors": figure(entry["transistors"], entry),
    })
    chip["peakOpsPerSecond"] = figures(entry["peakOpsPerSec"], entry)
    for ours, theirs in (("estimatedPeakOpsPerSecond", "estimatedPeakOpsPerSec"), ("otherPeakOpsPerSecond", "otherPeakOpsPerSec")):
        if entry[theirs]:
            chip[ours] = figures(entry[theirs], entry, "estimated" if ours.startswith("est") else None)
    chip["vectorOpsPerSecond"] = figures(entry["vectorPeakOpsPerSec"], entry)
    if entry["sparsity"]:
        chip["sparsity"] = dropped({"speedup": figure(entry["sparsity"]["speedup"], entry), "pattern": entry["sparsity"]["pattern"]})
    chip["memory"] = [memory_level(level, entry) for level in entry["memory"]]
    rest = {
        "units": units_of(entry["computeUnits"], entry), "clockHz": figure(entry["clockHz"], entry),
        "deployPrecision": mine.get("deployPrecision"), "supportedTypes": figure(entry["dtypes"], entry),
        "hostLink": link_of(entry["hostLink"], entry, link),
        "interconnect": link_of(entry["interconnect"], entry, {**link, "links": "links", "perLinkBytesPerSecond": "perLinkBytesPerSec"}),
    }
    chip.update({key: value for key, value in rest.items() if value})
    chip["power"] = figures(entry["power"], entry)
    software = entry["software"]
    chip["software"] = {"stack": software["stack"], "executionProviders": software["onnxRuntimeExecutionProviders"], "sources": software["sources"]}
    chip["defaultRuntime"] = mine.get("defaultRuntime", kind["defaultRuntime"])
    if entry["energyEfficiencyOpsPerJoule"]:
        chip["energyEfficiencyOpsPerJoule"] = figure(entry["energyEfficiencyOpsPerJoule"], entry)
    if entry["neuromorphic"]:
        raw = entry["neuromorphic"]
        names = {"neurons": "neurons", "synapses": "synapses", "cores": "cores",
                 "joulesPerSynapticOperation": "energyPerSynapticOpJoules", "synapticOpsPerSecond": "synapticOpsPerSec"}
        chip["neuromorphic"] = dropped({ours: figure(raw[theirs], entry) for ours, theirs in names.items()})
    if entry["quantum"]:
        chip["quantum"] = dropped({"qubits": figure(entry["quantum"]["qubits"], entry), "modality": entry["quantum"]["modality"]})
    chip["notes"] = entry["notes"] + mine.get("notes", [])
    chip["sources"] = sources
    overlay(chip, mine.get("figures", {}), mine.get("sources", []))
    return chip


def overlay(chip, added, extra):
    """Sets `a.b` to a figure whose sources are given as places in the added list."""
    first = len(chip["sources"])
    chip["sources"] += extra
    for path, value in added.items():
        *parents, last = path.split(".")
        at = chip
        for key in parents:
            at = at.setdefault(key, {})
        at[last] = {**value, "sources": [first + i if i >= 0 else -i - 1 for i in value["sources"]]}


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def technology(entry):
    """Memory technologies, interconnects and energies: the same figures under our unit names."""
    result = {}
    for key, value in entry.items():
        name = key.replace("PerSec", "PerSecond")
        if key == "sources":
            value = sources_of(entry)
        elif isinstance(value, dict) and "value" in value:
            value = figure(value, entry)
        if value is not None:
            result[name] = value
    return result


def main():
    facts = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    wanted = set(sys.argv[2:])
    for entry in facts["chips"]:
        if not wanted or entry["id"] in wanted:
            write(target / f"{entry['id']}.json", convert(entry))
    if not wanted:
        for key in ("memoryTechnologies", "interconnects", "energyPerOperation"):
            write(target.parent / f"technologies/{key}.json", [technology(entry) for entry in facts[key]])


main()
