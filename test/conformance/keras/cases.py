"""Models of one layer or operation each, in the forms that Keras lets them have."""

import keras
import numpy as np
from keras import layers, ops


def one(layer, *shapes, types=(), call=None):
    """A function that makes a model of inputs of these shapes and one layer."""

    def make():
        inputs = [
            keras.Input(shape, dtype=types[i] if i < len(types) else "float32", name=f"x{i}")
            for i, shape in enumerate(shapes)
        ]
        given = inputs[0] if len(inputs) == 1 else inputs
        made = layer()
        result = call(made, *inputs) if call else made(given)
        return keras.Model(inputs, result)

    return make


def convolutions():
    for rank, name in ((1, "Conv1D"), (2, "Conv2D"), (3, "Conv3D")):
        space = (17, 12, 9)[:rank]
        last, first = (*space, 6), (6, *space)
        for options in (
            {"padding": "valid"},
            {"padding": "same", "strides": 2},
            {"padding": "same", "dilation_rate": 2, "use_bias": False},
            {"padding": "valid", "dilation_rate": 3 if rank < 3 else 2, "activation": "relu"},
            {"padding": "valid", "strides": 3, "groups": 2},
        ):
            yield name, options, one(lambda n=name, o=options: getattr(layers, n)(8, 3, **o), last)
        options = {"padding": "same", "strides": 2, "data_format": "channels_first"}
        yield name, options, one(lambda n=name, o=options: getattr(layers, n)(8, 3, **o), first)
        for options in (
            {"padding": "valid"},
            {"padding": "same", "strides": 2},
            {"padding": "valid", "strides": 2, "use_bias": False},
            {"padding": "valid", "strides": 3, "output_padding": 1},
            {"padding": "same", "strides": 3, "output_padding": 2},
            {"padding": "valid", "strides": 3},
        ):
            kind = name + "Transpose"
            yield kind, options, one(lambda n=kind, o=options: getattr(layers, n)(8, 2, **o), last)
        for pool in ("MaxPooling", "AveragePooling"):
            for options in (
                {"pool_size": 2},
                {"pool_size": 3, "strides": 2, "padding": "same"},
                {"pool_size": 3, "strides": 1, "data_format": "channels_first"},
            ):
                kind = f"{pool}{rank}D"
                shape = first if "data_format" in options else last
                yield kind, options, one(lambda n=kind, o=options: getattr(layers, n)(**o), shape)
        for pool in ("GlobalMaxPooling", "GlobalAveragePooling"):
            for options in ({}, {"keepdims": True}, {"data_format": "channels_first"}):
                kind = f"{pool}{rank}D"
                shape = first if "data_format" in options else last
                yield kind, options, one(lambda n=kind, o=options: getattr(layers, n)(**o), shape)
        for kind, options in (
            (f"ZeroPadding{rank}D", {"padding": 2}),
            (f"Cropping{rank}D", {"cropping": 1}),
            (f"UpSampling{rank}D", {"size": 2}),
        ):
            yield kind, options, one(lambda n=kind, o=options: getattr(layers, n)(**o), last)
        for kind in ("ZeroPadding", "Cropping", "UpSampling"):
            if rank > 1:
                kind = f"{kind}{rank}D"
                options = {"data_format": "channels_first"}
                yield kind, options, one(lambda n=kind, o=options: getattr(layers, n)(**o), first)
    for rank in (1, 2):
        space = (17, 12)[:rank]
        for name, options in (
            (f"DepthwiseConv{rank}D", {"kernel_size": 3, "depth_multiplier": 2, "strides": 2, "padding": "same"}),
            (f"DepthwiseConv{rank}D", {"kernel_size": 3, "dilation_rate": 2, "use_bias": False}),
            (f"SeparableConv{rank}D", {"filters": 5, "kernel_size": 3, "depth_multiplier": 2, "activation": "relu"}),
            (f"SeparableConv{rank}D", {"filters": 5, "kernel_size": 3, "padding": "same", "use_bias": False}),
        ):
            yield name, options, one(lambda n=name, o=options: getattr(layers, n)(**o), (*space, 6))
        for name in (f"DepthwiseConv{rank}D", f"SeparableConv{rank}D"):
            options = {"kernel_size": 3, "data_format": "channels_first"}
            options.update({"filters": 4} if name.startswith("Sep") else {})
            yield name, options, one(lambda n=name, o=options: getattr(layers, n)(**o), (6, *space))
    options = {"padding": "causal", "dilation_rate": 4}
    yield "Conv1D", options, one(lambda: layers.Conv1D(8, 3, **options), (20, 6))
    yield "ZeroPadding2D", {"padding": "uneven"}, one(lambda: layers.ZeroPadding2D(((1, 2), (3, 4))), (8, 9, 3))
    yield "Cropping2D", {"cropping": "uneven"}, one(lambda: layers.Cropping2D(((1, 2), (3, 0))), (8, 9, 3))
    yield "UpSampling2D", {"size": "uneven"}, one(lambda: layers.UpSampling2D((2, 3), interpolation="bilinear"), (8, 9, 3))
    yield "AdaptiveAveragePooling2D", {}, one(lambda: layers.AdaptiveAveragePooling2D((3, 4)), (8, 9, 3))
    yield "AdaptiveMaxPooling1D", {}, one(lambda: layers.AdaptiveMaxPooling1D(5), (8, 3))


def plain():
    """Name, options, shapes of inputs."""
    image, row, text = (8, 9, 6), (12,), (7, 12)
    yield "Dense", {"units": 5}, [row]
    yield "Dense", {"units": 5, "use_bias": False, "activation": "tanh"}, [text]
    yield "Dense", {"units": 5, "dtype": "mixed_bfloat16"}, [row]
    yield "Dense", {"units": 5, "lora_rank": 2}, [row]
    yield "EinsumDense", {"equation": "abc,cd->abd", "output_shape": (None, 32), "bias_axes": "d"}, [text]
    yield "EinsumDense", {"equation": "...x,xy->...y", "output_shape": 9}, [text]
    yield "EinsumDense", {"equation": "abc,cde->abde", "output_shape": (None, 4, 3), "bias_axes": "de"}, [text]
    yield "Embedding", {"input_dim": 50, "output_dim": 8}, [(7,)]
    yield "ReversibleEmbedding", {"input_dim": 50, "output_dim": 8}, [(7,)]
    for name in ("ReLU", "LeakyReLU", "ELU", "Softmax", "PReLU"):
        yield name, {}, [image]
    yield "ReLU", {"max_value": 6.0}, [image]
    yield "Softmax", {"axis": [1, 2]}, [image]
    yield "PReLU", {"shared_axes": [1, 2]}, [image]
    for activation in (
        "relu relu6 sigmoid hard_sigmoid hard_silu silu gelu selu elu tanh softplus softsign softmax log_softmax exponential mish "
        "leaky_relu celu log_sigmoid tanh_shrink squareplus hard_tanh soft_shrink hard_shrink linear threshold sparse_plus"
    ).split():
        yield "Activation", {"activation": activation}, [text]
    for name in ("BatchNormalization", "LayerNormalization", "RMSNormalization", "UnitNormalization"):
        yield name, {}, [image]
    yield "BatchNormalization", {"axis": 1, "scale": False, "center": False}, [image]
    yield "BatchNormalization", {"renorm": True}, [image]
    yield "LayerNormalization", {"axis": [-2, -1]}, [image]
    yield "LayerNormalization", {"scale": False}, [text]
    yield "GroupNormalization", {"groups": 3}, [image]
    yield "GroupNormalization", {"groups": -1, "axis": 1, "center": False}, [image]
    yield "SpectralNormalization", {"layer": "Dense"}, [row]
    for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
        yield name, {}, [image, image]
    yield "Add", {}, [image, (1, 1, 6)]
    yield "Concatenate", {}, [image, image, image]
    yield "Concatenate", {"axis": 1}, [image, (3, 9, 6)]
    yield "Dot", {"axes": 1}, [row, row]
    yield "Dot", {"axes": (2, 1), "normalize": True}, [(5, 6), (6, 7)]
    yield "Dot", {"axes": -1}, [(5, 6), (4, 6)]
    yield "Flatten", {}, [image]
    yield "Flatten", {"data_format": "channels_first"}, [image]
    yield "Reshape", {"target_shape": (-1, 6)}, [image]
    yield "Reshape", {"target_shape": (6, 8, 9)}, [image]
    yield "Permute", {"dims": (3, 1, 2)}, [image]
    yield "RepeatVector", {"n": 4}, [row]
    yield "Masking", {}, [text]
    yield "Identity", {}, [text]
    for name, options in (
        ("Dropout", {"rate": 0.2}),
        ("AlphaDropout", {"rate": 0.2}),
        ("GaussianDropout", {"rate": 0.2}),
        ("GaussianNoise", {"stddev": 0.2}),
        ("SpatialDropout1D", {"rate": 0.2}),
        ("ActivityRegularization", {"l2": 0.1}),
    ):
        yield name, options, [text]
    for name, options in (
        ("SpatialDropout2D", {"rate": 0.2}),
        ("RandomFlip", {}),
        ("RandomRotation", {"factor": 0.1}),
        ("RandomZoom", {"height_factor": 0.1}),
        ("RandomTranslation", {"height_factor": 0.1, "width_factor": 0.1}),
        ("RandomContrast", {"factor": 0.1}),
        ("RandomBrightness", {"factor": 0.1}),
        ("Rescaling", {"scale": 0.5, "offset": -1}),
        ("Normalization", {}),
        ("Normalization", {"mean": 1.0, "variance": 2.0}),
        ("Normalization", {"axis": None}),
        ("Resizing", {"height": 16, "width": 20}),
        ("Resizing", {"height": 16, "width": 20, "interpolation": "nearest"}),
        ("CenterCrop", {"height": 4, "width": 5}),
        ("RandomCrop", {"height": 4, "width": 5}),
    ):
        yield name, options, [image]
    for name in ("LSTM", "GRU", "SimpleRNN"):
        yield name, {"units": 5}, [text]
        yield name, {"units": 5, "return_sequences": True, "use_bias": False, "go_backwards": True}, [text]
        yield name, {"units": 5, "return_state": True}, [text]
    yield "GRU", {"units": 5, "reset_after": False}, [text]
    for rank in (1, 2):
        space = (8, 9)[:rank]
        yield f"ConvLSTM{rank}D", {"filters": 4, "kernel_size": 3}, [(5, *space, 3)]
        yield f"ConvLSTM{rank}D", {"filters": 4, "kernel_size": 3, "padding": "same", "return_sequences": True}, [(5, *space, 3)]
    for name in ("Attention", "AdditiveAttention"):
        yield name, {}, [(5, 12), (7, 12)]
        yield name, {"use_scale": True} if name == "Attention" else {"use_scale": False}, [(5, 12), (7, 12), (7, 12)]


def wrapped():
    inner = {
        "Bidirectional": lambda: layers.Bidirectional(layers.LSTM(5, return_sequences=True)),
        "Bidirectional sum": lambda: layers.Bidirectional(layers.GRU(5), merge_mode="sum"),
        "Bidirectional own": lambda: layers.Bidirectional(
            layers.LSTM(5), backward_layer=layers.LSTM(5, go_backwards=True)
        ),
        "Bidirectional states": lambda: layers.Bidirectional(layers.LSTM(5, return_state=True)),
        "Bidirectional apart": lambda: layers.Bidirectional(layers.LSTM(5), merge_mode=None),
        "TimeDistributed dense": lambda: layers.TimeDistributed(layers.Dense(4, activation="relu")),
        "RNN": lambda: layers.RNN(layers.LSTMCell(5), return_sequences=True),
        "RNN stacked": lambda: layers.RNN([layers.GRUCell(5), layers.SimpleRNNCell(6)]),
    }
    for title, make in inner.items():
        yield title, one(make, (7, 12))
    yield "TimeDistributed conv", one(lambda: layers.TimeDistributed(layers.Conv2D(4, 3, strides=2)), (5, 8, 9, 3))
    yield "TimeDistributed pool", one(lambda: layers.TimeDistributed(layers.GlobalAveragePooling2D()), (5, 8, 9, 3))
    yield (
        "TimeDistributed model",
        one(
            lambda: layers.TimeDistributed(
                keras.Sequential([layers.Input((8, 9, 3)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2)])
            ),
            (5, 8, 9, 3),
        ),
    )
    twice = lambda made, x: made(x, x)  # noqa: E731
    across = lambda made, x, y: made(x, y)  # noqa: E731
    heads = layers.MultiHeadAttention
    yield "MultiHeadAttention", one(lambda: heads(3, 4), (7, 12), call=twice)
    yield "MultiHeadAttention values", one(lambda: heads(3, 4, value_dim=5, output_shape=9), (7, 12), call=twice)
    yield "MultiHeadAttention across", one(lambda: heads(3, 4, use_bias=False), (7, 12), (5, 10), call=across)
    yield "MultiHeadAttention axes", one(lambda: heads(3, 4, attention_axes=(1, 2)), (4, 5, 12), call=twice)
    yield (
        "MultiHeadAttention scores",
        one(lambda: heads(3, 4), (7, 12), call=lambda made, x: made(x, x, return_attention_scores=True)),
    )
    yield "GroupQueryAttention", one(lambda: layers.GroupQueryAttention(4, 6, 2), (7, 12), call=twice)


def policies():
    for policy in ("mixed_float16", "bfloat16", "float64"):
        yield policy, one(lambda p=policy: layers.Dense(4, dtype=p), (6,))
        yield policy, one(lambda p=policy: layers.LayerNormalization(dtype=p), (6,))
    for mode in ("int8", "int4", "float8"):
        for make in (
            lambda: layers.Dense(4),
            lambda: layers.EinsumDense("abc,cde->abde", (None, 4, 3)),
            lambda: layers.Embedding(50, 8),
        ):

            def quantised(m=mode, make=make):
                layer = make()
                shape = (6,) if isinstance(layer, layers.Dense) else (5, 6) if isinstance(layer, layers.EinsumDense) else (7,)
                model = keras.Sequential([layers.Input(shape), layer])
                model.quantize(m)
                return model

            yield f"{mode} {type(make()).__name__}", quantised


def operators():
    x, y = (6, 8), (8, 5)
    table = {
        "arithmetic": lambda a: (a + 1.5) * a / 3.0 - ops.exp(-a) ** 2.0,
        "constant first": lambda a: 2.0 - a,
        "comparison": lambda a: ops.where(a > 0.0, a, 0.0 * a),
        "greater": lambda a: ops.greater(a, 0.5),
        "mean": lambda a: ops.mean(a, axis=-1, keepdims=True),
        "sum all": lambda a: ops.sum(a),
        "max axes": lambda a: ops.max(a, axis=(1, 2)),
        "argmax": lambda a: ops.argmax(a, axis=-1),
        "var": lambda a: ops.var(a, axis=1),
        "norm": lambda a: ops.norm(a, axis=-1),
        "reshape": lambda a: ops.reshape(a, (-1, 4, 12)),
        "transpose": lambda a: ops.transpose(a, (0, 2, 1)),
        "expand": lambda a: ops.expand_dims(a, 1),
        "squeeze": lambda a: ops.squeeze(ops.expand_dims(a, -1), -1),
        "concatenate": lambda a: ops.concatenate([a, a, a], axis=1),
        "stack": lambda a: ops.stack([a, a], axis=1),
        "split": lambda a: ops.split(a, 2, axis=-1),
        "split at": lambda a: ops.split(a, [1, 4], axis=1),
        "slice": lambda a: a[:, 1:5:2, -3],
        "slice ellipsis": lambda a: a[..., None, :4],
        "slice back": lambda a: a[:, ::-1],
        "pad": lambda a: ops.pad(a, ((0, 0), (1, 2), (3, 4))),
        "tile": lambda a: ops.tile(a, (1, 2, 3)),
        "repeat": lambda a: ops.repeat(a, 3, axis=1),
        "roll": lambda a: ops.roll(a, 1, axis=1),
        "flip": lambda a: ops.flip(a, axis=1),
        "take": lambda a: ops.take(a, [0, 2, 1], axis=1),
        "cast": lambda a: ops.cast(a, "float16"),
        "clip": lambda a: ops.clip(a, 0.0, 1.0),
        "softmax": lambda a: ops.softmax(a, axis=-1),
        "gelu": lambda a: ops.gelu(a),
        "relu": lambda a: ops.relu(a),
        "sigmoid": lambda a: ops.sigmoid(a),
        "silu": lambda a: ops.silu(a),
        "sqrt": lambda a: ops.rsqrt(ops.sqrt(ops.square(a)) + 1.0),
        "sin": lambda a: ops.sin(a) + ops.cos(a) + ops.tanh(a),
        "einsum": lambda a: ops.einsum("btd,bsd->bts", a, a),
        "moments": lambda a: ops.moments(a, axes=[1]),
        "broadcast": lambda a: ops.broadcast_to(ops.expand_dims(a, 1), (1, 4, 6, 8)),
        "one hot": lambda a: ops.one_hot(ops.cast(a, "int32"), 5),
        "zeros": lambda a: ops.zeros_like(a) + ops.ones_like(a),
        "swap": lambda a: ops.swapaxes(a, 1, 2),
        "moveaxis": lambda a: ops.moveaxis(a, 1, 2),
        "top k": lambda a: ops.top_k(a, 3),
        "cumsum": lambda a: ops.cumsum(a, axis=1),
        "normalize": lambda a: ops.normalize(a, axis=-1),
        "log": lambda a: ops.log(a) + ops.log1p(a) + ops.abs(a) - ops.sign(a),
        "logical": lambda a: ops.logical_and(a > 0.0, ops.logical_not(a > 1.0)),
        "constant": lambda a: a + np.arange(8, dtype="float32"),
        "any": lambda a: ops.any(a > 0.0, axis=1),
    }
    for title, make in table.items():
        yield f"ops {title}", one(lambda m=make: m, x, call=lambda made, a: made(a))
    yield "ops matmul", one(lambda: ops.matmul, x, y, call=lambda made, a, b: made(a, b))
    yield "ops add", one(lambda: ops.add, x, (1, 8), call=lambda made, a, b: made(a, b))
    yield "ops maximum", one(lambda: ops.maximum, x, x, call=lambda made, a, b: made(a, b))
    yield "ops conv", one(lambda: ops.conv, (8, 9, 3), call=lambda made, a: ops.average_pool(ops.max_pool(a, 2, 2), 2, 1, "same"))
    yield "ops resize", one(lambda: ops.image.resize, (8, 9, 3), call=lambda made, a: made(a, (16, 12)))
    heads = (6, 4, 8)
    yield (
        "ops attention",
        one(lambda: ops.dot_product_attention, heads, heads, heads, call=lambda made, q, k, v: made(q, k, v)),
    )


def open_sizes():
    yield "open text", one(lambda: layers.LSTM(5, return_sequences=True), (None, 12))
    yield "open image", one(lambda: layers.Conv2D(5, 3, strides=2, padding="same"), (None, None, 3))
    yield "open image valid", one(lambda: layers.Conv2D(5, 3, strides=2), (None, None, 3))
    yield "open pool", one(lambda: layers.GlobalAveragePooling1D(), (None, 12))
    yield "open attention", one(lambda: layers.MultiHeadAttention(3, 4), (None, 12), call=lambda made, x: made(x, x))
    yield "open reshape", one(lambda: layers.Reshape((-1, 4)), (None, 12))
    yield "open flatten", one(lambda: layers.Flatten(), (None, 12))
    yield "open slice", one(lambda: ops.add, (None, 12), call=lambda made, x: made(x[:, 0], 1.0))


def cases():
    for name, options, make in convolutions():
        yield f"{name} {options}", make
    for name, options, shapes in plain():
        if options.get("layer") == "Dense":
            options = {"layer": None}
            yield name, one(lambda: layers.SpectralNormalization(layers.Dense(3)), *shapes)
            continue
        types = ("int32",) if "Embedding" in name else ()
        if not hasattr(layers, name):
            print("no such layer:", name)
            continue
        yield f"{name} {options}", one(lambda n=name, o=options: getattr(layers, n)(**o), *shapes, types=types)
    for group in (wrapped, policies, operators, open_sizes):
        yield from group()
