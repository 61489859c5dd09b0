"""`unbind` as one Split, as its users mean it; torch's exporter writes a Slice for each part."""

import onnx_ir as ir


def number(value) -> int | None:
    """The only element of a constant; null where there is none."""
    constant = value.const_value if value is not None else None
    return int(constant.numpy().reshape(-1)[0]) if constant is not None and constant.size == 1 else None


def part(node: ir.Node):
    """(value, axis, index) of a Slice of one element; null of others."""
    if node.op_type != "Slice" or len(node.inputs) < 4:
        return None
    start, end, axis = (number(value) for value in node.inputs[1:4])
    step = number(node.inputs[4]) if len(node.inputs) > 4 else 1
    if None in (start, end, axis) or step != 1 or end != start + 1:
        return None
    return node.inputs[0], axis, start


def unbound(model: ir.Model) -> ir.Model:
    """Slices that take each element of a dimension in turn become one Split."""
    groups: dict = {}
    for node in model.graph:
        found = part(node)
        if found is not None:
            value, axis, index = found
            groups.setdefault((id(value), axis), {})[index] = node
    for (_, axis), nodes in groups.items():
        value = nodes[min(nodes)].inputs[0]
        size = value.shape[axis] if value.shape is not None else None
        if size == len(nodes) and sorted(nodes) == list(range(size)) and size > 1:
            replace(model.graph, [nodes[i] for i in range(size)], axis)
    return model


def replace(graph: ir.Graph, slices: list, axis: int) -> None:
    first = min(slices, key=lambda node: list(graph).index(node))
    parts = ir.node("Split", [first.inputs[0]], {"axis": axis, "num_outputs": len(slices)}, num_outputs=len(slices))
    for new, old in zip(parts.outputs, (node.outputs[0] for node in slices)):
        new.name, new.type, new.shape = old.name, old.type, old.shape
    graph.insert_before(first, parts)
    for new, node in zip(parts.outputs, slices):
        ir.convenience.replace_all_uses_with(node.outputs[0], new)
    graph.remove(slices, safe=True)
