"""YOLOv4, v6 and v7; outputs are the maps of the last convolutions."""

import torch
from torch import nn

from .layers import Concat
from .yolo_layers import CLASSES, Partial, Pooled, PooledInTurn, doubled, heads, residual, unit


class Yolov4(nn.Module):
    """YOLOv4 (Bochkovskiy et al. 2020): CSPDarknet-53, pyramid pooling, path aggregation. The neck is always leaky."""

    def __init__(self, activation):
        super().__init__()
        body, leaky = unit(getattr(nn, activation)), unit(lambda: nn.LeakyReLU(0.1))
        first = Partial(body, 64, 64, 64, [residual(body, 64, 32)], after=True)
        stages = [nn.Sequential(body(3, 32), body(32, 64, 3, 2), first)]
        for inside, count in ((64, 2), (128, 8), (256, 8), (512, 4)):
            blocks = [residual(body, inside, inside) for _ in range(count)]
            partial = Partial(body, inside * 2, inside * 2, inside, blocks, after=True)
            stages.append(nn.Sequential(body(inside, inside * 2, 3, 2), partial))
        self.early, self.middle, self.late = nn.Sequential(*stages[:3]), stages[3], stages[4]
        three = [leaky(1024, 512, 1), leaky(512, 1024), leaky(1024, 512, 1)]
        self.pool = nn.Sequential(*three, Pooled(), leaky(2048, 512, 1), leaky(512, 1024), leaky(1024, 512, 1))
        self.up = nn.ModuleList([leaky(512, 256, 1), leaky(256, 128, 1)])
        self.side = nn.ModuleList([leaky(512, 256, 1), leaky(256, 128, 1)])
        self.five = nn.ModuleList(self.alternating(leaky, width) for width in (512, 256, 512, 1024))
        self.down = nn.ModuleList([leaky(128, 256, 3, 2), leaky(256, 512, 3, 2)])
        self.before = nn.ModuleList(leaky(width, width * 2) for width in (128, 256, 512))
        self.heads = heads((256, 512, 1024))

    @staticmethod
    def alternating(make, width):
        half = width // 2
        return nn.Sequential(*(make(width, half, 1) if i % 2 == 0 else make(half, width) for i in range(5)))

    def forward(self, x):
        eight = self.early(x)
        sixteen = self.middle(eight)
        thirtytwo = self.pool(self.late(sixteen))
        sixteen = self.five[0](torch.cat([self.side[0](sixteen), doubled(self.up[0](thirtytwo))], 1))
        eight = self.five[1](torch.cat([self.side[1](eight), doubled(self.up[1](sixteen))], 1))
        sixteen = self.five[2](torch.cat([self.down[0](eight), sixteen], 1))
        thirtytwo = self.five[3](torch.cat([self.down[1](sixteen), thirtytwo], 1))
        maps = zip(self.heads, self.before, (eight, sixteen, thirtytwo))
        return [head(before(y)) for head, before, y in maps]


class Elan(nn.Module):
    """An aggregation block of YOLOv7 (Wang et al. 2022): two convolutions of 1 x 1, a chain of 3 x 3, some joined."""

    def __init__(self, make, inside, side, inner, outside, joined):
        super().__init__()
        self.sides = nn.ModuleList([make(inside, side, 1), make(inside, side, 1)])
        self.chain = nn.ModuleList(make(side if i == 0 else inner, inner) for i in range(4))
        self.joined = joined
        self.last = make(2 * side + len(joined) * inner, outside, 1)

    def forward(self, x):
        values = [side(x) for side in self.sides]
        for layer in self.chain:
            values.append(layer(values[-1]))
        return self.last(torch.cat([*values[:2], *(values[2 + i] for i in self.joined)], 1))


def halved(make, inside, half):
    """Half the size by a maximum and by a convolution, side by side."""
    return Concat(
        nn.Sequential(make(inside, half, 1), make(half, half, 3, 2)),
        nn.Sequential(nn.MaxPool2d(2), make(inside, half, 1)),
    )


class PooledPartial(nn.Module):
    """Pyramid pooling within a cross-stage partial block."""

    def __init__(self, make, inside, outside):
        super().__init__()
        first = [make(inside, outside, 1), make(outside, outside), make(outside, outside, 1)]
        self.pooled = nn.Sequential(*first, Pooled(), make(4 * outside, outside, 1), make(outside, outside))
        self.past, self.last = make(inside, outside, 1), make(2 * outside, outside, 1)

    def forward(self, x):
        return self.last(torch.cat([self.pooled(x), self.past(x)], 1))


class Yolov7(nn.Module):
    """YOLOv7 (Wang et al. 2022, cfg/training/yolov7.yaml), its repeated convolutions merged into one."""

    def __init__(self):
        super().__init__()
        make = unit(nn.SiLU)

        def deep(inside, side, outside):
            return Elan(make, inside, side, side, outside, (1, 3))

        def wide(inside, side, outside):
            return Elan(make, inside, side, side // 2, outside, (0, 1, 2, 3))

        self.early = nn.Sequential(
            make(3, 32),
            make(32, 64, 3, 2),
            make(64, 64),
            make(64, 128, 3, 2),
            deep(128, 64, 256),
            halved(make, 256, 128),
            deep(256, 128, 512),
        )
        self.middle = nn.Sequential(halved(make, 512, 256), deep(512, 256, 1024))
        self.late = nn.Sequential(halved(make, 1024, 512), deep(1024, 256, 1024), PooledPartial(make, 1024, 512))
        self.narrow = nn.ModuleList([make(512, 256, 1), make(256, 128, 1)])
        self.side = nn.ModuleList([make(1024, 256, 1), make(512, 128, 1)])
        self.up = nn.ModuleList([wide(512, 256, 256), wide(256, 128, 128)])
        self.shrink = nn.ModuleList([halved(make, 128, 128), halved(make, 256, 256)])
        self.down = nn.ModuleList([wide(512, 256, 256), wide(1024, 512, 512)])
        self.before = nn.ModuleList(make(width, width * 2) for width in (128, 256, 512))
        self.heads = heads((256, 512, 1024))

    def forward(self, x):
        eight = self.early(x)
        sixteen = self.middle(eight)
        top = self.late(sixteen)
        middle = self.up[0](torch.cat([self.side[0](sixteen), doubled(self.narrow[0](top))], 1))
        low = self.up[1](torch.cat([self.side[1](eight), doubled(self.narrow[1](middle))], 1))
        middle = self.down[0](torch.cat([self.shrink[0](low), middle], 1))
        top = self.down[1](torch.cat([self.shrink[1](middle), top], 1))
        return [head(before(y)) for head, before, y in zip(self.heads, self.before, (low, middle, top))]


class Yolov6n(nn.Module):
    """YOLOv6-n of version 2 (Li et al. 2022) as deployed: each RepVGG block is one convolution."""

    def __init__(self):
        super().__init__()
        relu, silu = unit(nn.ReLU), unit(nn.SiLU)

        def row(inside, outside, count, stride=1):
            return nn.Sequential(relu(inside, outside, 3, stride), *(relu(outside, outside) for _ in range(count - 1)))

        self.early = nn.Sequential(relu(3, 16, 3, 2), row(16, 32, 3, 2), row(32, 64, 5, 2))
        self.sixteen = row(64, 128, 7, 2)
        self.thirtytwo = nn.Sequential(row(128, 256, 3, 2), PooledInTurn(relu, 256, 256), relu(256, 64, 1))
        self.narrow = relu(64, 32, 1)
        self.up = nn.ModuleList(nn.ConvTranspose2d(width, width, 2, 2) for width in (64, 32))
        self.rows = nn.ModuleList([row(192, 64, 4), row(96, 32, 4), row(64, 64, 4), row(128, 128, 4)])
        self.down = nn.ModuleList([relu(32, 32, 3, 2), relu(64, 64, 3, 2)])
        self.stems = nn.ModuleList(silu(width, width, 1) for width in (32, 64, 128))
        self.branches = nn.ModuleList(
            Concat(*(nn.Sequential(silu(width, width), nn.Conv2d(width, out, 1)) for out in (4, CLASSES)))
            for width in (32, 64, 128)
        )

    def forward(self, x):
        eight = self.early(x)
        sixteen = self.sixteen(eight)
        top = self.thirtytwo(sixteen)
        middle = self.narrow(self.rows[0](torch.cat([self.up[0](top), sixteen], 1)))
        low = self.rows[1](torch.cat([self.up[1](middle), eight], 1))
        middle = self.rows[2](torch.cat([self.down[0](low), middle], 1))
        top = self.rows[3](torch.cat([self.down[1](middle), top], 1))
        maps = zip(self.branches, self.stems, (low, middle, top))
        return [branch(stem(y)) for branch, stem, y in maps]


MODELS = {"yolov4": Yolov4, "yolov6n": Yolov6n, "yolov7": Yolov7}
