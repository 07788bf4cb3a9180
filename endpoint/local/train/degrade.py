# SPDX-License-Identifier: GPL-3.0-or-later
"""Reduces the large picture to the small one, as cameras, editors and web sites do."""

import io

import numpy as np
from PIL import Image

Array = np.ndarray

MAIN_KERNELS = [Image.Resampling.BOX, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS]
OTHER_KERNELS = [Image.Resampling.BILINEAR, Image.Resampling.HAMMING, Image.Resampling.LANCZOS]


def compress(picture: Array, quality: int) -> Array:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def soil(rng: np.random.Generator, small: Array) -> Array:
    """Light noise, JPEG, both, or nothing."""
    if rng.random() < 0.12:
        noisy = small + rng.normal(0, rng.uniform(0.5, 3), small.shape)
        small = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    if rng.random() < 0.28:
        small = compress(small, int(rng.integers(70, 96)))
    return small


def reduce(picture: Array, scale: int, kernel: Image.Resampling) -> Array:
    height, width = picture.shape
    return np.asarray(Image.fromarray(picture).resize((width // scale, height // scale), kernel))


def reductions(rng: np.random.Generator, picture: Array, scale: int) -> Array:
    """The picture reduced by each of the main kernels and by one other."""
    kernels = [*MAIN_KERNELS, OTHER_KERNELS[rng.integers(len(OTHER_KERNELS))]]
    return np.stack([soil(rng, reduce(picture, scale, kernel)) for kernel in kernels])
