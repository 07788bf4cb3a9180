# SPDX-License-Identifier: GPL-3.0-or-later
"""A result carries its recipe: without a screen, too, its tiles under the selection can be painted anew, and it can be repeated."""

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import Gimp
from PIL import Image, ImageEnhance

N_TILES = 6  # 128 px with 32 px overlap on 300x220

HEAD = """
import os
from gi.repository import Gimp
from gimp_inside import *
URL = os.environ["TEST_ENDPOINT"]
SETTINGS = {"endpoints": URL, "scale": 2.0, "tile_size": 128, "overlap": 32}
pixels = make_pixels(150, 110, 7)
image, layer = make_image(150, 110, pixels=pixels)
"""

REPAINT = """
first = upscale(image, layer, **SETTINGS)
before = read_pixels(first.layer).copy()
image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 20, 20)
# Scale and tiles are the layer's own, whatever is asked for.
again = upscale(image, first.layer, endpoints=URL, scale=3.0, tile_size=64, overlap=0, seed=99, repaint_selection=True)
after = read_pixels(again.layer)
apart = abs(after - before).max(axis=2)
tell(status=again.status, message=again.message, first=first.tiles, again=again.tiles,
     size=[again.layer.get_width(), again.layer.get_height()],
     inside=float(apart[:40, :40].max()), outside=float(max(apart[128:].max(), apart[:, 128:].max())),
     layers=[one.get_name() for one in image.get_layers()])
"""

SAVED = """
first = upscale(image, layer, prompt="moss", seed=3, **SETTINGS)
path = os.path.join(os.getcwd(), "saved.xcf")
Gimp.file_save(NONINTERACTIVE, image, Gio.File.new_for_path(path), None)
loaded = load(path)
top = loaded.get_layers()[0]
result = call("plug-in-tile-upscale-repeat", run_mode=NONINTERACTIVE, image=loaded, drawables=[top])
kept.append(result)
tell(status=result.index(0).value_nick, message=Gimp.get_pdb().get_last_error(), layers=len(loaded.get_layers()),
     secret=URL in open(path, "rb").read().decode("latin1"))
"""

REFUSED = """
answer = upscale(image, layer, repaint_selection=True, **SETTINGS)
first = upscale(image, layer, **SETTINGS)
layer.scale(99, 99, False)
other = upscale(image, first.layer, repaint_selection=True, **SETTINGS)
image.remove_layer(layer)
gone = upscale(image, first.layer, repaint_selection=True, **SETTINGS)
tell(plain=answer.message, scaled=other.message, gone=gone.message)
"""


@pytest.fixture(scope="module")
def gimp(tmp_path_factory: pytest.TempPathFactory) -> Gimp:
    return Gimp(tmp_path_factory.mktemp("redo"))


def test_only_the_tiles_under_the_selection_change(gimp: Gimp) -> None:
    with EchoEndpoint() as endpoint:
        # Everything painted after the first job comes out brighter.
        def change(picture: Image.Image) -> Image.Image:
            return ImageEnhance.Brightness(picture).enhance(1.2) if len(endpoint.tiles) > N_TILES else picture

        endpoint.behavior = Behavior(change=change)
        told = gimp.run(HEAD + REPAINT.replace("seed=99", "seed=99, color_correction=0.0"), TEST_ENDPOINT=endpoint.url).values
        assert told["status"] == "success", told
        assert told["first"] == N_TILES and told["again"] == 1
        assert told["size"] == [300, 220]
        assert told["inside"] > 0.05
        assert told["outside"] == 0.0
        assert told["layers"] == ["source 2x #1", "source 2x", "source"]


def test_recipe_is_saved_with_the_image_and_repeated(gimp: Gimp) -> None:
    with EchoEndpoint() as endpoint:
        told = gimp.run(HEAD + SAVED, TEST_ENDPOINT=endpoint.url, UPSCALE_ENDPOINTS=endpoint.url).values
        assert told["status"] == "success", told
        assert told["layers"] == 3
        assert len(endpoint.tiles) == N_TILES, "what is in the store was sent again"


def test_what_can_not_be_repainted_is_refused_in_words(gimp: Gimp) -> None:
    with EchoEndpoint() as endpoint:
        told = gimp.run(HEAD + REFUSED, TEST_ENDPOINT=endpoint.url).values
    assert "was not made by Tile Upscale" in told["plain"]
    assert "has another size now" in told["scaled"]
    assert "is gone" in told["gone"]
