# SPDX-License-Identifier: GPL-3.0-or-later
"""Visibility of tiles in a result: at their known borders, and to a detector that must find the borders."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = "np.ndarray[Any, Any]"

HIGH_PASS_PX = 2.0
LOW_PASS_PX = 8.0
NEAR_PX = 8
BESIDE_PX = 48
# Lines so close to the picture's edges are left out, where the filters wrap around.
EDGE_PX = 32
# A change of one tone over 20 px, which nobody sees. Without it, a ratio of two invisible gradients would count.
INVISIBLE = 1 / 255 / 20


@dataclass
class Bands:
    """A picture, high-passed and low-passed."""

    high: Array
    low: Array


@dataclass
class Profile:
    """Means over all lines across an axis."""

    detail: Array
    source_detail: Array
    gradient: Array


@dataclass
class Scores:
    detail: float
    step: float
    rank: float


def split(picture: Array) -> Bands:
    """Splits a picture in gray. The picture wraps around at its edges."""
    y, x = np.fft.fftfreq(picture.shape[0])[:, None], np.fft.rfftfreq(picture.shape[1])[None]
    spectrum, squares = np.fft.rfft2(picture), -2 * np.pi**2 * (x * x + y * y)
    bands = (1 - np.exp(HIGH_PASS_PX**2 * squares), np.exp(LOW_PASS_PX**2 * squares))
    high, low = (np.fft.irfft2(spectrum * band, picture.shape) for band in bands)
    return Bands(high, low)


def make_profiles(result: Bands, source: Bands) -> list[Profile]:
    """Returns the profiles along x and along y."""
    profiles = []
    low = result.low - source.low
    for axis in (0, 1):
        lines = [slice(None), slice(None)]
        lines[axis] = slice(EDGE_PX, -EDGE_PX)
        inner = tuple(lines)
        gradient = np.abs(np.diff(low[inner], axis=1 - axis)).mean(axis)
        details = [(high[inner] ** 2).mean(axis) for high in (result.high, source.high)]
        profiles.append(Profile(details[0], details[1], np.append(gradient, gradient[-1])))
    return profiles


def sum_windows(values: Array, seams: Array, starts: tuple[int, ...], length: int) -> float:
    """Sums the values in windows of one length beside each seam."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return float(sum((sums[seams + start + length] - sums[seams + start]).sum() for start in starts)) / (length * len(starts))


def compare(values: Array, seams: Array, overlap: int, least: float) -> float:
    """Returns the mean at the seams over the mean beside the overlaps."""
    near = sum_windows(values, seams, (-NEAR_PX,), 2 * NEAR_PX)
    beside = sum_windows(values, seams, (-overlap // 2 - BESIDE_PX, overlap // 2), BESIDE_PX)
    return (near + least * len(seams)) / (beside + least * len(seams))


def measure_detail(profile: Profile, seams: Array, overlap: int) -> float:
    return compare(profile.detail, seams, overlap, 1e-9) / compare(profile.source_detail, seams, overlap, 1e-9)


def measure_step(profile: Profile, seams: Array, overlap: int) -> float:
    return compare(profile.gradient, seams, overlap, INVISIBLE)


def standardize(values: Array) -> Array:
    standard: Array = (values - values.mean()) / (values.std() + 1e-12)
    return standard


def score_phases(profile: Profile, tile: int, overlap: int) -> Array:
    """Scores each phase of the grid along one axis: the higher, the more the detector believes in it."""
    spacing, reach = tile - overlap, overlap // 2 + BESIDE_PX
    scores = []
    for phase in range(spacing):
        seams: Array = np.arange(phase, len(profile.detail), spacing)
        seams = seams[(seams >= reach) & (seams <= len(profile.detail) - reach)]
        scores.append((abs(np.log(measure_detail(profile, seams, overlap))), np.log(measure_step(profile, seams, overlap))))
    details, steps = np.array(scores).T
    return standardize(details) + standardize(steps)


def measure(result: Bands, source: Bands, tile: int, overlap: int) -> Scores:
    """Measures a result whose tiles begin at the upper left corner."""
    profiles = make_profiles(result, source)
    spacing = tile - overlap
    details, steps, scores = [], [], []
    for profile in profiles:
        seams = np.arange(tile - overlap // 2, len(profile.detail) - tile // 2, spacing)
        details.append(measure_detail(profile, seams, overlap))
        steps.append(measure_step(profile, seams, overlap))
        scores.append(score_phases(profile, tile, overlap))
    true = (tile - overlap // 2) % spacing
    both = scores[0][None, :] + scores[1][:, None]
    # Phases that score the same are equally likely to be chosen.
    rank = float((both > both[true, true]).mean() + (both == both[true, true]).mean() / 2)
    return Scores(float(np.mean(details)), float(np.mean(steps)), rank)
