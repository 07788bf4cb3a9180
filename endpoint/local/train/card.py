# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures a network on generated pictures that it was not trained on, and writes its model card."""

from dataclasses import dataclass
from pathlib import Path

import degrade
import numpy as np
import torch
from network import Network
from PIL import Image
from pool import Pool
from torch.nn import functional

# Training does not reach pictures of these numbers.
FIRST_PICTURE = 900_000
PICTURES = 24
KERNELS = dict(zip(("area", "cubic", "lanczos"), degrade.MAIN_KERNELS, strict=True))
FILTERS = (Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
BORDER_PX = 8

Array = np.ndarray


@dataclass
class Facts:
    """Facts of the card that are not measured here."""

    name: str
    steps: int
    seed: int
    difference: float
    size_bytes: int


def decibels(result: Array, wanted: Array) -> float:
    inner = slice(BORDER_PX, -BORDER_PX)
    error = np.mean((result[inner, inner].astype(float) - wanted[inner, inner]) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-3)))


def enlarge(network: Network, small: Array) -> Array:
    reach = network.shape.reach_px
    tones = torch.from_numpy(small.astype(np.float32) / 255)[None, None]
    with torch.no_grad():
        result = network(functional.pad(tones, 4 * [reach], mode="reflect"))[0, 0].numpy()
    return np.clip(np.rint(255 * result), 0, 255)


def gain(network: Network, large: Array, small: Array) -> float:
    sizes = (large.shape[1], large.shape[0])
    best = max(decibels(np.asarray(Image.fromarray(small).resize(sizes, kernel)), large) for kernel in FILTERS)
    return decibels(enlarge(network, small), large) - best


def count(pool: Pool) -> int:
    return min(PICTURES, pool.n_at_start)


def measure(network: Network, pool: Pool) -> dict[str, float]:
    """Mean gain over the better of cubic and Lanczos, clean and as JPEG of quality 85."""
    gains: dict[str, list[float]] = {}
    for index in range(FIRST_PICTURE, FIRST_PICTURE + count(pool)):
        large = pool.picture(index)
        for kernel_name, kernel in KERNELS.items():
            small = degrade.reduce(large, network.scale, kernel)
            gains.setdefault(f"{kernel_name}, clean", []).append(gain(network, large, small))
            gains.setdefault(f"{kernel_name}, JPEG 85", []).append(gain(network, large, degrade.compress(small, 85)))
    return {name: float(np.mean(values)) for name, values in gains.items()}


CARD = """# {name}-{scale}x.onnx

Enlarges the luma of a picture {scale} times: {parameters} parameters, {kib} KiB, reads {reach} px around a source
pixel. One float channel from 0 to 1 in, one out. Made by `endpoint/local/train` from generated
pictures only, seed {seed}, {steps} steps of {patches} patches; no other pictures or weights were used. The
file differs from the trained network by at most {difference:.4f} of 255.

On {pictures} generated pictures that were not trained on, mean gain in PSNR over the better of cubic and
Lanczos:

| reduced by | gain |
|---|---|
{rows}

`./run bench quality` measures photographs; the README of this folder has the results.

Limits: the network sharpens existing detail and invents nothing. It expects pictures that were
reduced, not blurred: what is out of focus stays so. Strong noise and strong JPEG artifacts are
kept. Edges, text and texture were learned from drawings, not from photographs.
"""


def write(network: Network, pool: Pool, facts: Facts, patches: int, path: Path) -> None:
    rows = "\n".join(f"| {name} | {value:+.2f} dB |" for name, value in measure(network, pool).items())
    text = CARD.format(
        name=facts.name, scale=network.scale, parameters=sum(p.numel() for p in network.parameters()), kib=facts.size_bytes // 1024,
        reach=network.shape.reach_px, seed=facts.seed, steps=facts.steps, patches=patches, difference=255 * facts.difference,
        pictures=count(pool), rows=rows,
    )  # fmt: skip
    path.write_text(text)
