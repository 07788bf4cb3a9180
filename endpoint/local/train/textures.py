# SPDX-License-Identifier: GPL-3.0-or-later
"""Small periodic textures that fill the shapes of a picture."""

import numpy as np
from PIL import Image, ImageDraw

SIDE_PX = 512
COUNT = 64

Array = np.ndarray


def normalize(field: Array) -> Array:
    field = field - field.mean()
    return np.clip(field / (field.std() + 1e-6), -3, 3).astype(np.float32)


def spectral_noise(rng: np.random.Generator, slope: float, stretch: float = 1, side: int = SIDE_PX) -> Array:
    """Noise whose amplitude falls with frequency^-slope; a stretch above 1 elongates it along some direction."""
    fy = np.fft.fftfreq(side)[:, None]
    fx = np.fft.rfftfreq(side)[None, :]
    angle = rng.uniform(0, np.pi)
    along = fx * np.cos(angle) + fy * np.sin(angle)
    across = fy * np.cos(angle) - fx * np.sin(angle)
    frequency = np.hypot(along * stretch, across)
    frequency[0, 0] = 1
    spectrum = frequency**-slope * np.exp(2j * np.pi * rng.random(frequency.shape))
    spectrum[0, 0] = 0
    return normalize(np.fft.irfft2(spectrum, s=(side, side)))


def fractal(rng: np.random.Generator) -> Array:
    return spectral_noise(rng, rng.uniform(0.6, 2.2), rng.choice([1, 1, 2, 5, 12]))


def patches(rng: np.random.Generator) -> Array:
    """Blots with soft edges, as in fur, bark and lichen."""
    return normalize(np.tanh(fractal(rng) * rng.uniform(1.5, 10)))


def ridges(rng: np.random.Generator) -> Array:
    return normalize(-np.abs(spectral_noise(rng, rng.uniform(1, 2), rng.choice([1, 2, 5]))))


def grating(rng: np.random.Generator) -> Array:
    """Stripes of a few pixels, straight or wavy, sine or square: cloth, louvres, grilles."""
    cycles = SIDE_PX / np.exp(rng.uniform(np.log(4.5), np.log(40)))
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX] / SIDE_PX
    phase = np.rint(cycles * np.cos(angle)) * x + np.rint(cycles * np.sin(angle)) * y
    phase = phase + rng.choice([0, 0.3, 1]) * spectral_noise(rng, 2)
    wave = np.sin(2 * np.pi * phase)
    return normalize(wave if rng.random() < 0.5 else np.tanh(4 * wave))


def weave(rng: np.random.Generator) -> Array:
    return normalize(grating(rng) * grating(rng) if rng.random() < 0.5 else np.maximum(grating(rng), grating(rng)))


def hairs(rng: np.random.Generator) -> Array:
    """Fine strokes in nearly one direction: hair, grass, needles."""
    image = Image.new("L", (SIDE_PX, SIDE_PX), 90)
    draw = ImageDraw.Draw(image)
    main, spread, length = rng.uniform(0, np.pi), rng.uniform(0.02, 0.5), rng.uniform(20, 150)
    for _ in range(int(60000 / length)):
        x, y, angle = rng.uniform(-40, SIDE_PX + 40), rng.uniform(-40, SIDE_PX + 40), rng.normal(main, spread)
        end = (x + length * np.cos(angle), y + length * np.sin(angle))
        draw.line([(x, y), end], fill=int(rng.integers(0, 256)), width=int(rng.integers(1, 5)))
    return normalize(np.asarray(image, np.float32))


def pebbles(rng: np.random.Generator) -> Array:
    """Dead leaves of small size: gravel, foliage from afar, crowds."""
    image = Image.new("L", (SIDE_PX, SIDE_PX), 128)
    draw = ImageDraw.Draw(image)
    smallest, tones = rng.uniform(1, 3), rng.integers(40, 256)
    for _ in range(int(12 * SIDE_PX**2 / (3.1 * 6 * smallest**2) / 3)):
        radius = min(smallest * rng.random() ** -0.5, 40)
        x, y = rng.uniform(0, SIDE_PX, 2)
        wide = radius * rng.uniform(0.5, 1)
        draw.ellipse([x - wide, y - radius, x + wide, y + radius], fill=int(rng.integers(128 - tones // 2, 128 + tones // 2)))
    return normalize(np.asarray(image, np.float32))


KINDS = [fractal, fractal, patches, ridges, grating, weave, hairs, pebbles]


def make_textures(seed: int) -> Array:
    """COUNT textures, mean 0 and deviation 1; the first is plain."""
    rng = np.random.default_rng([seed, 1])
    fields = [np.zeros((SIDE_PX, SIDE_PX), np.float32)]
    fields += [KINDS[index % len(KINDS)](rng) for index in range(COUNT - 1)]
    return np.stack(fields).astype(np.float16)
