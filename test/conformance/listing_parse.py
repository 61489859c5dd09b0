"""Feeds listings to onnx's own parser and compares counts with the models they came from.

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
            expected = counts(load(found[0]))
            try:
                actual = counts(onnx.parser.parse_model(listing.read_text(encoding="utf-8-sig")))
            except Exception as error:  # the parser raises several kinds
                failed += 1
                print(f"{listing}: {error}")
                continue
            if actual == expected:
                passed += 1
            else:
                failed += 1
                print(f"{listing}: expected {expected}, parsed {actual}")
    print(f"{passed} listings accepted with equal counts, {failed} not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
