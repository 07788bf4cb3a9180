# SPDX-License-Identifier: GPL-3.0-or-later
"""From end to end: the real GIMP, the plug-in, HTTP, and our GPU service with a tiny SDXL on the CPU."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

VENV = Path(__file__).resolve().parents[2] / "build" / "venv"
if not (VENV / "ready").exists():
    pytest.skip("needs packages from the Python registry, which './run test' could not install", allow_module_level=True)
os.environ["UPSCALE_GPU_PYTHON"] = str(VENV / "bin" / "python")

from gimp_runner import SCRIPTS, Gimp, Outcome  # noqa: E402
from gpu_service import Process, make_weights, run_uvicorn  # noqa: E402

TOKEN = "shown-in-a-header-only"
SIDE_PX = 160
SETTINGS = {"tile_size": 128, "overlap": 32, "steps": 4, "strength": 0.3, "color_correction": 0.0, "loras": "style:0.5"}


def upscale(folder: Path, url: str, **environment: str) -> Outcome:
    arguments = {"side_px": SIDE_PX, "settings": {**SETTINGS, "endpoints": url}}
    return Gimp(folder).run(SCRIPTS / "compare_with_reference.py", arguments, **environment)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Process]]:
    with run_uvicorn(make_weights(tmp_path_factory.mktemp("weights")), UPSCALE_TOKEN=TOKEN) as running:
        yield running


def test_nine_tiles_are_painted_and_blended(service: tuple[str, Process], tmp_path: Path) -> None:
    url, process = service
    outcome = upscale(tmp_path, url, UPSCALE_TOKEN=TOKEN, UPSCALE_TOKEN_ORIGIN=url)
    assert outcome.status == 0, f"{outcome}\n{process.text}"
    values = outcome.values
    assert (values["status"], values["tiles"], values["failed"]) == ("success", 9, 0), values
    assert values["size"] == [2 * SIDE_PX, 2 * SIDE_PX]
    # The model returns the picture in blocks of 8 px with some noise, so the result is near the enlarged original, not equal.
    assert 0.001 < values["mean"] < 0.2
    assert process.text.count("painted with") >= 9
    assert TOKEN not in outcome.stderr + outcome.stdout + process.text


def test_missing_token_is_said_in_words(service: tuple[str, Process], tmp_path: Path) -> None:
    outcome = upscale(tmp_path, service[0])
    assert outcome.values["status"] != "success"
    assert "token" in outcome.values["message"]
