"""Models whose output is a picture: segmentation, depth, enlargement."""

import torch
from torch import nn
from torch.nn import functional

from .layers import Concat, Outputs, conv, mobilenet_v2_features, resized, separable


class Pooled(nn.Module):
    """The mean of the picture through a convolution of 1 x 1, spread over the picture again."""

    def __init__(self, inside, outside):
        super().__init__()
        self.layers = nn.Sequential(nn.AdaptiveAvgPool2d(1), conv(inside, outside, 1))

    def forward(self, x):
        return resized(self.layers(x), x)


class DeepLab(nn.Module):
    """DeepLab v3 (Chen et al. 2017) on MobileNet v2 at stride 16; `plus` has the decoder of v3+ (Chen et al. 2018)."""

    def __init__(self, plus, classes=21):
        super().__init__()
        self.features = Outputs(mobilenet_v2_features(stride=16), (3, 17))
        rates = [conv(320, 256, dilation=rate) for rate in (6, 12, 18)] if plus else []
        branches = [conv(320, 256, 1), *rates, Pooled(320, 256)]
        self.pyramid = nn.Sequential(Concat(*branches), conv(256 * len(branches), 256, 1))
        self.low = conv(24, 48, 1) if plus else None
        decoder = [conv(304, 256), conv(256, 256)] if plus else []
        self.head = nn.Sequential(*decoder, nn.Conv2d(256, classes, 1))

    def forward(self, x):
        early, late = self.features(x)
        y = self.pyramid(late)
        if self.low is not None:
            y = torch.cat([resized(y, early), self.low(early)], 1)
        return resized(self.head(y), x)


class UNetMobileNet(nn.Module):
    """MobileNet v2 with four transposed convolutions joined to its expanded layers (TensorFlow's tutorial)."""

    def __init__(self, kernel, classes=3):
        super().__init__()
        self.features = mobilenet_v2_features()
        widths = [(320, 512), (512 + 576, 256), (256 + 192, 128), (128 + 144, 64)]
        self.up = nn.ModuleList(self.doubled(inside, outside, kernel) for inside, outside in widths)
        self.last = self.doubled(64 + 96, classes, kernel)[0]

    @staticmethod
    def doubled(inside, outside, kernel):
        transposed = nn.ConvTranspose2d(inside, outside, kernel, 2, 1, kernel % 2, bias=False)
        return nn.Sequential(transposed, nn.BatchNorm2d(outside), nn.ReLU())

    def forward(self, x):
        expanded = []
        for i, block in enumerate(self.features):
            if i in (2, 4, 7, 14):  # the blocks that halve the picture
                expanded.append(block.conv[0](x))
                x = block.conv[1:](expanded[-1])
            else:
                x = block(x)
        for up, joined in zip(self.up, reversed(expanded)):
            x = torch.cat([up(x), joined], 1)
        return self.last(x)


def resnet18_stages():
    import torchvision

    r = torchvision.models.resnet18(weights=None)
    stem = nn.Sequential(r.conv1, r.bn1, r.relu, r.maxpool)
    return [stem, r.layer1, r.layer2, r.layer3, r.layer4]


class Fcn8(nn.Module):
    """FCN-8s (Long et al. 2015) on ResNet-18: scores of three stages, added."""

    def __init__(self, classes=19):
        super().__init__()
        self.features = Outputs(resnet18_stages(), (2, 3, 4))
        self.scores = nn.ModuleList(nn.Conv2d(width, classes, 1) for width in (128, 256, 512))

    def forward(self, x):
        eight, sixteen, thirtytwo = (score(y) for score, y in zip(self.scores, self.features(x)))
        return resized(eight + resized(sixteen + resized(thirtytwo, sixteen), eight), x)


class ShortTerm(nn.Module):
    """A block of STDC (Fan et al. 2021, figure 3): four convolutions of halving width, joined."""

    def __init__(self, inside, outside, stride):
        super().__init__()
        self.first = conv(inside, outside // 2, 1)
        self.halved = conv(outside // 2, outside // 2, 3, 2, outside // 2, act=None) if stride == 2 else nn.Identity()
        self.pooled = nn.AvgPool2d(3, 2, 1) if stride == 2 else nn.Identity()
        self.rest = Outputs(
            [conv(outside // 2, outside // 4), conv(outside // 4, outside // 8), conv(outside // 8, outside // 8)],
            (0, 1, 2),
        )

    def forward(self, x):
        first = self.first(x)
        return torch.cat([self.pooled(first), *self.rest(self.halved(first))], 1)


class Attended(nn.Module):
    """A picture weighted by a function of its mean."""

    def __init__(self, *layers):
        super().__init__()
        self.weights = nn.Sequential(nn.AdaptiveAvgPool2d(1), *layers, nn.Sigmoid())

    def forward(self, x):
        return x * self.weights(x)


class Stdc(nn.Module):
    """STDC1-Seg (Fan et al. 2021, figure 4), its prediction alone."""

    def __init__(self, classes=19):
        super().__init__()
        layers, inside = [conv(3, 32, stride=2), conv(32, 64, stride=2)], 64
        for outside in (256, 512, 1024):
            layers += [ShortTerm(inside, outside, 2), ShortTerm(outside, outside, 1)]
            inside = outside
        self.features = Outputs(layers, (3, 5, 7))
        self.mean = nn.Sequential(nn.AdaptiveAvgPool2d(1), conv(1024, 128, 1))
        self.refine16, self.refine32 = (
            nn.Sequential(conv(width, 128), Attended(conv(128, 128, 1, act=None))) for width in (512, 1024)
        )
        self.head16, self.head32 = conv(128, 128), conv(128, 128)
        self.fused = conv(256 + 128, 256, 1)
        self.weight = Attended(nn.Conv2d(256, 64, 1), nn.ReLU(), nn.Conv2d(64, 256, 1))
        self.head = nn.Sequential(conv(256, 256), nn.Conv2d(256, classes, 1))

    def forward(self, x):
        eight, sixteen, thirtytwo = self.features(x)
        deep = self.refine32(thirtytwo) + resized(self.mean(thirtytwo), thirtytwo, "nearest")
        deep = self.head32(resized(deep, sixteen, "nearest"))
        deep = self.head16(resized(self.refine16(sixteen) + deep, eight, "nearest"))
        fused = self.fused(torch.cat([eight, deep], 1))
        return resized(self.head(fused + self.weight(fused)), x)


class FastDepth(nn.Module):
    """FastDepth (Wofk et al. 2019): MobileNet v1, five separable 5 x 5 convolutions, skips added; widths as pruned."""

    WIDTHS = (16, 56, 88, 120, 144, 256, 408, 376, 272, 288, 296, 328, 480, 512)
    DECODER = (200, 256, 120, 56, 16)
    STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)

    def __init__(self):
        super().__init__()
        layers = [conv(3, self.WIDTHS[0], stride=2)]
        for inside, outside, stride in zip(self.WIDTHS, self.WIDTHS[1:], self.STRIDES):
            layers.append(separable(inside, outside, stride))
        self.features = Outputs(layers, (1, 3, 5, 13))
        widths = (self.WIDTHS[-1], *self.DECODER)
        self.up = nn.ModuleList(
            separable(inside, outside, act=nn.ReLU, kernel=5) for inside, outside in zip(widths, widths[1:])
        )
        self.last = conv(self.DECODER[-1], 1, 1)

    def forward(self, x):
        *skips, y = self.features(x)
        for i, up in enumerate(self.up):
            y = functional.interpolate(up(y), scale_factor=2, mode="nearest")
            if 0 < i < 4:
                y = y + skips[3 - i]
        return self.last(y)


class Dense(nn.Module):
    """A dense block of ESRGAN (Wang et al. 2018): five convolutions, each of which reads all before it."""

    def __init__(self, width=64, growth=32):
        super().__init__()
        outs = [growth] * 4 + [width]
        self.layers = nn.ModuleList(nn.Conv2d(width + i * growth, out, 3, 1, 1) for i, out in enumerate(outs))

    def forward(self, x):
        values = [x]
        for layer in self.layers[:-1]:
            values.append(functional.leaky_relu(layer(torch.cat(values, 1)), 0.2))
        return self.layers[-1](torch.cat(values, 1)) * 0.2 + x


class DenseThree(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(Dense(), Dense(), Dense())

    def forward(self, x):
        return self.layers(x) * 0.2 + x


class RealEsrgan(nn.Module):
    """Real-ESRGAN x4plus (Wang et al. 2021): 23 blocks of three dense blocks, two enlargements by two."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 64, 3, 1, 1)
        self.body = nn.Sequential(*[DenseThree() for _ in range(23)], nn.Conv2d(64, 64, 3, 1, 1))
        self.up = nn.ModuleList(nn.Conv2d(64, 64, 3, 1, 1) for _ in range(2))
        self.last = nn.Sequential(nn.Conv2d(64, 64, 3, 1, 1), nn.LeakyReLU(0.2), nn.Conv2d(64, 3, 3, 1, 1))

    def forward(self, x):
        x = self.first(x)
        x = x + self.body(x)
        for up in self.up:
            x = functional.leaky_relu(up(functional.interpolate(x, scale_factor=2, mode="nearest")), 0.2)
        return self.last(x)


class RealEsrganGeneral(nn.Module):
    """The compact network of Real-ESRGAN general x4v3: 32 convolutions of 64 channels and a pixel shuffle."""

    def __init__(self):
        super().__init__()
        body = [layer for _ in range(32) for layer in (nn.Conv2d(64, 64, 3, 1, 1), nn.PReLU(64))]
        first = [nn.Conv2d(3, 64, 3, 1, 1), nn.PReLU(64)]
        self.layers = nn.Sequential(*first, *body, nn.Conv2d(64, 48, 3, 1, 1), nn.PixelShuffle(4))

    def forward(self, x):
        return self.layers(x) + functional.interpolate(x, scale_factor=4, mode="nearest")


MODELS = {
    "deeplabv3plus_mobilenet": lambda: DeepLab(plus=True),
    "deeplabv3_mobilenet": lambda: DeepLab(plus=False),
    "unet_mobilenet_v2": UNetMobileNet,
    "fcn8_resnet18": Fcn8,
    "stdc1": Stdc,
    "fast_depth": FastDepth,
    "real_esrgan_x4plus": RealEsrgan,
    "real_esrgan_general": RealEsrganGeneral,
}
