"""Writes test/fixtures/keras/: what Keras saves of models with random weights, without the weights.

    python make.py OUT [NAME...]     (keras 3.15, tensorflow; `layers` for those of one layer)

Of each model: NAME.keras.gz, the archive without its file of weights, and in counts.json the number of its weights
(`count_params`), the shape of each result of each layer, and the operations of products and convolutions that TensorFlow's
profiler counts in the graph that the model runs as (of einsums, which it does not know, 2 for each point of the space that
their letters span). layers.json.gz has models of one layer each, with the shapes and numbers of weights that Keras has.
"""

import gc
import gzip
import io
import json
import os
import sys
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from cases import cases  # noqa: E402
from keras import layers, ops  # noqa: E402
from keras.src.saving.saving_lib import _serialize_model_as_json  # noqa: E402
from tensorflow.python.framework import ops as graph_ops  # noqa: E402
from tensorflow.python.profiler.internal import flops_registry  # noqa: E402, F401

BATCH = 2
PRODUCTS = ("Conv2D", "Conv3D", "DepthwiseConv2dNative", "Conv2DBackpropInput", "MatMul", "BatchMatMulV2")


def texts():
    """Token numbers through recurrent layers in both directions. Unrolled, so that the graph has a product for each step."""
    ids = keras.Input((12,), dtype="int32", name="ids")
    x = layers.Embedding(5000, 64)(ids)
    x = layers.Bidirectional(layers.LSTM(32, return_sequences=True, unroll=True))(x)
    x = layers.GRU(24, return_sequences=True, unroll=True)(x)
    x = layers.SimpleRNN(16, unroll=True)(x)
    return keras.Model(ids, layers.Dense(5, activation="softmax")(x), name="texts")


def transformer():
    """Token numbers and their positions through two layers of attention, causal and grouped."""
    width, length = 48, 20
    ids = keras.Input((length,), dtype="int32", name="ids")
    places = ops.cumsum(ops.ones_like(ids), axis=1) - 1
    x = layers.Embedding(1000, width)(ids) + layers.Embedding(length, width)(places)
    for i in range(2):
        normed = layers.LayerNormalization()(x)
        if i == 0:
            x = x + layers.MultiHeadAttention(4, 12, dropout=0.1)(normed, normed, use_causal_mask=True)
        else:
            x = layers.Add()([x, layers.GroupQueryAttention(12, 4, 2)(normed, normed)])
        inner = layers.Dense(4 * width, activation="gelu")(layers.RMSNormalization()(x))
        x = layers.Add()([x, layers.Dropout(0.1)(layers.Dense(width)(inner))])
    pooled = layers.GlobalAveragePooling1D()(x)
    return keras.Model(ids, layers.Dense(2)(pooled), name="transformer")


def unet():
    """Down by strides, up by transposed convolutions, with what was on the way down beside it."""

    def twice(x, width):
        for _ in range(2):
            x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
            x = layers.BatchNormalization()(x)
            x = layers.LeakyReLU()(x)
        return x

    image = keras.Input((64, 96, 3), name="image")
    x, kept = image, []
    for width in (8, 16):
        x = twice(x, width)
        kept.append(x)
        x = layers.MaxPooling2D()(x)
    x = twice(x, 32)
    for width, beside in zip((16, 8), reversed(kept)):
        x = layers.Conv2DTranspose(width, 2, strides=2)(x)
        x = twice(layers.Concatenate()([x, beside]), width)
    return keras.Model(image, layers.Conv2D(1, 1, activation="sigmoid", dtype="float32")(x), name="unet")


def siamese():
    """One model within another, called twice, with two inputs and two results."""
    tower = keras.Sequential(
        [layers.Input((32, 32, 3)), layers.SeparableConv2D(8, 3, activation="relu"), layers.Flatten(), layers.Dense(10)],
        name="tower",
    )
    left, right = keras.Input((32, 32, 3), name="left"), keras.Input((32, 32, 3), name="right")
    a, b = tower(left), tower(right)
    near = layers.Dot(axes=1)([a, b])
    return keras.Model([left, right], [near, ops.abs(a - b)], name="siamese")


def half():
    """Products in 16 bits, weights in 32."""
    keras.config.set_dtype_policy("mixed_float16")
    model = keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            layers.GroupNormalization(4),
            layers.Flatten(),
            layers.Dense(10, dtype="float32"),
        ],
        name="half",
    )
    keras.config.set_dtype_policy("float32")
    return model


def quantised():
    model = keras.Sequential(
        [layers.Input((64,)), layers.Dense(128, activation="relu"), layers.Dense(10)], name="quantised"
    )
    model.quantize("int8")
    return model


def application(name, **others):
    return lambda: getattr(keras.applications, name)(weights=None, **others)


MODELS = {
    "mobilenet": application("MobileNet"),
    "mobilenet-v2": application("MobileNetV2"),
    "mobilenet-v3": application("MobileNetV3Small", input_shape=(224, 224, 3)),
    "resnet50": application("ResNet50"),
    "resnet50-v2": application("ResNet50V2"),
    "efficientnet-b0": application("EfficientNetB0"),
    "efficientnet-v2-b0": application("EfficientNetV2B0"),
    "densenet121": application("DenseNet121"),
    "nasnet-mobile": application("NASNetMobile"),
    "xception": application("Xception"),
    "convnext-tiny": application("ConvNeXtTiny"),
    "vgg16": application("VGG16"),
    "inception-v3": application("InceptionV3"),
    "texts": texts,
    "transformer": transformer,
    "unet": unet,
    "siamese": siamese,
    "half": half,
    "quantised": quantised,
}


def operations(model):
    """What TensorFlow's profiler counts of products and convolutions, and of einsums by their letters."""
    specs = [tf.TensorSpec((BATCH, *one.shape[1:]), one.dtype) for one in model.inputs]
    graph = tf.function(lambda *given: model(list(given) if len(given) > 1 else given[0])).get_concrete_function(*specs)
    total = 0
    graphs = [graph.graph, *(f.graph for f in graph.graph._functions.values() if hasattr(f, "graph"))]
    for one in graphs:
        for op in one.get_operations():
            if op.type in PRODUCTS:
                stats = graph_ops.get_stats_for_node_def(one, op.node_def, "flops")
                assert stats.value, op
                total += int(stats.value)
            elif op.type in ("Einsum", "XlaEinsum"):
                left = op.get_attr("equation").decode().split("->")[0].split(",")
                sizes = {}
                for letters, tensor in zip(left, op.inputs):
                    more = "0123456789"[: len(tensor.shape) - len(letters.replace("...", ""))]
                    sizes.update(zip(letters.replace("...", more), tensor.shape.as_list()))
                count = 2
                for size in sizes.values():
                    count *= size
                total += count
            else:
                assert not any(word in op.type for word in ("Conv", "MatMul", "While")), op.type
    return total


def operations_if_told(model):
    """
    None where the profiler does not tell: open sizes, loops, operations that it has no count of, and windows with holes and
    transposed ones, of which it counts places beside the image (TensorFlow makes the former of smaller images with padding).
    """
    holes = any(max(getattr(layer, "dilation_rate", None) or (1,)) > 1 for layer in model.layers)
    if holes or any("Transpose" in type(layer).__name__ for layer in model.layers):
        return None
    try:
        return operations(model)
    except Exception:
        return None


def shapes(model, prefix=""):
    """The shapes of the results of each layer, by its path, call by call."""
    found = {}
    for layer in model.layers:
        path = prefix + layer.name
        calls = [node for node in layer._inbound_nodes if model_has(model, node)]
        found[path] = [[list(one.shape) for one in node.outputs] for node in calls] or [[list(layer.output.shape)]]
        if isinstance(layer, keras.Model):
            found.update(shapes(layer, path + "/"))
    return found


def model_has(model, node):
    inner = getattr(model, "_functional", model)
    return any(node is one for nodes in inner._nodes_by_depth.values() for one in nodes)


def archive(model):
    config, metadata = _serialize_model_as_json(model)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        out.writestr(zipfile.ZipInfo("metadata.json"), metadata)
        out.writestr(zipfile.ZipInfo("config.json"), config)
    return file.getvalue()


def write(out, name, data):
    with gzip.GzipFile(os.path.join(out, name + ".gz"), "wb", mtime=0) as file:
        file.write(data)


def main(out, only):
    path = os.path.join(out, "counts.json.gz")
    counts = json.loads(gzip.open(path).read()) if only else {}
    for name, make in MODELS.items():
        if only and name not in only:
            continue
        keras.utils.clear_session()
        model = make()
        write(out, name + ".keras", archive(model))
        counted = None if name == "quantised" else operations(model)
        counts[name] = {"parameters": model.count_params(), "operations": counted, "shapes": shapes(model)}
        print(name, counts[name]["parameters"], counted, flush=True)
        del model
        gc.collect()
    write(out, "counts.json", json.dumps(counts).encode())
    if not only or "layers" in only:
        write(out, "layers.json", json.dumps(single()).encode())


def single():
    """Models of one layer, with what Keras has of each."""
    found = []
    for title, make in cases():
        keras.utils.clear_session()
        keras.config.set_dtype_policy("float32")
        try:
            model = make()
            results = [list(one.shape) for one in model.outputs]
            config = json.loads(_serialize_model_as_json(model)[0])
        except Exception as error:
            print("left out:", title, error)
            continue
        found.append({"title": title, "config": config, "parameters": model.count_params(), "results": results,
                      "operations": operations_if_told(model)})
    print(len(found), "layers")
    return found


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
