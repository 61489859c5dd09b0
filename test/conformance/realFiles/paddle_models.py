"""Paddle2ONNX: models of paddle.vision and small ones with random weights, sizes left open as -1."""

import shutil
import tempfile
from pathlib import Path

import paddle
from making import Maker

nn = paddle.nn
Spec = paddle.static.InputSpec


def export(path, build, *specs, opset=17):
    paddle.seed(1)
    model = build()
    model.eval()
    with tempfile.TemporaryDirectory() as folder:
        paddle.onnx.export(model, str(Path(folder) / "model"), input_spec=list(specs), opset_version=opset)
        shutil.copyfile(Path(folder) / "model.onnx", path)


class Words(nn.Layer):
    def __init__(self, core):
        super().__init__()
        self.words, self.core, self.head = nn.Embedding(5000, 64), core, nn.Linear(64, 2)

    def forward(self, ids):
        found = self.core(self.words(ids))
        return self.head((found[0] if isinstance(found, tuple) else found).mean(axis=1))


def main():
    files = Maker("paddle2onnx")
    image, free = Spec([-1, 3, 224, 224], "float32", "x"), Spec([-1, 3, -1, -1], "float32", "x")
    models = paddle.vision.models
    for name in ("resnet18", "resnet50", "mobilenet_v1", "mobilenet_v2", "mobilenet_v3_small", "shufflenet_v2_x0_5", "squeezenet1_1"):
        files.make(name.replace("_", "-"), export, lambda name=name: getattr(models, name)(pretrained=False), image)
    for name in ("resnet18", "mobilenet_v1"):
        files.make(f"{name.replace('_', '-')}-any-size", export, lambda name=name: getattr(models, name)(pretrained=False), free)
    segment = lambda: nn.Sequential(nn.Conv2D(3, 16, 3, padding=1), nn.ReLU(), nn.Conv2D(16, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2), nn.Conv2D(16, 2, 1))
    files.make("segment-any-size", export, segment, free)
    files.make("mlp", export, lambda: nn.Sequential(nn.Linear(40, 128), nn.ReLU(), nn.Linear(128, 10), nn.Softmax()), Spec([-1, 40], "float32", "x"))
    ids = Spec([-1, -1], "int64", "input_ids")
    files.make("words-lstm", export, lambda: Words(nn.LSTM(64, 64)), ids)
    files.make("words-encoder", export, lambda: Words(nn.TransformerEncoder(nn.TransformerEncoderLayer(64, 4, 256), 2)), ids)


main()
