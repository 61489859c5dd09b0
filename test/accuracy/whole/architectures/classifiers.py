"""Classifiers and embeddings that neither torchvision nor timm has as they were measured."""

import torch
from torch import nn

from .layers import Concat, Plus, classifier, conv, mobilenet_v1, separable


def ds_cnn():
    """Keyword spotting of MLPerf Tiny (mlcommons/tiny, kws_streaming's DS-CNN): 49 x 10 features, 12 words."""
    first = nn.Sequential(nn.Conv2d(1, 64, (10, 4), 2, (5, 1), bias=False), nn.BatchNorm2d(64), nn.ReLU())
    blocks = [separable(64, 64, act=nn.ReLU) for _ in range(4)]
    return nn.Sequential(first, *blocks, classifier(64, 12), nn.Softmax(1))


def visual_wake_words():
    """MobileNet v1 at a quarter of its width, two classes (MLPerf Tiny)."""
    return nn.Sequential(*mobilenet_v1(0.25, act=nn.ReLU), classifier(256, 2), nn.Softmax(1))


def googlenet_caffe():
    """GoogLeNet as published (Szegedy et al. 2014, table 1): 5 x 5 branches, two LRN, no batch normalisation."""

    def plain(inside, outside, kernel, stride=1):
        return [nn.Conv2d(inside, outside, kernel, stride, kernel // 2), nn.ReLU()]

    def pool():
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    def inception(inside, one, before3, three, before5, five, pooled):
        return Concat(
            nn.Sequential(*plain(inside, one, 1)),
            nn.Sequential(*plain(inside, before3, 1), *plain(before3, three, 3)),
            nn.Sequential(*plain(inside, before5, 1), *plain(before5, five, 5)),
            nn.Sequential(nn.MaxPool2d(3, 1, 1), *plain(inside, pooled, 1)),
        )

    return nn.Sequential(
        *plain(3, 64, 7, 2),
        pool(),
        nn.LocalResponseNorm(5),
        *plain(64, 64, 1),
        *plain(64, 192, 3),
        nn.LocalResponseNorm(5),
        pool(),
        inception(192, 64, 96, 128, 16, 32, 32),
        inception(256, 128, 128, 192, 32, 96, 64),
        pool(),
        inception(480, 192, 96, 208, 16, 48, 64),
        inception(512, 160, 112, 224, 24, 64, 64),
        inception(512, 128, 128, 256, 24, 64, 64),
        inception(512, 112, 144, 288, 32, 64, 64),
        inception(528, 256, 160, 320, 32, 128, 128),
        pool(),
        inception(832, 256, 160, 320, 32, 128, 128),
        inception(832, 384, 192, 384, 48, 128, 128),
        classifier(1024, 1000),
        nn.Softmax(1),
    )


class HarmonicBlock(nn.Module):
    """A block of HarDNet (Chao et al. 2019): layer n reads the layers n - 2^i for each power of two that divides n."""

    def __init__(self, inside, growth, layers, multiplier=1.7):
        super().__init__()
        widths, self.links, self.layers = [inside], [], nn.ModuleList()
        for n in range(1, layers + 1):
            powers = [i for i in range(10) if n % 2**i == 0]
            links = [n - 2**i for i in powers]
            width = int(int(growth * multiplier ** (len(powers) - 1) + 1) / 2) * 2
            self.links.append(links)
            self.layers.append(conv(sum(widths[i] for i in links), width, act=nn.ReLU6))
            widths.append(width)
        self.kept = [i for i in range(1, layers + 1) if i % 2 == 1 or i == layers]
        self.width = sum(widths[i] for i in self.kept)

    def forward(self, x):
        values = [x]
        for links, layer in zip(self.links, self.layers):
            read = [values[i] for i in links]
            values.append(layer(torch.cat(read, 1) if len(read) > 1 else read[0]))
        return torch.cat([values[i] for i in self.kept], 1)


def hardnet68():
    layers = [conv(3, 32, stride=2, act=nn.ReLU6), conv(32, 64, act=nn.ReLU6), nn.MaxPool2d(3, 2, 1)]
    inside = 64
    for width, growth, count, pooled in (
        (128, 14, 8, 1),
        (256, 16, 16, 0),
        (320, 20, 16, 1),
        (640, 40, 16, 1),
        (1024, 160, 4, 0),
    ):
        block = HarmonicBlock(inside, growth, count)
        layers += [block, conv(block.width, width, 1, act=nn.ReLU6)] + [nn.MaxPool2d(2)] * pooled
        inside = width
    return nn.Sequential(*layers, classifier(1024, 1000))


def vit_batch_norm():
    """ViT-B/16 with batch normalisation instead of layer normalisation, which is folded into the next product."""
    import timm

    return timm.create_model("vit_base_patch16_224", exportable=True, norm_layer=nn.Identity)


def mobilefacenet():
    """MobileFaceNet (Chen et al. 2018) at twice its width, blocks 1, 4, 6, 2, embeddings of 512."""

    def bottleneck(inside, inner, outside, stride=1):
        return nn.Sequential(
            conv(inside, inner, 1, act=lambda: nn.PReLU(inner)),
            conv(inner, inner, 3, stride, inner, act=lambda: nn.PReLU(inner)),
            conv(inner, outside, 1, act=None),
        )

    def repeated(width, inner, count):
        return [Plus(bottleneck(width, inner, width)) for _ in range(count)]

    return nn.Sequential(
        conv(3, 128, stride=2, act=lambda: nn.PReLU(128)),
        conv(128, 128, groups=128, act=lambda: nn.PReLU(128)),
        bottleneck(128, 128, 128, 2),
        *repeated(128, 128, 4),
        bottleneck(128, 256, 256, 2),
        *repeated(256, 256, 6),
        bottleneck(256, 512, 256, 2),
        *repeated(256, 256, 2),
        conv(256, 512, 1, act=lambda: nn.PReLU(512)),
        nn.Conv2d(512, 512, 7, groups=512, bias=False),
        nn.BatchNorm2d(512),
        nn.Flatten(),
        nn.Linear(512, 512, bias=False),
        nn.BatchNorm1d(512),
    )


class Crnn(nn.Module):
    """Text recognition of Shi et al. 2015 (figure 1 and table 1): seven convolutions and two bidirectional LSTM."""

    def __init__(self, classes, channels=1):
        super().__init__()

        def plain(inside, outside):
            return [nn.Conv2d(inside, outside, 3, 1, 1), nn.ReLU()]

        self.convolutions = nn.Sequential(
            *plain(channels, 64),
            nn.MaxPool2d(2),
            *plain(64, 128),
            nn.MaxPool2d(2),
            conv(128, 256),
            *plain(256, 256),
            nn.MaxPool2d((2, 2), (2, 1), (0, 1)),
            conv(256, 512),
            *plain(512, 512),
            nn.MaxPool2d((2, 2), (2, 1), (0, 1)),
            nn.Conv2d(512, 512, 2, bias=False),
            nn.BatchNorm2d(512),
            nn.ReLU(),
        )
        self.first, self.between = nn.LSTM(512, 256, bidirectional=True), nn.Linear(512, 256)
        self.second, self.last = nn.LSTM(256, 256, bidirectional=True), nn.Linear(512, classes)

    def forward(self, x):
        steps = self.convolutions(x).squeeze(2).permute(2, 0, 1)
        return self.last(self.second(self.between(self.first(steps)[0]))[0])


def resnet50(strided):
    """ResNet-50 as first published (He et al. 2015): `first` has the stride of a stage in its first 1 x 1 convolution,
    as Caffe's and Keras's, `last` in the last block of the stage before, as TensorFlow-Slim's."""
    import torchvision

    model = torchvision.models.resnet50(weights=None)
    stages = [model.layer1, model.layer2, model.layer3, model.layer4]
    for before, stage in zip(stages, stages[1:]):
        stage[0].conv2.stride = (1, 1)
        if strided == "first":
            stage[0].conv1.stride = (2, 2)
        else:
            stage[0].downsample[0].stride = (1, 1)
            before[-1].conv2.stride, before[-1].downsample = (2, 2), nn.MaxPool2d(1, 2)
    return model


def efficientnet_edge(name):
    """EfficientNet-EdgeTPU as TensorFlow runs it: a fused block has its stride in the 1 x 1 convolution at its end."""
    import timm

    model = timm.create_model(name, exportable=True)
    for block in model.modules():
        if hasattr(block, "conv_exp") and block.conv_exp.stride == (2, 2):
            block.conv_exp.stride, block.conv_pwl.stride = (1, 1), (2, 2)
    return model


def merged(name):
    """A model of timm whose parallel branches are merged into one convolution, as it is deployed."""
    import timm

    return timm.utils.model.reparameterize_model(timm.create_model(name, exportable=True).eval())


MODELS = {
    "resnet50": resnet50,
    "efficientnet_edge": efficientnet_edge,
    "merged": merged,
    "ds_cnn": ds_cnn,
    "visual_wake_words": visual_wake_words,
    "googlenet_caffe": googlenet_caffe,
    "hardnet68": hardnet68,
    "vit_batch_norm": vit_batch_norm,
    "mobilefacenet": mobilefacenet,
    "crnn": Crnn,
}
