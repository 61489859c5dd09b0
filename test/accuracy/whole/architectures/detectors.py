"""Detectors other than YOLO; their output are scores and boxes of all anchors, without suppression."""

import torch
from torch import nn

from .layers import Concat, Outputs, conv, mobilenet_v1, mobilenet_v2_features, resized, separable


class Anchored(nn.Module):
    """Predictions of several feature maps, joined."""

    def __init__(self, features, heads):
        super().__init__()
        self.features, self.heads = features, nn.ModuleList(heads)

    def forward(self, x):
        rows = [head(y).permute(0, 2, 3, 1).flatten(1) for head, y in zip(self.heads, self.features(x))]
        return torch.cat(rows, 1)


def extras(inside, plan, act, full=True):
    """1 x 1 and 3 x 3 convolutions by which SSD makes maps of half the size."""
    layers = []
    for narrow, wide in plan:
        second = conv(narrow, wide, stride=2, act=act) if full else separable(narrow, wide, 2, act)
        layers.append(nn.Sequential(conv(inside, narrow, 1, act=act), second))
        inside = wide
    return layers


MOBILE_EXTRAS = ((256, 512), (128, 256), (128, 256), (64, 128))
MOBILE_ANCHORS = (3, 6, 6, 6, 6, 6)
COCO_BOX = 91 + 4  # scores of TensorFlow's 91 classes, and the box


def ssd_mobilenet_v1():
    """SSD on MobileNet v1 (TensorFlow's object detection): predictions by 1 x 1 convolutions."""
    layers = mobilenet_v1() + extras(1024, MOBILE_EXTRAS, nn.ReLU6)
    maps = zip((512, 1024, 512, 256, 256, 128), MOBILE_ANCHORS)
    heads = [nn.Conv2d(width, anchors * COCO_BOX, 1) for width, anchors in maps]
    return Anchored(Outputs(layers, (11, 13, 14, 15, 16, 17)), heads)


class ExpandedAndAll(nn.Module):
    """MobileNet v2 by its expanded 14th block, its last convolution, and the layers after it."""

    def __init__(self, lite):
        super().__init__()
        features = mobilenet_v2_features()
        self.before, self.block = features[:14], features[14]
        self.after = nn.Sequential(*features[15:], conv(320, 1280, 1, act=nn.ReLU6))
        self.extras = nn.ModuleList(extras(1280, MOBILE_EXTRAS, nn.ReLU6, full=not lite))

    def forward(self, x):
        expanded = self.block.conv[0](self.before(x))
        maps = [expanded, self.after(self.block.conv[1:](expanded))]
        for extra in self.extras:
            maps.append(extra(maps[-1]))
        return maps


def ssd_mobilenet_v2(lite=True):
    """SSD on MobileNet v2 (Sandler et al. 2018); `lite` has separable convolutions in extras and predictions."""

    def head(width, anchors):
        last = nn.Conv2d(width, anchors * COCO_BOX, 1)
        return nn.Sequential(conv(width, width, groups=width, act=nn.ReLU6), last) if lite else last

    maps = zip((576, 1280, 512, 256, 256, 128), MOBILE_ANCHORS)
    return Anchored(ExpandedAndAll(lite), [head(*widths) for widths in maps])


def ssd_resnet34():
    """SSD of MLPerf Inference 0.5 to 2.0: ResNet-34 without its last stage and its third one's stride; 15,130 boxes."""
    import torchvision

    r = torchvision.models.resnet34(weights=None)
    r.layer3[0].conv1.stride = r.layer3[0].downsample[0].stride = (1, 1)
    stem = nn.Sequential(r.conv1, r.bn1, r.relu, r.maxpool, r.layer1, r.layer2, r.layer3)

    def block(inside, narrow, wide, stride, pad):
        return nn.Sequential(
            nn.Conv2d(inside, narrow, 1), nn.ReLU(), nn.Conv2d(narrow, wide, 3, stride, pad), nn.ReLU()
        )

    layers = [
        stem,
        block(256, 256, 512, 2, 1),
        block(512, 256, 512, 2, 1),
        block(512, 128, 256, 2, 1),
        block(256, 128, 256, 2, 0),
        block(256, 128, 256, 1, 0),
    ]
    maps = zip((256, 512, 512, 256, 256, 256), (4, 6, 6, 6, 4, 4))
    values = 81 + 4
    heads = [nn.Conv2d(width, anchors * values, 3, 3, 1) for width, anchors in maps]
    return Anchored(Outputs(layers, range(6)), heads)


class Pyramid(nn.Module):
    """Feature pyramid and context modules of RetinaFace (Deng et al. 2019), 64 channels."""

    def __init__(self, layers, at, widths, width=64):
        super().__init__()
        leaky = nn.LeakyReLU
        self.features = Outputs(layers, at)
        self.sides = nn.ModuleList(conv(inside, width, 1, act=leaky) for inside in widths)
        self.merged = nn.ModuleList(conv(width, width, act=leaky) for _ in range(2))
        self.contexts = nn.ModuleList(self.context(width) for _ in widths)

    @staticmethod
    def context(width):
        quarter = width // 4
        five = nn.Sequential(conv(width, quarter, act=nn.LeakyReLU))
        wider = Concat(
            conv(quarter, quarter, act=None),
            nn.Sequential(conv(quarter, quarter, act=nn.LeakyReLU), conv(quarter, quarter, act=None)),
        )
        return nn.Sequential(Concat(conv(width, width // 2, act=None), nn.Sequential(five, wider)), nn.ReLU())

    def forward(self, x):
        eight, sixteen, thirtytwo = (side(y) for side, y in zip(self.sides, self.features(x)))
        sixteen = self.merged[1](sixteen + resized(thirtytwo, sixteen, "nearest"))
        eight = self.merged[0](eight + resized(sixteen, eight, "nearest"))
        return [context(y) for context, y in zip(self.contexts, (eight, sixteen, thirtytwo))]


def retinaface():
    """RetinaFace on MobileNet v1: two anchors with two scores, a box and five points each."""
    features = Pyramid(mobilenet_v1(), (5, 11, 13), (256, 512, 1024))
    values = 2 + 4 + 10
    return Anchored(features, [nn.Conv2d(64, 2 * values, 1) for _ in range(3)])


MODELS = {
    "ssd_mobilenet_v1": ssd_mobilenet_v1,
    "ssd_mobilenet_v2": ssd_mobilenet_v2,
    "ssd_resnet34": ssd_resnet34,
    "retinaface": retinaface,
}
