# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever can't be done is refused in words that reach the caller, and the image stays as it was."""

import socket

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import Gimp

HEAD = """
import os
from gi.repository import Gimp
from gimp_inside import *
URL = os.environ["TEST_ENDPOINT"]

def attempt(image, *drawables, **arguments):
    before = [layer.get_id() for layer in image.get_layers()]
    size = (image.get_width(), image.get_height())
    answer = upscale(image, *drawables, **{"endpoints": URL, "retries": 0, **arguments})
    untouched = before == [layer.get_id() for layer in image.get_layers()] and size == (image.get_width(), image.get_height())
    tell(status=answer.status, message=answer.message, untouched=untouched)

image, layer = make_image(64, 48)
"""

# name -> script, what the message must say
REFUSALS = {
    "indexed": ("""
image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16, False, False, "")
attempt(image, layer)""", "convert the image to RGB"),
    "layer-mask": ("""
mask = layer.create_mask(Gimp.AddMaskType.WHITE)
layer.add_mask(mask)
attempt(image, mask)""", "select the layer itself"),
    "channel": ("""
channel = Gimp.Channel.new(image, "c", 64, 48, 50, Gegl.Color.new("red"))
image.insert_channel(channel, None, 0)
attempt(image, channel)""", "select the layer itself"),
    "floating-selection": ("""
Gimp.edit_copy([layer])
floating = Gimp.edit_paste(layer, True)[0]
attempt(image, floating)""", "anchor it"),
    "no-drawable": ("attempt(image)", "select one layer"),
    "two-layers": ("""
other = layer.copy()
image.insert_layer(other, None, 0)
attempt(image, layer, other)""", "select just one"),
    "selection-elsewhere": ("""
layer.set_offsets(40, 40)
image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 10, 10)
attempt(image, layer)""", "does not touch the layer"),
    "image-of-another-layer": ("""
other, _ = make_image(32, 32)
attempt(other, layer)""", "belongs to another image"),
    "reference-missing": ("attempt(image, layer, ip_adapter_image=Gio.File.new_for_path('/nowhere/style.png'))", "can't be read"),
    "reference-is-no-picture": ("""
with open("notes.png", "w") as file:
    file.write("no picture at all")
attempt(image, layer, ip_adapter_image=Gio.File.new_for_path(os.path.abspath("notes.png")))""", "no picture: choose"),
    "overlap": ("attempt(image, layer, tile_size=128, overlap=100)", "choose 0 to 64 px"),
    "tile-size": ("attempt(image, layer, tile_size=100)", "multiple of 64"),
    "generation-size": ("attempt(image, layer, generation_size=1000)", "multiple of 64"),
    "loras": ("attempt(image, layer, loras='detail')", "name:weight"),
    "password": ("attempt(image, layer, endpoints='https://me:secret@example.net')", "UPSCALE_TOKEN"),
    "unknown-endpoint": ("attempt(image, layer, endpoints='nowhere')", "no endpoint called 'nowhere'"),
    "scheme": ("attempt(image, layer, endpoints='ftp://example.net')", "http:// or https://"),
}  # fmt: skip


@pytest.fixture(scope="module")
def gimp(tmp_path_factory: pytest.TempPathFactory) -> Gimp:
    return Gimp(tmp_path_factory.mktemp("refusals"))


@pytest.mark.parametrize("name", REFUSALS)
def test_refused_in_words(gimp: Gimp, name: str) -> None:
    script, words = REFUSALS[name]
    with EchoEndpoint() as endpoint:
        outcome = gimp.run(HEAD + script, TEST_ENDPOINT=endpoint.url)
        assert not endpoint.tiles
    told = outcome.values
    assert told["status"] in ("calling-error", "execution-error"), outcome
    assert words in told["message"]
    assert told["untouched"]
    assert "secret" not in outcome.stderr.replace("me:secret@", "") or name != "password"


def test_password_is_not_repeated(gimp: Gimp) -> None:
    outcome = gimp.run(HEAD + REFUSALS["password"][0], TEST_ENDPOINT="local")
    assert "me:secret" not in outcome.values["message"]


@pytest.mark.parametrize(("status", "words"), [(401, "UPSCALE_TOKEN"), (422, "told to answer 422"), (500, "told to answer 500")])
def test_endpoint_that_refuses_is_quoted(gimp: Gimp, status: int, words: str) -> None:
    with EchoEndpoint(Behavior(status=status)) as endpoint:
        outcome = gimp.run(HEAD + "attempt(image, layer)", TEST_ENDPOINT=endpoint.url)
        told = outcome.values
        assert told["status"] == "execution-error", outcome
        assert words in told["message"]
        assert endpoint.url in told["message"], "the message does not name the endpoint"
    assert told["untouched"]


def test_pictures_that_are_none(gimp: Gimp) -> None:
    with EchoEndpoint(Behavior(garbage=True)) as endpoint:
        told = gimp.run(HEAD + "attempt(image, layer)", TEST_ENDPOINT=endpoint.url).values
    assert told["status"] == "execution-error"
    assert "tile 1" in told["message"] and "can't be read" in told["message"]
    assert told["untouched"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_refused_connection(gimp: Gimp) -> None:
    told = gimp.run(HEAD + "attempt(image, layer)", TEST_ENDPOINT=f"http://127.0.0.1:{free_port()}").values
    assert told["status"] == "execution-error"
    assert "refused; is the endpoint running" in told["message"]
    assert told["untouched"]


def test_script_fu_ends_with_a_status_and_the_sentence(gimp: Gimp) -> None:
    script = """(let* ((image (car (gimp-image-new 64 48 RGB)))
       (layer (car (gimp-layer-new image "source" 64 48 RGB-IMAGE 100 LAYER-MODE-NORMAL))))
  (gimp-image-insert-layer image layer 0 0)
  (plug-in-tile-upscale #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer) #:endpoints "nowhere"))"""
    outcome = gimp.run(script, "plug-in-script-fu-eval")
    assert outcome.status == 70, outcome
    assert "There is no endpoint called 'nowhere'" in outcome.stderr


@pytest.mark.parametrize(("variable", "value", "words"), [("UPSCALE_BATCH_SIZE", "many", "UPSCALE_BATCH_SIZE is 'many'"),
                                                           ("UPSCALE_ENDPOINTS", "nowhere", "no endpoint called 'nowhere'")])  # fmt: skip
def test_environment_counts_where_the_argument_is_left_alone(gimp: Gimp, variable: str, value: str, words: str) -> None:
    script = HEAD.replace('"endpoints": URL, ', "") + "attempt(image, layer)"
    told = gimp.run(script, TEST_ENDPOINT="", **{variable: value}).values
    assert words in told["message"]


def test_arguments_win_over_the_environment(gimp: Gimp) -> None:
    script = HEAD + "attempt(image, layer, tile_size=64, overlap=0, scale=2.0, batch_size=3)"
    with EchoEndpoint() as endpoint:
        told = gimp.run(script, TEST_ENDPOINT=endpoint.url, UPSCALE_BATCH_SIZE="1", UPSCALE_ENDPOINTS="nowhere").values
        assert told["status"] == "success"
        assert max(len(request["tiles"]) for request in endpoint.requests) == 3


def test_batch_size_of_the_environment(gimp: Gimp) -> None:
    script = HEAD + "attempt(image, layer, tile_size=64, overlap=0, scale=2.0, seed=5)"
    with EchoEndpoint() as endpoint:
        told = gimp.run(script, TEST_ENDPOINT=endpoint.url, UPSCALE_BATCH_SIZE="2").values
        assert told["status"] == "success"
        assert {len(request["tiles"]) for request in endpoint.requests} == {2}
