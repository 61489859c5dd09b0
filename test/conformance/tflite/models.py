"""Writes the networks of test/fixtures/tflite with TensorFlow's converter: small ones whose work is published.

    pip install tensorflow==2.21.0 ai-edge-litert==2.3.0
    python test/conformance/tflite/models.py

Weights are random, or the converter would store equal ones once, and made zeros afterwards, so that the file packs well. Beside each file stand the shapes that the interpreter gives, and a
count of multiply-accumulates from Keras's own layers and shapes, which knows nothing of TFLite.
"""

import gzip
import json
import pathlib
import sys

import numpy as np
import tensorflow as tf
from tensorflow import keras

layers = keras.layers
target = pathlib.Path(__file__).resolve().parents[2] / 'fixtures/tflite'


def resnet8():
    """MLPerf Tiny's image classification (mlcommons/tiny, keras_model.py of image_classification): CIFAR-10."""
    inputs = x = keras.Input((32, 32, 3), batch_size=1)

    def conv(x, filters, size, stride):
        return layers.Conv2D(filters, size, stride, padding='same')(x)
    x = layers.ReLU()(layers.BatchNormalization()(conv(x, 16, 3, 1)))
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        y = layers.ReLU()(layers.BatchNormalization()(conv(x, filters, 3, stride)))
        y = layers.BatchNormalization()(conv(y, filters, 3, 1))
        if stride != 1:
            x = conv(x, filters, 1, stride)
        x = layers.ReLU()(layers.Add()([x, y]))
    x = layers.Flatten()(layers.AveragePooling2D(8)(x))
    return keras.Model(inputs, layers.Dense(10, activation='softmax')(x))


def ds_cnn():
    """MLPerf Tiny's keyword spotting (mlcommons/tiny, keras_model.py of keyword_spotting)."""
    inputs = keras.Input((49, 10, 1), batch_size=1)
    x = layers.Conv2D(64, (10, 4), (2, 2), padding='same')(inputs)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for _ in range(4):
        x = layers.ReLU()(layers.BatchNormalization()(layers.DepthwiseConv2D(3, padding='same')(x)))
        x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(64, 1, padding='same')(x)))
    x = layers.Flatten()(layers.AveragePooling2D((25, 5))(x))
    return keras.Model(inputs, layers.Dense(12, activation='softmax')(x))


def autoencoder():
    """MLPerf Tiny's anomaly detection (mlcommons/tiny, keras_model.py of anomaly_detection)."""
    inputs = x = keras.Input((640,), batch_size=1)
    for units in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        x = layers.ReLU()(layers.BatchNormalization()(layers.Dense(units)(x)))
    return keras.Model(inputs, layers.Dense(640)(x))


def mobilenet(kind, **more):
    return kind(input_tensor=keras.Input((224, 224, 3), batch_size=1), weights=None, **more)


def lstm():
    inputs = keras.Input((28, 28), batch_size=1)
    return keras.Model(inputs, layers.Dense(10)(layers.LSTM(20)(inputs)))


networks = {
    'resnet8': (resnet8, True),
    'ds_cnn': (ds_cnn, True),
    'autoencoder': (autoencoder, True),
    'mobilenet_v1_96_025': (lambda: keras.applications.MobileNet(
        input_tensor=keras.Input((96, 96, 3), batch_size=1), alpha=.25, weights=None, classes=2), True),
    'lstm': (lstm, False),
    'mobilenet_v1': (lambda: mobilenet(keras.applications.MobileNet), True),
    'mobilenet_v2': (lambda: mobilenet(keras.applications.MobileNetV2), True),
}


def macs(model):
    """Multiply-accumulates by layer: outputs × what each is made of."""
    total = 0
    for layer in model.layers:
        out = int(np.prod(layer.output.shape[1:]))
        if isinstance(layer, layers.DepthwiseConv2D):
            total += out * int(np.prod(layer.kernel_size))
        elif isinstance(layer, layers.Conv2D):
            total += out * int(np.prod(layer.kernel_size)) * layer.input.shape[-1]
        elif isinstance(layer, layers.Dense):
            total += out * layer.input.shape[-1]
        elif isinstance(layer, layers.LSTM):
            _, steps, width = layer.input.shape
            total += steps * 4 * layer.units * (width + layer.units)
    return total


def converted(model, is_quantised):
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if is_quantised:
        shape = model.inputs[0].shape
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([np.full(shape, i, np.float32)] for i in (-1, 1))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def stripped(content):
    """Large buffers filled with zeros, in place."""
    from ai_edge_litert import schema_py_generated as schema
    content = bytearray(content)
    model = schema.Model.GetRootAs(content)
    for i in range(model.BuffersLength()):
        data = model.Buffers(i)
        if data.DataLength() > 4096:
            array = data.DataAsNumpy()
            start = bytes(content).find(array.tobytes())
            assert start > 0
            content[start:start + data.DataLength()] = bytes(data.DataLength())
    return bytes(content)


def main():
    expected = {}
    for name in sys.argv[1:] or networks:
        build, is_quantised = networks[name]
        keras.utils.set_random_seed(0)
        model = build()
        content = stripped(converted(model, is_quantised))
        interpreter = tf.lite.Interpreter(model_content=content)
        interpreter.allocate_tensors()
        shapes = [[int(n) for n in d['shape']] for d in interpreter.get_tensor_details() if d['name']]
        expected[name] = {'macs': macs(model), 'parameters': model.count_params(), 'shapes': shapes}
        path = target / f'{name}.tflite.gz'
        path.write_bytes(gzip.compress(content, mtime=0))
        (target / 'networks.json').write_text(json.dumps(expected))
        print(name, len(content), path.stat().st_size, expected[name]['macs'], expected[name]['parameters'])


if __name__ == '__main__':
    main()
