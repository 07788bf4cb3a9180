# SPDX-License-Identifier: GPL-3.0-or-later
"""A result carries its recipe: without a screen, too, its tiles under the selection can be painted anew, and it can be repeated."""

from typing import Any

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import SCRIPTS, Gimp
from PIL import Image, ImageEnhance

N_TILES = 6  # 128 px with 32 px overlap on 300x220


@pytest.fixture(scope="module")
def gimp(tmp_path_factory: pytest.TempPathFactory) -> Gimp:
    return Gimp(tmp_path_factory.mktemp("redo"))


def run(gimp: Gimp, case: str, endpoint: EchoEndpoint, **environment: str) -> dict[str, Any]:
    return gimp.run(SCRIPTS / "redo.py", {"case": case, "endpoints": endpoint.url}, **environment).values


def test_only_the_tiles_under_the_selection_change(gimp: Gimp) -> None:
    with EchoEndpoint() as endpoint:
        # Everything painted after the first job comes out brighter.
        def change(picture: Image.Image) -> Image.Image:
            return ImageEnhance.Brightness(picture).enhance(1.2) if len(endpoint.tiles) > N_TILES else picture

        endpoint.behavior = Behavior(change=change)
        told = run(gimp, "repaint", endpoint)
        assert told["status"] == "success", told
        assert told["first"] == N_TILES and told["again"] == 1
        assert told["size"] == [300, 220]
        assert told["inside"] > 0.05
        assert told["outside"] == 0.0
        assert told["layers"] == ["source 2x #1", "source 2x", "source"]


def test_recipe_is_saved_with_the_image_and_repeated(gimp: Gimp) -> None:
    with EchoEndpoint() as endpoint:
        told = run(gimp, "save_and_repeat", endpoint, UPSCALE_ENDPOINTS=endpoint.url)
        assert told["status"] == "success", told
        assert told["layers"] == 3
        assert len(endpoint.tiles) == N_TILES, "a tile of the cache was sent again"


def test_impossible_repaint_is_refused_in_words(gimp: Gimp) -> None:
    with EchoEndpoint() as endpoint:
        told = run(gimp, "refuse", endpoint)
    assert "was not made by Tile Upscale" in told["plain"]
    assert "has another size now" in told["scaled"]
    assert "is gone" in told["gone"]
