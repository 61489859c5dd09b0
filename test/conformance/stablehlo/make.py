"""Writes test/fixtures/stablehlo/: what JAX lowers small functions to, as text.

    python make.py OUT      (jax 0.10.2 on a processor)

Of each function: NAME.mlir.gz, and in counts.json.gz the operations of its products and convolutions, which are counted here in its jaxpr
(each product and convolution with the sizes of its operands, a scan's body as often as it runs), what XLA's own cost analysis of the compiled
function says, and the shapes of its results.
"""

import gzip
import json
import math
import os
import sys

import jax
import jax.numpy as jnp
from jax import export, lax


def product(params, shapes):
    (contracted, _), _ = params["dimension_numbers"]
    left = shapes[0]
    return 2 * math.prod(shapes[2]) * math.prod(left[axis] for axis in contracted)


def convolution(params, shapes):
    numbers = params["dimension_numbers"]
    kernel = shapes[1]
    _, features, *spatial = numbers.rhs_spec
    spread = math.prod(params["lhs_dilation"])
    return 2 * math.prod(shapes[2]) * kernel[features] * math.prod(kernel[axis] for axis in spatial) // spread


def matrix_operations(jaxpr):
    """Operations of all products and convolutions of a jaxpr, of branches the dearest one."""
    total = 0
    for equation in jaxpr.eqns:
        name, params = equation.primitive.name, equation.params
        shapes = [value.aval.shape for value in (*equation.invars, *equation.outvars)]
        if name == "dot_general":
            total += product(params, shapes)
        elif name == "conv_general_dilated":
            total += convolution(params, shapes)
        elif name == "scan":
            total += params["length"] * matrix_operations(params["jaxpr"].jaxpr)
        elif name == "cond":
            total += max(matrix_operations(branch.jaxpr) for branch in params["branches"])
        else:
            for inner in params.values():
                inner = getattr(inner, "jaxpr", inner)
                if hasattr(inner, "eqns"):
                    total += matrix_operations(inner)
    return total


def dense(key, *shape):
    return jax.random.normal(jax.random.key(key), shape) * 0.02


def mlp(params, x):
    for w, b in params:
        x = jax.nn.gelu(x @ w + b)
    return x


def conv_net(params, x):
    numbers = ("NHWC", "HWIO", "NHWC")
    for w in params["convs"]:
        x = jax.nn.relu(lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=numbers))
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    depthwise = lax.conv_general_dilated(
        x, params["depthwise"], (2, 2), "SAME", dimension_numbers=numbers, feature_group_count=x.shape[-1]
    )
    return depthwise.mean((1, 2)) @ params["head"]


def up(w, x):
    return lax.conv_transpose(x, w, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def layer_norm(x, scale):
    mean = x.mean(-1, keepdims=True)
    return (x - mean) * lax.rsqrt(x.var(-1, keepdims=True) + 1e-5) * scale


def attention(params, x, heads=4):
    batch, length, width = x.shape
    q, k, v = jnp.split((x @ params["qkv"]).reshape(batch, length, 3, heads, -1), 3, 2)
    q, k, v = (part[:, :, 0] for part in (q, k, v))
    scores = jnp.einsum("bqhd,bkhd->bhqk", q, k) / math.sqrt(width // heads)
    mask = jnp.tril(jnp.ones((length, length), bool))
    weights = jax.nn.softmax(jnp.where(mask, scores, -1e9), -1)
    return jnp.einsum("bhqk,bkhd->bqhd", weights, v).reshape(x.shape) @ params["out"]


def block(params, x):
    x = x + attention(params, layer_norm(x, params["norm1"]))
    hidden = jax.nn.silu(layer_norm(x, params["norm2"]) @ params["up"])
    return x + hidden @ params["down"]


def block_params(width, layers=None):
    lead = () if layers is None else (layers,)
    shapes = dict(qkv=(width, 3 * width), out=(width, width), up=(width, 4 * width), down=(4 * width, width))
    params = {name: jnp.zeros((*lead, *shape)) for name, shape in shapes.items()}
    return params | {name: jnp.ones((*lead, width)) for name in ("norm1", "norm2")}


def language_model(params, tokens):
    x = params["embedding"][tokens]
    x, _ = lax.scan(lambda x, layer: (block(layer, x), None), x, params["layers"])
    return x @ params["embedding"].T


def lstm(w, u, x):
    def step(state, now):
        h, c = state
        i, f, o, g = jnp.split(now @ w + h @ u, 4, -1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    zero = jnp.zeros((x.shape[1], u.shape[0]))
    return lax.scan(step, (zero, zero), x)[1]


def loss(params, tokens):
    logits = jax.nn.log_softmax(language_model(params, tokens[:, :-1]))
    return -jnp.take_along_axis(logits, tokens[:, 1:, None], -1).mean()


def training_step(params, tokens):
    value, slopes = jax.value_and_grad(loss)(params, tokens)
    return value, jax.tree.map(lambda p, g: p - 0.01 * g, params, slopes)


def conv_training(params, x):
    return jax.grad(lambda p: jnp.square(conv_net(p, x)).sum())(params)


def search(table, query):
    scores = query @ table.T
    values, places = lax.top_k(scores, 5)
    return values, table[places], jnp.sort(scores, -1), jnp.cumsum(scores, -1), jnp.argmax(scores, -1)


def branches(choice, x):
    return lax.switch(choice, [lambda x: x @ x, lambda x: x + 1, lambda x: jnp.tanh(x)], x)


def newton(x):
    return lax.while_loop(lambda x: jnp.abs(x).max() > 0.1, lambda x: x - 0.5 * (x @ x), x)


def constant_weights():
    """Weights that no argument gives become constants of the text."""
    params = [(dense(1, 64, 32), jnp.zeros(32)), (jnp.ones((32, 16)), jnp.zeros(16))]
    return lambda x: mlp(params, x)


def functions():
    layers = [(jnp.zeros((8, 16)), jnp.zeros(16)), (jnp.zeros((16, 4)), jnp.zeros(4))]
    image = jnp.zeros((2, 32, 32, 3))
    convs = dict(
        convs=[jnp.zeros((3, 3, 3, 8)), jnp.zeros((3, 3, 8, 16))],
        depthwise=jnp.zeros((3, 3, 1, 16)),
        head=jnp.zeros((16, 10)),
    )
    model = dict(embedding=jnp.zeros((100, 32)), layers=block_params(32, 3))
    tokens = jnp.zeros((2, 9), jnp.int32)
    yield "mlp", mlp, (layers, jnp.zeros((2, 8)))
    yield "convnet", conv_net, (convs, image)
    yield "upsampling", up, (jnp.zeros((4, 4, 8, 3)), jnp.zeros((1, 8, 8, 8)))
    yield "attention", attention, (block_params(32), jnp.zeros((2, 8, 32)))
    yield "block", block, (block_params(32), jnp.zeros((2, 8, 32), jnp.bfloat16))
    yield "decoder", language_model, (model, tokens)
    yield "lstm", lstm, (jnp.zeros((8, 64)), jnp.zeros((16, 64)), jnp.zeros((5, 2, 8)))
    yield "search", search, (jnp.zeros((50, 16)), jnp.zeros((4, 16)))
    yield "training", training_step, (model, tokens)
    yield "convtraining", conv_training, (convs, image)
    yield "branches", branches, (0, jnp.zeros((32, 32)))
    yield "newton", newton, (jnp.zeros((8, 8)),)
    yield "weights", constant_weights(), (jnp.zeros((4, 64)),)


def open_sizes():
    """Functions of which sizes are open, as jax.export writes them."""
    batch, length = export.symbolic_shape("batch, sequence")
    sized = lambda tree: jax.tree.map(lambda one: jax.ShapeDtypeStruct(one.shape, one.dtype), tree)
    x = jax.ShapeDtypeStruct((batch, length, 32), jnp.float32)
    yield "openblock", block, (sized(block_params(32)), x), (block_params(32), jnp.zeros((3, 7, 32)))


def write(out, name, text):
    with gzip.GzipFile(os.path.join(out, name + ".mlir.gz"), "wb", mtime=0) as file:
        file.write(text.encode())


def counted(function, arguments):
    compiled = jax.jit(function).lower(*arguments).compile().cost_analysis() or {}
    return {
        "matrix": matrix_operations(jax.make_jaxpr(function)(*arguments).jaxpr),
        "xla": compiled.get("flops"),
        "results": [list(one.shape) for one in jax.tree.leaves(jax.eval_shape(function, *arguments))],
    }


def main(out):
    counts = {}
    for name, function, arguments in functions():
        lowered = jax.jit(function).lower(*arguments)
        write(out, name, lowered.as_text())
        counts[name] = counted(function, arguments)
    text = jax.jit(mlp).lower(*next(functions())[2])
    write(out, "places", text.as_text(debug_info=True))
    write(out, "generic", text.compiler_ir().operation.get_asm(print_generic_op_form=True))
    counts["places"] = counts["generic"] = counts["mlp"]
    for name, function, arguments, example in open_sizes():
        write(out, name, export.export(jax.jit(function))(*arguments).mlir_module())
        counts[name] = counted(function, example) | {"sizes": {"batch": 3, "sequence": 7}}
    for name, one in counts.items():
        print(name, one)
    with gzip.GzipFile(os.path.join(out, "counts.json.gz"), "wb", mtime=0) as file:
        file.write(json.dumps(counts, separators=(",", ":")).encode())


if __name__ == "__main__":
    main(sys.argv[1])
