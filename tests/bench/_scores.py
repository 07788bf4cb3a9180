# SPDX-License-Identifier: GPL-3.0-or-later
"""Distance between pictures: PSNR and SSIM on luma, as papers on super-resolution measure, and shifts of color."""

from typing import Any, TypeAlias

import numpy as np
from PIL import Image

# The scores leave out so much at each side, where filters read beyond the picture.
BORDER_PX = 8
SSIM_SIGMA_PX = 1.5
SSIM_REACH_PX = 5

Array: TypeAlias = "np.ndarray[Any, Any]"


def luma(picture: Array) -> Array:
    inner = slice(BORDER_PX, -BORDER_PX)
    return np.asarray(Image.fromarray(picture).convert("L"))[inner, inner].astype(float)


def psnr(result: Array, wanted: Array) -> float:
    error = np.mean((luma(result) - luma(wanted)) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-3)))


def smooth(field: Array) -> Array:
    """Applies the Gaussian window of SSIM, and leaves out the edges that the window does not fill."""
    taps = np.exp(-0.5 * (np.arange(-SSIM_REACH_PX, SSIM_REACH_PX + 1) / SSIM_SIGMA_PX) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        length = field.shape[axis] - len(taps) + 1
        field = sum(tap * np.take(field, range(start, start + length), axis) for start, tap in enumerate(taps))
    return field


def ssim(result: Array, wanted: Array) -> float:
    """Wang et al. 2004, with its constants."""
    x, y = luma(result), luma(wanted)
    mean_x, mean_y = smooth(x), smooth(y)
    var_x, var_y, both = smooth(x * x) - mean_x**2, smooth(y * y) - mean_y**2, smooth(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float(np.mean((2 * mean_x * mean_y + c1) * (2 * both + c2) / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))))


def color_shift(large: Array, small: Array) -> float:
    """Largest change of a channel's mean when a picture was enlarged, in tones of 255."""
    return float(np.abs(large.mean((0, 1)) - small.mean((0, 1))).max())
