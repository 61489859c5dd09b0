"""What several YOLO networks are made of."""

import torch
from torch import nn
from torch.nn import functional

from .layers import Plus, conv

CLASSES = 80
ANCHORS = 3


def unit(act):
    """`conv` with one activation."""
    return lambda inside, outside, kernel=3, stride=1: conv(inside, outside, kernel, stride, act=act)


def doubled(x):
    return functional.interpolate(x, scale_factor=2, mode="nearest")


def heads(widths, values=ANCHORS * (CLASSES + 5)):
    return nn.ModuleList(nn.Conv2d(width, values, 1) for width in widths)


class Partial(nn.Module):
    """A cross-stage partial block (Wang et al. 2020): one half through blocks, the other past them."""

    def __init__(self, make, inside, outside, half, blocks, after=None):
        super().__init__()
        self.first, self.second = make(inside, half, 1), make(inside, half, 1)
        self.blocks, self.after = nn.Sequential(*blocks), make(half, half, 1) if after else nn.Identity()
        self.last = make(2 * half, outside, 1)

    def forward(self, x):
        return self.last(torch.cat([self.after(self.blocks(self.first(x))), self.second(x)], 1))


def residual(make, width, narrow):
    return Plus(nn.Sequential(make(width, narrow, 1), make(narrow, width)))


def plain(make, width):
    return nn.Sequential(make(width, width, 1), make(width, width))


class Pooled(nn.Module):
    """Spatial pyramid pooling by maxima over 5, 9 and 13."""

    def forward(self, x):
        return torch.cat([x, *(functional.max_pool2d(x, k, 1, k // 2) for k in (5, 9, 13))], 1)


class PooledInTurn(nn.Module):
    """The same three maxima, each from the one before."""

    def __init__(self, make, inside, outside):
        super().__init__()
        self.first, self.last = make(inside, inside // 2, 1), make(inside * 2, outside, 1)

    def forward(self, x):
        values = [self.first(x)]
        for _ in range(3):
            values.append(functional.max_pool2d(values[-1], 5, 1, 2))
        return self.last(torch.cat(values, 1))
