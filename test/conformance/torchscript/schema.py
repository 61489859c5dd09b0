"""Writes server/engine/formats/torchscript/schemas.json: the parameters of aten's operators, by which positional arguments get their names.

    python schema.py      (torch 2.13; from the root of the project)

Of each operator its overloads in the order of torch, each a text of its parameters: a letter for what it takes (T a tensor, L a list of
tensors, i a whole number, n a number, I a list of whole numbers, s a text, b a truth, x anything else; capital X for a list) and its name;
those behind a bar are given by name.
"""

import json

import torch

TABLE = "server/engine/operators/pytorch/operators.json"
OUT = "server/engine/formats/torchscript/schemas.json"
OWN = ["linear", "baddbmm", "var", "std", "var_mean", "std_mean", "lstm", "gru", "rnn_tanh", "convolution", "_convolution", "einsum"]


def letter(kind):
    text = str(kind).replace("Optional[", "").replace("]", "") if str(kind).startswith("Optional[") else str(kind)
    if text.startswith("List[Tensor") or text.startswith("List[Optional[Tensor") or text == "List[Tensor":
        return "L"
    if text.startswith("List[int"):
        return "I"
    if text.startswith("List["):
        return "X"
    return {"Tensor": "T", "int": "i", "number": "n", "Scalar": "n", "float": "n", "str": "s", "bool": "b"}.get(text, "x")


def main():
    table = json.load(open(TABLE))
    names = {name for part in ("mappings", "elementwise", "like", "declared") for name in table[part]} | set(OWN)
    found = {}
    for schema in torch._C._jit_get_all_schemas():
        name = schema.name.removeprefix("aten::")
        if not schema.name.startswith("aten::") or name not in names or "out" in schema.overload_name.split("_"):
            continue
        plain = [letter(one.type) + one.name for one in schema.arguments if not one.kwarg_only]
        named = [letter(one.type) + one.name for one in schema.arguments if one.kwarg_only]
        text = ",".join(plain) + ("|" + ",".join(named) if named else "")
        if "out" in [one.name for one in schema.arguments] or text in found.setdefault(name, []):
            continue
        found[name].append(text)
    for name, texts in found.items():
        # Those of numbers, texts and lists are no operators of a graph, but for what makes a tensor of them.
        of_tensors = [text for text in texts if any(part[:1] in "TL" for part in text.replace("|", ",").split(","))]
        found[name] = of_tensors or texts
    with open(OUT, "w") as file:
        json.dump({"source": "PyTorch %s, torch._C._jit_get_all_schemas" % torch.__version__, "operators": dict(sorted(found.items()))}, file, indent=0)
    print(len(found), "of", len(names), sorted(names - set(found)))


if __name__ == "__main__":
    main()
