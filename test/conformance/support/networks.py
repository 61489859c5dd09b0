"""Ten networks as integer TFLite files, for the question which of their operators run on an NPU.

    python networks.py FOLDER             (pip install tensorflow-cpu==2.21.0)

writes FOLDER/NAME.tflite, and FOLDER/bare/NAME.tflite with zeros for weights, which is what is kept here. Weights are random,
calibration data too; nothing is downloaded.
"""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.lite.tools import flatbuffer_utils
from tensorflow.keras import Input, Model, applications, layers

RANDOM = np.random.default_rng(0)


def ds_cnn():
    """Keywords: separable convolutions over a spectrogram."""
    x = image = Input((49, 10, 1), batch_size=1)
    x = layers.Conv2D(64, (10, 4), strides=2, padding="same", activation="relu")(x)
    for _ in range(4):
        x = layers.DepthwiseConv2D(3, padding="same", activation="relu")(x)
        x = layers.Conv2D(64, 1, activation="relu")(x)
    return Model(image, layers.Dense(12, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def autoencoder():
    x = frame = Input((640,), batch_size=1)
    for width in (128, 128, 8, 128, 640):
        x = layers.Dense(width, activation=None if width == 640 else "relu")(x)
    return Model(frame, x)


def unet():
    """Segmentation: transposed convolutions, bilinear and nearest upsampling, concatenations."""
    x = image = Input((64, 64, 3), batch_size=1)
    kept = []
    for width in (8, 16, 32):
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        kept.append(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(64, 3, padding="same", activation="relu")(x)
    ways = (
        lambda width: layers.Conv2DTranspose(width, 2, strides=2),
        lambda width: layers.UpSampling2D(interpolation="bilinear"),
        lambda width: layers.UpSampling2D(interpolation="nearest"),
    )
    for width, way, skip in zip((32, 16, 8), ways, reversed(kept)):
        x = layers.Concatenate()([way(width)(x), skip])
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
    return Model(image, layers.Conv2D(4, 1, activation="softmax")(x))


def detector():
    """Boxes and classes over two scales, with softmax, strided slices and a selection of the best."""
    x = image = Input((96, 96, 3), batch_size=1)
    scales = []
    for width in (16, 32, 64, 64):
        x = layers.Conv2D(width, 3, strides=2, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.1)(x)
        scales.append(x)
    boxes = [layers.Reshape((-1, 6))(layers.Conv2D(18, 1)(scale)) for scale in scales[2:]]
    x = layers.Concatenate(axis=1)(boxes)
    best = layers.Lambda(lambda y: tf.nn.top_k(y[..., 0], 8).values, output_shape=(8,))(x)
    classes = layers.Softmax()(layers.Lambda(lambda y: y[..., 4:], output_shape=(None, 2))(x))
    return Model(image, [classes, layers.Activation("sigmoid")(best)])


def transformer():
    """Two encoder blocks over 32 tokens: batched products, softmax, layer normalisation, GELU."""
    x = tokens = Input((32, 64), batch_size=1)
    for _ in range(2):
        x = layers.LayerNormalization()(layers.Add()([x, layers.MultiHeadAttention(4, 16)(x, x)]))
        y = layers.Dense(64)(layers.Activation("gelu")(layers.Dense(128)(x)))
        x = layers.LayerNormalization()(layers.Add()([x, y]))
    return Model(tokens, layers.Dense(4)(layers.Flatten()(x)))


def recurrent():
    """Sound events: one-dimensional convolutions and an unrolled recurrent layer."""
    x = frames = Input((16, 32), batch_size=1)
    x = layers.Conv1D(32, 3, padding="same", activation="relu")(x)
    x = layers.GRU(16, unroll=True)(x)
    return Model(frames, layers.Dense(5, activation="sigmoid")(x))


def uncommon():
    """What is seldom: long strides, large windows, divisions, the best of many classes, a gather and a cumulative sum."""
    x = image = Input((64, 64, 3), batch_size=1)
    x = layers.Conv2D(16, 5, strides=4, padding="same", activation="relu")(x)
    x = layers.AveragePooling2D(9, strides=1, padding="same")(x)
    x = layers.DepthwiseConv2D(3, dilation_rate=2, padding="same")(x)
    x = layers.AveragePooling2D(4, strides=4)(x)
    x = layers.DepthwiseConv2D(3, strides=1, padding="same")(x)
    y = layers.Lambda(lambda z: z / (tf.abs(z) + 1.0), output_shape=(4, 4, 16))(x)
    z = layers.Lambda(lambda z: tf.cumsum(tf.gather(z, [2, 0, 1], axis=1), axis=2), output_shape=(3, 4, 16))(y)
    best = layers.Lambda(lambda z: tf.argmax(z, axis=-1, output_type=tf.int32), output_shape=(4, 4))(layers.Conv2D(200, 1)(x))
    return Model(image, [z, best])


def small(build, size=96, **more):
    return lambda: build(input_tensor=Input((size, size, 3), batch_size=1), weights=None, classes=10, **more)


NETWORKS = {
    "ds-cnn": ds_cnn,
    "autoencoder": autoencoder,
    "unet": unet,
    "detector": detector,
    "transformer": transformer,
    "recurrent": recurrent,
    "mobilenet-v1": small(applications.MobileNet, alpha=0.25),
    "mobilenet-v2": small(applications.MobileNetV2, alpha=0.35),
    "mobilenet-v3": small(applications.MobileNetV3Small, alpha=0.75, minimalistic=False),
    "uncommon": uncommon,
}


def converted(model):
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    shapes = [tuple(one.shape) for one in model.inputs]
    converter.representative_dataset = lambda: ([RANDOM.random(s, np.float32) for s in shapes] for _ in range(4))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8, tf.lite.OpsSet.TFLITE_BUILTINS]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def without_weights(path, bare):
    model = flatbuffer_utils.read_model(str(path))
    for buffer in model.buffers:
        # Small ones may be shapes.
        if buffer.data is not None and len(buffer.data) > 256:
            buffer.data = np.zeros(len(buffer.data), np.uint8)
    flatbuffer_utils.write_model(model, str(bare))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "bare").mkdir(parents=True, exist_ok=True)
    tf.keras.utils.set_random_seed(0)
    for name, build in NETWORKS.items():
        path = folder / f"{name}.tflite"
        path.write_bytes(converted(build()))
        without_weights(path, folder / "bare" / path.name)
