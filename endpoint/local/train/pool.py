# SPDX-License-Identifier: GPL-3.0-or-later
"""Pairs of patches, small and large, cut from a pool of generated pictures that is renewed as training goes on."""

import os
from functools import cached_property
from pathlib import Path

import degrade
import numpy as np
import pictures
import textures
from PIL import Image

Array = np.ndarray

AT_MOST = 512
RENEW_STEPS = 60


class Pool:
    """A pool whose pictures depend on the step alone, so that interrupted training continues identically."""

    def __init__(self, folder: Path, seed: int, scale: int, n_at_start: int) -> None:
        self.folder, self.seed, self.scale, self.n_at_start = folder, seed, scale, n_at_start
        self.fonts = pictures.find_fonts()
        self.entries: dict[int, tuple[Array, Array]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    @cached_property
    def bank(self) -> Array:
        """Textures are needed only where a picture is missing."""
        return textures.make_textures(self.seed)

    def picture(self, index: int) -> Array:
        """Loads a picture from the folder, where an earlier run or another scale may have saved it."""
        path = self.folder / f"{self.seed}-{index:06}.png"
        if path.exists():
            return np.asarray(Image.open(path))
        made = pictures.make_picture(self.seed, index, self.bank, self.fonts)
        partial = path.with_suffix(f".{os.getpid()}")
        Image.fromarray(made).save(partial, "PNG", compress_level=1)
        partial.rename(path)
        return made

    def advance(self, step: int) -> None:
        last = self.n_at_start + step // RENEW_STEPS
        first = max(0, last - AT_MOST)
        for index in [index for index in self.entries if index < first]:
            del self.entries[index]
        for index in range(first, last):
            if index not in self.entries:
                large = self.picture(index)
                rng = np.random.default_rng([self.seed, 3, self.scale, index])
                self.entries[index] = (large, degrade.reductions(rng, large, self.scale))

    def cut(self, rng: np.random.Generator, side_px: int, margin_px: int) -> tuple[Array, Array]:
        """One pair: the small patch, and the large one that lies inside of the small one's margin."""
        large, reductions = self.entries[min(self.entries) + int(rng.integers(len(self.entries)))]
        small = reductions[rng.integers(len(reductions))]
        y, x = rng.integers(0, small.shape[0] - side_px + 1, 2)
        small = small[y : y + side_px, x : x + side_px]
        scale, inner = self.scale, slice(self.scale * margin_px, self.scale * (side_px - margin_px))
        large = large[scale * y : scale * (y + side_px), scale * x : scale * (x + side_px)][inner, inner]
        return turn(rng, small, large)

    def batch(self, step: int, count: int, side_px: int, margin_px: int) -> tuple[Array, Array]:
        rng = np.random.default_rng([self.seed, 4, self.scale, step])
        pairs = [self.cut(rng, side_px, margin_px) for _ in range(count)]
        smalls, larges = (np.stack(side)[:, None].astype(np.float32) / 255 for side in zip(*pairs, strict=True))
        gain = np.where(rng.random((count, 1, 1, 1)) < 0.3, -1, 1) * rng.uniform(0.6, 1, (count, 1, 1, 1))
        shift = np.where(gain < 0, 1, 0)
        return (smalls * gain + shift).astype(np.float32), (larges * gain + shift).astype(np.float32)


def turn(rng: np.random.Generator, small: Array, large: Array) -> tuple[Array, Array]:
    """Applies one of the eight rotations and reflections to both patches."""
    quarter, mirror = int(rng.integers(4)), rng.random() < 0.5
    small, large = np.rot90(small, quarter), np.rot90(large, quarter)
    return (small[:, ::-1], large[:, ::-1]) if mirror else (small, large)
