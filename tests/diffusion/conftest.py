# SPDX-License-Identifier: GPL-3.0-or-later
"""The painter that the tests of a file share."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tile_upscale_gpu.painter import Painter


@pytest.fixture(scope="module")
def painter(tmp_path_factory: pytest.TempPathFactory) -> "Painter":
    # Here, because torch and diffusers take seconds to import, and most test files use neither.
    from tile_upscale_gpu.painter import Painter
    from tile_upscale_gpu.settings import read_settings
    from tiny_sdxl import make_all

    return Painter(read_settings(make_all(tmp_path_factory.mktemp("weights"))))
