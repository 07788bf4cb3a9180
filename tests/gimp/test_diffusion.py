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

from gimp_runner import Gimp  # noqa: E402
from gpu_service import Process, make_weights, run_uvicorn  # noqa: E402

TOKEN = "shown-in-a-header-only"
SIDE_PX = 160
SCRIPT = f"""
from gimp_inside import *
image, layer = make_image({SIDE_PX}, {SIDE_PX})
reference = scaled_by_gimp(image, layer, 2.0)
answer = upscale(image, layer, scale=2.0, tile_size=128, overlap=32, steps=4, strength={{strength}}, color_correction=0.0,
                 loras="style:0.5", endpoints="{{url}}")
tell(status=answer.status, message=answer.message, tiles=answer.tiles, failed=answer.failed)
if answer.layer:
    apart = numpy.abs(read_pixels(answer.layer) - read_pixels(reference))[..., :3]
    tell(size=[answer.layer.get_width(), answer.layer.get_height()], mean=float(apart.mean()))
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Process]]:
    with run_uvicorn(make_weights(tmp_path_factory.mktemp("weights")), UPSCALE_TOKEN=TOKEN) as running:
        yield running


def test_nine_tiles_are_painted_and_blended(service: tuple[str, Process], tmp_path: Path) -> None:
    url, process = service
    outcome = Gimp(tmp_path).run(SCRIPT.format(url=url, strength=0.3), UPSCALE_TOKEN=TOKEN, UPSCALE_TOKEN_ORIGIN=url)
    assert outcome.status == 0, f"{outcome}\n{process.text}"
    values = outcome.values
    assert (values["status"], values["tiles"], values["failed"]) == ("success", 9, 0), values
    assert values["size"] == [2 * SIDE_PX, 2 * SIDE_PX]
    # The model gives the picture back in blocks of 8 px, with some noise: near the enlarged original, but not it.
    assert 0.001 < values["mean"] < 0.2
    assert process.text.count("painted with") >= 9
    assert TOKEN not in outcome.stderr + outcome.stdout + process.text


def test_missing_token_is_said_in_words(service: tuple[str, Process], tmp_path: Path) -> None:
    outcome = Gimp(tmp_path).run(SCRIPT.format(url=service[0], strength=0.3))
    assert outcome.values["status"] != "success"
    assert "token" in outcome.values["message"]
