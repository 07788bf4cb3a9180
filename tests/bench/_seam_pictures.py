# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures in which tiles could show, and the changes that a diffusion model makes to a tile. Values are 0 to 1."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Array: TypeAlias = "np.ndarray[Any, Any]"
Random: TypeAlias = np.random.Generator

PHOTOGRAPHS = Path("/usr/share/backgrounds/budgie")
PHOTOGRAPH_NAMES = ("lake-sherburne", "casa-mila")
SUPERSAMPLING = 2
CHECKER_PX = 24
CHECKER_DEGREES = 8
N_POLYGONS = 500
WORDS = ("tile", "overlap", "border", "Gaussian", "feather", "endpoint", "quilt", "MINIMUM", "error", "2007", "path", "grain")
COLOR = 0.05
SHIFT_PX = 2.0
SHARPNESS = 0.3
GRAIN = 6 / 255


def blur(tile: Array) -> Array:
    """Blurs by 1 px. The tile is continued by its edge."""
    for axis in (0, 1):
        wide = np.pad(tile, [(2, 2) if i == axis else (0, 0) for i in range(tile.ndim)], "edge")
        parts = [wide[i : i + tile.shape[0]] if axis == 0 else wide[:, i : i + tile.shape[1]] for i in range(5)]
        tile = (parts[0] + 4 * parts[1] + 6 * parts[2] + 4 * parts[3] + parts[4]) / 16
    return tile


def one_over_f(side: int, random: Random, exponent: float) -> Array:
    """Noise of mean 0 and deviation 1 whose amplitudes fall with the frequency."""
    y, x = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]
    amplitudes = np.hypot(x, y)
    amplitudes[0, 0] = np.inf
    field = np.fft.irfft2(np.fft.rfft2(random.normal(size=(side, side))) / amplitudes**exponent, (side, side))
    noise: Array = (field - field.mean()) / field.std()
    return noise


def sky(side: int, random: Random) -> Array:
    height = np.linspace(0, 1, side)[:, None, None]
    clouds = 0.02 * one_over_f(side, random, 2)[..., None]
    colors: Array = np.array([0.35, 0.5, 0.75]) + height * np.array([0.3, 0.22, 0.1])
    return colors + clouds + random.normal(0, 0.008, (side, side, 3))


def grain(side: int, random: Random) -> Array:
    light: Array = random.normal(0, 0.05, (side, side, 1))
    return 0.5 + light + random.normal(0, 0.02, (side, side, 3))


def foliage(side: int, random: Random) -> Array:
    light = one_over_f(side, random, 1)[..., None]
    leaves: Array = np.array([0.4, 0.5, 0.3]) + 0.14 * light * np.array([0.8, 1.0, 0.6])
    return leaves


def reduce(large: Image.Image, side: int) -> Array:
    return np.asarray(large.resize((side, side), Image.Resampling.BOX)) / 255


def edges(side: int, random: Random) -> Array:
    large = Image.new("RGB", (SUPERSAMPLING * side,) * 2, (120, 120, 120))
    draw = ImageDraw.Draw(large)
    for _ in range(N_POLYGONS):
        center, size = random.uniform(0, large.width, 2), random.uniform(60, 500)
        corners = [tuple(center + random.uniform(-size, size, 2)) for _ in range(3)]
        draw.polygon(corners, fill=tuple(int(tone) for tone in random.integers(30, 226, 3)))
    return reduce(large, side)


def checker(side: int, _random: Random) -> Array:
    y, x = np.mgrid[0 : SUPERSAMPLING * side, 0 : SUPERSAMPLING * side] / (SUPERSAMPLING * CHECKER_PX)
    angle = np.deg2rad(CHECKER_DEGREES)
    fields = np.floor(x * np.cos(angle) + y * np.sin(angle)) + np.floor(y * np.cos(angle) - x * np.sin(angle))
    return reduce(Image.fromarray(np.where(fields % 2 == 0, 70, 180).astype(np.uint8)).convert("RGB"), side)


def text(side: int, random: Random) -> Array:
    page = Image.new("RGB", (side, side), (235, 232, 225))
    draw = ImageDraw.Draw(page)
    y = 0
    while y < side:
        size = int(random.integers(12, 30))
        line = " ".join(random.choice(WORDS) for _ in range(3 * side // size))
        draw.text((0, y), line, fill=(40, 40, 50), font=ImageFont.load_default(size))
        y += round(1.3 * size)
    return np.asarray(page) / 255


def photograph(path: Path) -> Callable[[int, Random], Array]:
    def load(side: int, _random: Random) -> Array:
        picture = Image.open(path).convert("RGB")
        factor = side / min(picture.size)
        picture = picture.resize((round(picture.width * factor), round(picture.height * factor)), Image.Resampling.LANCZOS)
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        return np.asarray(picture.crop((left, top, left + side, top + side))) / 255

    return load


def all_pictures() -> dict[str, Callable[[int, Random], Array]]:
    """Returns the makers of all pictures that this machine has, by name."""
    found: dict[str, Callable[[int, Random], Array]] = {
        "sky": sky, "grain": grain, "foliage": foliage, "edges": edges, "checker": checker, "text": text,
    }  # fmt: skip
    for name in PHOTOGRAPH_NAMES:
        if (PHOTOGRAPHS / f"{name}.jpg").exists():
            found[name] = photograph(PHOTOGRAPHS / f"{name}.jpg")
    return found


def shift_color(tile: Array, random: Random) -> Array:
    return tile + random.uniform(-COLOR, COLOR, 3)


def add_gradient(tile: Array, random: Random) -> Array:
    y, x = (np.linspace(-1, 1, side) for side in tile.shape[:2])
    angle = random.uniform(0, 2 * np.pi)
    gradient: Array = COLOR * (x[None, :, None] * np.cos(angle) + y[:, None, None] * np.sin(angle))
    return tile + gradient


def sharpen(tile: Array, random: Random) -> Array:
    return tile + random.uniform(-SHARPNESS, SHARPNESS) * (tile - blur(tile))


def move(tile: Array, random: Random) -> Array:
    """Moves the content by a part of a pixel, with cubic interpolation (Catmull and Rom 1974)."""
    angle, length = random.uniform(0, 2 * np.pi), SHIFT_PX * np.sqrt(random.uniform())
    for axis, distance in enumerate((length * np.sin(angle), length * np.cos(angle))):
        whole = int(np.floor(distance))
        t = distance - whole
        taps = ((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1, ((-1.5 * t + 2) * t + 0.5) * t, (0.5 * t - 0.5) * t * t
        places = np.arange(tile.shape[axis]) + whole
        last = tile.shape[axis] - 1
        tile = sum(tap * np.take(tile, np.clip(places + i - 1, 0, last), axis) for i, tap in enumerate(taps))
    return tile


def add_grain(tile: Array, random: Random) -> Array:
    return tile + random.normal(0, GRAIN, tile.shape)


def change_all(tile: Array, random: Random) -> Array:
    for change in (move, sharpen, shift_color, add_gradient, add_grain):
        tile = change(tile, random)
    return tile


DISTURBANCES: dict[str, Callable[[Array, Random], Array]] = {
    "colour": shift_color, "gradient": add_gradient, "sharp": sharpen, "shift": move, "grain": add_grain, "all": change_all,
}  # fmt: skip
