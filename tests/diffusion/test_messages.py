# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's message models match the schema that the C code is tested with."""

import sys
from pathlib import Path

from gpu_service import SERVICE

sys.path.insert(0, str(SERVICE))
from make_messages import make_messages  # noqa: E402


def test_models_are_made_from_the_schema() -> None:
    assert (SERVICE / "tile_upscale_gpu" / "messages.py").read_text() == make_messages()


def test_example_settings_can_be_read() -> None:
    from tile_upscale_gpu.settings import read_settings

    settings = read_settings(Path(SERVICE) / "settings.example.toml")
    assert settings.default_model == "sdxl"
    assert settings.models["lightning"].sampler == "lightning"
    assert settings.batch_timeout_s == 2400
