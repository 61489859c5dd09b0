"""Feeds listings to onnx's own parser and compares them with the models they came from.

usage: listing_parse.py FOLDER...

Each folder holds pairs `name.onnx` (or `name.onnx.gz`) and `name.onnx.onnxtxt`; needs the `onnx` package of PyPI.
`npx siliconlens listing model.onnx > model.onnx.onnxtxt` writes the second of a pair.
"""

import gzip
import pathlib
import sys

import onnx
import onnx.parser


def counts(model: onnx.ModelProto) -> dict[str, int]:
    def nodes(graph_nodes) -> int:
        total = 0
        for node in graph_nodes:
            total += 1
            for attribute in node.attribute:
                total += nodes(attribute.g.node) if attribute.HasField("g") else 0
        return total

    graph = model.graph
    return {
        "nodes": nodes(graph.node),
        "initializers": len(graph.initializer),
        "inputs": len(graph.input),
        "outputs": len(graph.output),
        "functions": len(model.functions),
        "function nodes": sum(nodes(function.node) for function in model.functions),
        "edges": sum(len(node.input) + len(node.output) for node in graph.node),
    }


SCALARS = (onnx.AttributeProto.FLOAT, onnx.AttributeProto.INT, onnx.AttributeProto.STRING)
LISTS = (onnx.AttributeProto.FLOATS, onnx.AttributeProto.INTS, onnx.AttributeProto.STRINGS)


def content(nodes) -> list:
    """What must be equal of every node: names, and the values of attributes that the grammar can write in full."""
    found = []
    for node in nodes:
        attributes = []
        for attribute in sorted(node.attribute, key=lambda each: each.name):
            value = None
            if attribute.type in SCALARS + LISTS:
                value = str(onnx.helper.get_attribute_value(attribute))
            elif attribute.type == onnx.AttributeProto.GRAPH:
                value = content(attribute.g.node)
            if attribute.type not in (onnx.AttributeProto.SPARSE_TENSOR, onnx.AttributeProto.UNDEFINED):
                attributes.append((attribute.name, value))
        domain = "" if node.domain == "ai.onnx" else node.domain
        found.append((domain, node.op_type, list(node.input), list(node.output), attributes))
    return found


def values(infos) -> list:
    return [(info.name, info.type.SerializeToString(deterministic=True)) for info in infos]


def difference(a: onnx.ModelProto, b: onnx.ModelProto) -> str | None:
    for theirs, ours in zip(content(a.graph.node), content(b.graph.node)):
        if theirs != ours:
            return f"expected {theirs}, parsed {ours}"
    for theirs, ours in zip(values(a.graph.input) + values(a.graph.output), values(b.graph.input) + values(b.graph.output)):
        if theirs[0] != ours[0]:
            return f"expected {theirs}, parsed {ours}"
    for theirs, ours in zip(a.graph.initializer, b.graph.initializer):
        if (theirs.name, list(theirs.dims), theirs.data_type) != (ours.name, list(ours.dims), ours.data_type):
            return f"expected initializer {theirs.name}, parsed {ours.name}"
    return None


def load(path: pathlib.Path) -> onnx.ModelProto:
    data = path.read_bytes()
    return onnx.ModelProto.FromString(gzip.decompress(data) if path.suffix == ".gz" else data)


def main() -> int:
    failed = passed = 0
    for folder in map(pathlib.Path, sys.argv[1:]):
        for listing in sorted(folder.rglob("*.onnxtxt")):
            stem = str(listing)[: -len(".onnxtxt")]
            found = [path for path in (pathlib.Path(stem), pathlib.Path(stem + ".gz")) if path.exists()]
            if not found:
                continue
            model = load(found[0])
            expected = counts(model)
            text = listing.read_text(encoding="utf-8-sig")
            try:
                parsed = onnx.parser.parse_model(text)
            except Exception as error:  # the parser raises several kinds
                failed += 1
                print(f"{listing}: {error}")
                continue
            actual = counts(parsed)
            # A listing that says it leaves something out differs there by intent.
            differs = None if "# ... " in text else difference(model, parsed)
            if differs:
                failed += 1
                print(f"{listing}: {differs}")
            elif actual == expected:
                passed += 1
            else:
                failed += 1
                print(f"{listing}: expected {expected}, parsed {actual}")
    print(f"{passed} listings accepted and equal, {failed} not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
