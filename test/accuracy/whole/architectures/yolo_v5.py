"""YOLOv5 and YOLOX, whose backbone and neck are alike."""

import torch
from torch import nn

from .yolo_layers import CLASSES, Partial, Pooled, PooledInTurn, doubled, heads, plain, residual, unit


class Aggregated(nn.Module):
    """The backbone and neck of YOLOv5, which YOLOX shares: maps of strides 8, 16 and 32."""

    THIRD = 6  # blocks of the third stage at depth 1

    def __init__(self, depth, width, stem, pool, make=unit(nn.SiLU), after=None):
        super().__init__()
        w = [int(64 * 2**i * width) for i in range(5)]

        def block(inside, outside, count, added):
            half, times = outside // 2, max(round(count * depth), 1)
            blocks = [residual(make, half, half) if added else plain(make, half) for _ in range(times)]
            return Partial(make, inside, outside, half, blocks, after)

        self.early = nn.Sequential(
            stem,
            make(w[0], w[1], 3, 2),
            block(w[1], w[1], 3, True),
            make(w[1], w[2], 3, 2),
            block(w[2], w[2], self.THIRD, True),
        )
        self.middle = nn.Sequential(make(w[2], w[3], 3, 2), block(w[3], w[3], 9, True))
        self.late = nn.Sequential(make(w[3], w[4], 3, 2), *self.deepest(block, pool, w[4]))
        self.narrow = nn.ModuleList([make(w[4], w[3], 1), make(w[3], w[2], 1)])
        self.down = nn.ModuleList([make(w[2], w[2], 3, 2), make(w[3], w[3], 3, 2)])
        self.blocks = nn.ModuleList(
            block(inside, outside, 3, False)
            for inside, outside in ((w[4], w[3]), (w[3], w[2]), (w[3], w[3]), (w[4], w[4]))
        )
        self.widths = w[2:]

    @staticmethod
    def deepest(block, pool, width):
        return block(width, width, 3, True), pool(width)

    def forward(self, x):
        eight = self.early(x)
        sixteen = self.middle(eight)
        top = self.narrow[0](self.late(sixteen))
        middle = self.narrow[1](self.blocks[0](torch.cat([doubled(top), sixteen], 1)))
        low = self.blocks[1](torch.cat([doubled(middle), eight], 1))
        middle = self.blocks[2](torch.cat([self.down[0](low), middle], 1))
        return [low, middle, self.blocks[3](torch.cat([self.down[1](middle), top], 1))]


class Yolov5(nn.Module):
    """YOLOv5 of release 6 (ultralytics/yolov5): anchors, one convolution for each map."""

    def __init__(self, depth, width):
        super().__init__()
        make = unit(nn.SiLU)
        stem = nn.Sequential(
            nn.Conv2d(3, int(64 * width), 6, 2, 2, bias=False), nn.BatchNorm2d(int(64 * width)), nn.SiLU()
        )
        self.body = Aggregated(depth, width, stem, lambda wide: PooledInTurn(make, wide, wide))
        self.heads = heads(self.body.widths)

    def forward(self, x):
        return [head(y) for head, y in zip(self.heads, self.body(x))]


class Focus(nn.Module):
    """Each square of four pixels becomes one of four times the channels."""

    def __init__(self, make, outside):
        super().__init__()
        self.layer = make(12, outside)

    def forward(self, x):
        rows = x[..., ::2, :], x[..., 1::2, :]
        return self.layer(torch.cat([row[..., i::2] for i in (0, 1) for row in rows], 1))


class AggregatedX(Aggregated):
    """With the pooling before the deepest block, as YOLOX and the first releases of YOLOv5 have it."""

    THIRD = 9

    @staticmethod
    def deepest(block, pool, width):
        return pool(width), block(width, width, 3, False)


def pooled(make, wide):
    return nn.Sequential(make(wide, wide // 2, 1), Pooled(), make(wide * 2, wide, 1))


class Yolov5Early(nn.Module):
    """YOLOv5 of release 2: leaky activations, and a convolution after the residual blocks of each partial block."""

    def __init__(self, depth, width):
        super().__init__()
        make = unit(lambda: nn.LeakyReLU(0.1))
        stem = Focus(make, int(64 * width))
        self.body = AggregatedX(depth, width, stem, lambda wide: pooled(make, wide), make, after=True)
        self.heads = heads(self.body.widths)

    def forward(self, x):
        return [head(y) for head, y in zip(self.heads, self.body(x))]


class YoloX(nn.Module):
    """YOLOX-s (Ge et al. 2021): no anchors, two branches of two convolutions for classes and boxes."""

    def __init__(self, depth=0.33, width=0.5):
        super().__init__()
        make = unit(nn.SiLU)

        self.body = AggregatedX(depth, width, Focus(make, int(64 * width)), lambda wide: pooled(make, wide))
        inner = int(256 * width)
        self.stems = nn.ModuleList(make(wide, inner, 1) for wide in self.body.widths)
        self.classes = nn.ModuleList(
            nn.Sequential(make(inner, inner), make(inner, inner), nn.Conv2d(inner, CLASSES, 1)) for _ in range(3)
        )
        self.boxes = nn.ModuleList(nn.Sequential(make(inner, inner), make(inner, inner)) for _ in range(3))
        self.places = nn.ModuleList(nn.Conv2d(inner, 4 + 1, 1) for _ in range(3))

    def forward(self, x):
        maps = []
        for i, y in enumerate(self.body(x)):
            y = self.stems[i](y)
            maps.append(torch.cat([self.places[i](self.boxes[i](y)), self.classes[i](y)], 1))
        return maps


MODELS = {"yolov5": Yolov5, "yolov5_release2": Yolov5Early, "yolox_s": YoloX}
