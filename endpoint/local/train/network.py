# SPDX-License-Identifier: GPL-3.0-or-later
"""The network: Lanczos plus the output of a few convolutions. One channel in, one channel out, `scale` times as large."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

BASE_SIDE = 7


@dataclass(frozen=True)
class Shape:
    """The hidden layers: channels, and the number of pairs of 3x3 layers between the first (5x5) and the last (3x3)."""

    channels: int
    pairs: int

    @property
    def reach_px(self) -> int:
        """The radius of source pixels that affect an output pixel."""
        return max(2 + 2 * self.pairs + 1, BASE_SIDE // 2)


# By scale. At 4x the plug-in drops eight source pixels at a tile's edge, so the reach must not exceed eight.
SHAPES = {
    "fast": {2: Shape(32, 2), 4: Shape(32, 2)},
    "fine": {2: Shape(48, 4), 4: Shape(64, 2)},
}


def lanczos(x: float) -> float:
    if x == 0:
        return 1
    return 0 if abs(x) >= 3 else 3 * math.sin(math.pi * x) * math.sin(math.pi * x / 3) / (math.pi * x) ** 2


def base_kernels(scale: int) -> Tensor:
    """Lanczos with three lobes as scale^2 convolutions, one for each place between the source's pixels."""
    rows = []
    for phase in range(scale):
        center = (phase + 0.5) / scale - 0.5
        row = torch.tensor([lanczos(tap - BASE_SIDE // 2 - center) for tap in range(BASE_SIDE)])
        rows.append(row / row.sum())
    return torch.stack([torch.outer(down, across) for down in rows for across in rows])[:, None]


class Pair(nn.Module):
    """Two layers with a skip connection, so that gradients pass through many pairs (He et al. 2015)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner, self.outer = nn.Conv2d(channels, channels, 3), nn.Conv2d(channels, channels, 3)
        nn.init.kaiming_normal_(self.inner.weight)
        for silent in (self.inner.bias, self.outer.weight, self.outer.bias):
            nn.init.zeros_(silent)

    def forward(self, given: Tensor) -> Tensor:
        return functional.relu(given[:, :, 2:-2, 2:-2] + self.outer(functional.relu(self.inner(given))))


class Network(nn.Module):
    """Without padding: the result lacks `reach_px` on each side.

    The first layer's kernels sum to zero and the answer to nothing is taken off, so that flat areas stay exactly as they are.
    """

    def __init__(self, shape: Shape, scale: int) -> None:
        super().__init__()
        self.shape, self.scale = shape, scale
        self.base = nn.Parameter(base_kernels(scale))
        self.first = nn.Conv2d(1, shape.channels, 5)
        self.middle = nn.Sequential(*(Pair(shape.channels) for _ in range(shape.pairs)))
        self.last = nn.Conv2d(shape.channels, scale * scale, 3, bias=False)
        nn.init.zeros_(self.last.weight)
        nn.init.kaiming_normal_(self.first.weight)
        nn.init.zeros_(self.first.bias)

    def first_weight(self) -> Tensor:
        return self.first.weight - self.first.weight.mean((2, 3), keepdim=True)

    def base_weight(self) -> Tensor:
        return self.base / self.base.sum((2, 3), keepdim=True)

    def change(self, small: Tensor) -> Tensor:
        """Runs in half precision where training requests it, except for the pixels, which would lose their 8 bits."""
        with torch.autocast(small.device.type, enabled=False):
            hidden = functional.relu(functional.conv2d(small, self.first_weight(), self.first.bias))
        return self.last(self.middle(hidden)).float()

    def answer_to_nothing(self) -> Tensor:
        side = 2 * self.shape.reach_px + 1
        return self.change(torch.zeros(1, 1, side, side))

    def forward(self, small: Tensor) -> Tensor:
        cut = self.shape.reach_px - BASE_SIDE // 2
        inner = small[:, :, cut : small.shape[2] - cut, cut : small.shape[3] - cut]
        with torch.autocast(small.device.type, enabled=False):
            base = functional.conv2d(inner, self.base_weight())
        planes = base + self.change(small) - self.answer_to_nothing()
        return functional.pixel_shuffle(planes, self.scale)
