"""tf2onnx: Keras models with random weights, their batch (and where they allow it their size) left open."""

import os

os.environ.update(TF_USE_LEGACY_KERAS="1", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
import tensorflow as tf  # noqa: E402
import tf2onnx  # noqa: E402
from making import Maker  # noqa: E402

K = tf.keras
L = K.layers


def export(path, build, *shape, dtype=tf.float32, opset=17):
    """The model is one of Keras; its input has an open batch and the given shape."""
    K.backend.clear_session()
    model = build()
    signature = [tf.TensorSpec((None, *shape), dtype, name="input")]
    tf2onnx.convert.from_keras(model, input_signature=signature, opset=opset, output_path=str(path))


def application(name, **settings):
    return lambda: getattr(K.applications, name)(weights=None, **settings)


def attention():
    x = L.Input((None, 64))
    y = L.LayerNormalization()(x + L.MultiHeadAttention(4, 16)(x, x))
    y = L.LayerNormalization()(y + L.Dense(64)(L.Dense(256, activation="gelu")(y)))
    return K.Model(x, L.Dense(8, activation="softmax")(L.GlobalAveragePooling1D()(y)))


def unet():
    x = L.Input((None, None, 3))
    a = L.Conv2D(16, 3, padding="same", activation="relu")(x)
    b = L.Conv2D(32, 3, strides=2, padding="same", activation="relu")(a)
    up = L.Conv2DTranspose(16, 2, strides=2)(b)
    return K.Model(x, L.Conv2D(2, 1)(L.Concatenate()([a, up])))


def words(body):
    def build():
        x = L.Input((None,), dtype="int32")
        return K.Model(x, L.Dense(2, activation="softmax")(body(L.Embedding(5000, 64)(x))))

    return build


def main():
    files = Maker("tf2onnx")
    image = (224, 224, 3)
    for name in ("MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "ResNet50", "ConvNeXtTiny"):
        files.make(name.lower(), export, application(name), *image)
    files.make("mobilenet-any-size", export, application("MobileNet", include_top=False, input_shape=(None, None, 3)), None, None, 3)
    files.make("mobilenetv2-any-size", export, application("MobileNetV2", include_top=False, input_shape=(None, None, 3)), None, None, 3)
    files.make("resnet50-any-size", export, application("ResNet50", include_top=False, input_shape=(None, None, 3)), None, None, 3)
    files.make("unet-any-size", export, unet, None, None, 3)
    dense = lambda: K.Sequential([L.Input((40,)), L.Dense(128, activation="relu"), L.Dense(64, activation="relu"), L.Dense(10, activation="softmax")])
    files.make("dense", export, dense, 40)
    files.make("conv1d-any-length", export, lambda: K.Sequential([L.Input((None, 8)), L.Conv1D(32, 5, activation="relu"), L.GlobalMaxPooling1D(), L.Dense(4)]), None, 8)
    files.make("attention-any-length", export, attention, None, 64)
    files.make("words-lstm", export, words(L.LSTM(64)), None, dtype=tf.int32)
    files.make("words-gru", export, words(L.GRU(64)), None, dtype=tf.int32)
    files.make("words-bidirectional", export, words(L.Bidirectional(L.LSTM(32))), None, dtype=tf.int32)
    files.make("words-average", export, words(L.GlobalAveragePooling1D()), None, dtype=tf.int32)


main()
