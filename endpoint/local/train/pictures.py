# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated pictures in shades of gray: dead leaves with textures, shading and depth of field, text and drawings."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import textures
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE_PX = 640
# Shapes are drawn at twice the size, so that their edges lie between pixels.
CANVAS_PX = 2 * SIDE_PX
FONT_FOLDERS = [Path("/usr/share/fonts")]
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;:!?()-&%"

Array = np.ndarray


@dataclass
class Palette:
    """Tones of one picture: natural pictures keep to a part of the range."""

    middle: float
    spread: float

    def tones(self, rng: np.random.Generator, count: int) -> Array:
        tones = rng.normal(self.middle, self.spread, count)
        extreme = rng.random(count) < 0.08
        return np.clip(np.where(extreme, rng.random(count), tones), 0.01, 1)


def find_fonts() -> list[Path]:
    return sorted(path for folder in FONT_FOLDERS for ending in ("ttf", "otf") for path in folder.rglob(f"*.{ending}"))


def outline(rng: np.random.Generator, radius: float) -> Array:
    """The corners of a random shape around the origin: ellipse, polygon, box, or rounded blob."""
    kind = rng.random()
    if kind < 0.35:
        t = np.linspace(0, 2 * math.pi, max(8, min(64, int(radius))), endpoint=False)
        x, y = radius * np.cos(t), radius * rng.uniform(0.3, 1) * np.sin(t)
    elif kind < 0.6:
        t = np.sort(rng.uniform(0, 2 * math.pi, rng.integers(3, 9)))
        r = radius * rng.uniform(0.4, 1, t.size)
        x, y = r * np.cos(t), r * np.sin(t)
    elif kind < 0.75:
        half = radius * rng.uniform(0.05, 0.8)
        x, y = np.array([-radius, radius, radius, -radius]), np.array([-half, -half, half, half])
    else:
        t = np.linspace(0, 2 * math.pi, max(12, min(96, int(radius))), endpoint=False)
        r = np.ones_like(t)
        for harmonic in range(2, 7):
            r += rng.normal(0, 0.35 / harmonic) * np.cos(harmonic * t + rng.uniform(0, 6.3))
        x, y = radius * r * np.cos(t), radius * r * np.sin(t)
    turn = rng.choice([0, 0.02]) if rng.random() < 0.15 else rng.uniform(0, 2 * math.pi)
    return np.stack([x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)], 1)


def draw_leaves(rng: np.random.Generator, cover: float) -> tuple[Array, int]:
    """Shapes whose radii follow a power law, drawn over one another until they cover the canvas a given number of times."""
    image = Image.new("I", (CANVAS_PX, CANVAS_PX), 0)
    draw = ImageDraw.Draw(image)
    smallest, largest = rng.uniform(3, 14), rng.uniform(150, 700)
    power = rng.uniform(0.7, 2)
    left, number = cover * CANVAS_PX**2, 0
    while left > 0 and number < 12000:
        number += 1
        radius = (smallest**-power - rng.random() * (smallest**-power - largest**-power)) ** (-1 / power)
        place = rng.uniform(-radius / 2, CANVAS_PX + radius / 2, 2)
        draw.polygon([tuple(corner) for corner in outline(rng, radius) + place], fill=number)
        left -= 2 * radius**2
    return np.asarray(image), number


def draw_strokes(rng: np.random.Generator) -> tuple[Array, int]:
    """Lines and curves of constant width: wires, twigs, outlines, drawings."""
    image = Image.new("I", (CANVAS_PX, CANVAS_PX), 0)
    draw = ImageDraw.Draw(image)
    count, width = int(rng.integers(10, 150)), rng.uniform(1, 6)
    for number in range(1, count + 1):
        t = np.linspace(0, 1, 24)[:, None]
        ends = rng.uniform(-100, CANVAS_PX + 100, (3, 2))
        if rng.random() < 0.5:
            ends[1] = (ends[0] + ends[2]) / 2
        curve = (1 - t) ** 2 * ends[0] + 2 * t * (1 - t) * ends[1] + t**2 * ends[2]
        draw.line([tuple(p) for p in curve], fill=number, width=max(1, int(width * rng.uniform(0.5, 2))), joint="curve")
    return np.asarray(image), count


def draw_text(rng: np.random.Generator, fonts: list[Path]) -> tuple[Array, int]:
    image = Image.new("I", (CANVAS_PX, CANVAS_PX), 0)
    count = int(rng.integers(10, 60))
    for number in range(1, count + 1):
        size = int(np.exp(rng.uniform(np.log(14), np.log(160))))
        words = "".join(rng.choice(list(LETTERS), rng.integers(4, 40)))
        sheet = Image.new("L", (CANVAS_PX, 2 * size), 0)
        ImageDraw.Draw(sheet).text((0, 0), words, font=ImageFont.truetype(str(fonts[rng.integers(len(fonts))]), size), fill=255)
        if rng.random() < 0.4:
            sheet = sheet.rotate(rng.uniform(-90, 90), expand=True)
        place = tuple(int(v) for v in rng.integers(-CANVAS_PX // 3, CANVAS_PX, 2))
        image.paste(number, place, sheet.point(lambda value: 255 if value > 127 else 0))
    return np.asarray(image), count


def fill(rng: np.random.Generator, owner: Array, count: int, palette: Palette, bank: Array) -> Array:
    """Linear light of the shape that owns each pixel: a tone, a shading, and often a texture."""
    tones = palette.tones(rng, count + 1).astype(np.float32) ** 2.2
    slopes = rng.normal(0, 0.0012, (2, count + 1)).astype(np.float32)
    plain = rng.random(count + 1) < rng.choice([0.1, 0.4, 0.8])
    # A photograph shows few kinds of things, so a picture repeats few textures.
    kinds = rng.choice(len(bank), 6)[rng.integers(0, 6, count + 1)]
    kinds[plain] = 0
    contrast = np.exp(rng.uniform(np.log(0.02), np.log(0.6), count + 1)).astype(np.float32)
    shift = rng.integers(0, textures.SIDE_PX, (2, count + 1))
    y, x = np.indices(owner.shape, np.int32)
    pattern = bank[kinds[owner], (y + shift[0][owner]) % textures.SIDE_PX, (x + shift[1][owner]) % textures.SIDE_PX]
    shading = slopes[0][owner] * (y - CANVAS_PX // 2) + slopes[1][owner] * (x - CANVAS_PX // 2)
    return tones[owner] * np.exp(np.clip(contrast[owner] * pattern + shading, -2, 2))


def blur(field: Array, sigma_px: float) -> Array:
    """A Gaussian, on a torus."""
    if sigma_px < 0.05:
        return field
    fy, fx = np.fft.fftfreq(field.shape[0])[:, None], np.fft.rfftfreq(field.shape[1])[None, :]
    response = np.exp(-2 * (math.pi * sigma_px) ** 2 * (fx**2 + fy**2)).astype(np.float32)
    return np.fft.irfft2(np.fft.rfft2(field) * response, s=field.shape).astype(np.float32)


def draw_layer(rng: np.random.Generator, fonts: list[Path], is_back: bool) -> tuple[Array, int]:
    kind = rng.random()
    if is_back:
        return draw_leaves(rng, rng.uniform(1.5, 4)) if kind < 0.85 else (np.zeros((CANVAS_PX, CANVAS_PX), np.int32), 0)
    if kind < 0.2 and fonts:
        return draw_text(rng, fonts)
    return draw_strokes(rng) if kind < 0.5 else draw_leaves(rng, rng.uniform(0.1, 0.8))


def make_scene(rng: np.random.Generator, bank: Array, fonts: list[Path]) -> Array:
    """Layers at different depths, out of focus each by its own amount, in linear light at twice the size."""
    palette = Palette(rng.uniform(0.15, 0.8), rng.uniform(0.04, 0.35))
    scene = None
    for layer in range(int(rng.integers(1, 4))):
        owner, count = draw_layer(rng, fonts, layer == 0)
        light = fill(rng, owner, count, palette, bank)
        sigma_px = rng.choice([0, rng.uniform(0, 3), rng.uniform(2, 9)], p=[0.55, 0.3, 0.15])
        if scene is None:
            scene = blur(light, sigma_px)
            continue
        mask = blur((owner > 0).astype(np.float32), sigma_px)
        scene = scene * (1 - mask) + blur(light * (owner > 0), sigma_px)
    veil = 1 + rng.choice([0, 0.3]) * np.tanh(textures.spectral_noise(rng, 2, side=CANVAS_PX))
    return scene * veil


def photograph(rng: np.random.Generator, scene: Array) -> Array:
    """The scene as a camera or web site stores it: lens blur, sRGB's curve, noise, sharpening, 8 bits."""
    softness = rng.choice([0, rng.uniform(0.5, 1.6), rng.uniform(1.6, 5)], p=[0.4, 0.38, 0.22])
    light = blur(scene, softness).reshape(SIDE_PX, 2, SIDE_PX, 2).mean((1, 3))
    tones = 255 * np.clip(light, 0, 1) ** (1 / 2.2)
    if rng.random() < 0.4:
        noise = blur(rng.normal(0, 1, tones.shape).astype(np.float32), rng.choice([0, 0.6]))
        tones = tones + rng.uniform(0.2, 4) * noise / noise.std()
    image = Image.fromarray(np.clip(np.rint(tones), 0, 255).astype(np.uint8))
    if rng.random() < 0.25:
        image = image.filter(ImageFilter.UnsharpMask(rng.uniform(0.5, 1.5), int(rng.uniform(20, 100)), 0))
    return np.asarray(image)


def make_picture(seed: int, index: int, bank: Array, fonts: list[Path]) -> Array:
    """The picture number `index`, identical each time."""
    rng = np.random.default_rng([seed, 2, index])
    return photograph(rng, make_scene(rng, bank, fonts))
