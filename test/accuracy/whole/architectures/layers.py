"""Layers that several models share: what a convolution of theirs consists of."""

import torch
from torch import nn
from torch.nn import functional


def conv(inside, outside, kernel=3, stride=1, groups=1, act=nn.ReLU, dilation=1):
    """Convolution of the same size, batch normalisation, activation."""
    size = (kernel, kernel) if isinstance(kernel, int) else kernel
    pad = tuple((k - 1) // 2 * dilation for k in size)
    layers = [nn.Conv2d(inside, outside, size, stride, pad, dilation, groups, bias=False), nn.BatchNorm2d(outside)]
    return nn.Sequential(*layers, *([act()] if act else []))


def separable(inside, outside, stride=1, act=nn.ReLU6, kernel=3):
    """A depthwise convolution and one of 1 x 1 (Howard et al. 2017)."""
    return nn.Sequential(conv(inside, inside, kernel, stride, inside, act=act), conv(inside, outside, 1, act=act))


def mobilenet_v1(width=1.0, channels=3, act=nn.ReLU6):
    """The layers of MobileNet v1 before pooling, one by one."""
    plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
    layers, inside = [conv(channels, int(32 * width), stride=2, act=act)], int(32 * width)
    for outside, stride in plan:
        layers.append(separable(inside, int(outside * width), stride, act))
        inside = int(outside * width)
    return layers


def mobilenet_v2_features(stride=32):
    """The layers of MobileNet v2 before its last convolution; with stride 16 the last blocks are dilated."""
    import torchvision

    features = torchvision.models.mobilenet_v2(weights=None).features[:-1]
    if stride == 16:
        for i, block in enumerate(features[14:]):
            depthwise = block.conv[1][0]
            depthwise.stride = (1, 1)
            if i > 0:
                depthwise.dilation = depthwise.padding = (2, 2)
    return features


def resized(x, like, mode="bilinear"):
    return functional.interpolate(x, size=like.shape[2:], mode=mode)


class Outputs(nn.Module):
    """Runs layers and gives what those of `at` write, in the order of `at`."""

    def __init__(self, layers, at):
        super().__init__()
        self.layers, self.at = nn.ModuleList(layers), at

    def forward(self, x):
        found = []
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i in self.at:
                found.append(x)
        return found


class Concat(nn.Module):
    """What several layers write of one input, joined."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


class Plus(nn.Module):
    """A layer and its input, added."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return x + self.inner(x)


def classifier(inside, classes):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inside, classes))
