# SPDX-License-Identifier: GPL-3.0-or-later
"""A document is data, never an order: what a stranger wrote into an image sends nothing, and an image that is handed on tells nothing."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import EchoEndpoint
from gimp_runner import Gimp, Outcome
from PIL import Image
from stranger import MAKE_EVIL, RECIPE

TOKEN = "t0ken-of-the-reader"

REPEAT = """
import os
from gi.repository import Gimp
from gimp_inside import *
from stranger import RECIPE, set_recipe

def repeat(image, layer):
    before = len(image.get_layers())
    result = call("plug-in-tile-upscale-repeat", run_mode=NONINTERACTIVE, image=image, drawables=[layer])
    kept.append(result)
    return {"status": result.index(0).value_nick, "message": Gimp.get_pdb().get_last_error(), "new": len(image.get_layers()) - before}

image = load("evil.xcf")
made, source, _ = image.get_layers()
"""


@pytest.fixture
def thief() -> Iterator[EchoEndpoint]:
    """Where the document would have everything go; it must never hear of anything."""
    with EchoEndpoint() as endpoint:
        endpoint.behavior.interfere = lambda exchange: heard.append(exchange.path) or False
        heard: list[str] = []
        yield endpoint
        assert heard == []


@pytest.fixture
def honest() -> Iterator[EchoEndpoint]:
    with EchoEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
def gimp(tmp_path: Path) -> Gimp:
    (tmp_path / "secret.txt").write_text("of the reader")
    return Gimp(tmp_path)


def run(gimp: Gimp, thief: EchoEndpoint, script: str, honest: EchoEndpoint) -> Outcome:
    made = gimp.run(MAKE_EVIL, THIEF=thief.url, SECRET=str(gimp.folder / "secret.txt"))
    assert made.values.get("made"), made
    return gimp.run(script, UPSCALE_ENDPOINTS=honest.url, UPSCALE_TOKEN=TOKEN, UPSCALE_TOKEN_ORIGIN=honest.url)


def test_a_recipe_names_no_address_and_no_file(gimp: Gimp, thief: EchoEndpoint, honest: EchoEndpoint) -> None:
    script = """
asked_for = repeat(image, made)
set_recipe(made, source, **{name: value for name, value in RECIPE.items() if name != "ip-adapter-image"})
tell(asked_for=asked_for, repeated=repeat(image, made))
"""
    outcome = run(gimp, thief, REPEAT + script, honest)
    # A picture can't be had without asking for it, which needs somebody to ask.
    assert outcome.values["asked_for"]["status"] == "execution-error", outcome
    assert "IP-Adapter example" in outcome.values["asked_for"]["message"]
    assert outcome.values["asked_for"]["new"] == 0
    # All else of the recipe is as good as any.
    assert outcome.values["repeated"] == {"status": "success", "message": "success", "new": 1}, outcome
    assert honest.keys == {f"Bearer {TOKEN}"}
    assert {request["global_prompt"] for request in honest.requests} == {"moss"}
    assert {request["model_config"]["base_model"] for request in honest.requests} == {"theirs.onnx"}
    assert not any(request["ip_adapter_enabled"] for request in honest.requests)


# What the recipe says, and what of that the message must name.
IMPOSSIBLE = {
    "tile-size": ("1", "100", "-64", "1e9", "many", ""),
    "overlap": ("-1", "4096", "100"),
    "scale": ("nan", "inf", "0.5", "-1", "8.5"),
    "steps": ("0", "100000"),
    "generation-size": ("1000", "65536"),
    "loras": ("detail",),
    "selection": ("0;0;-5;-5", "2147483647;0;2147483647;1", "0;0;0;0", "1;2", "x"),
    "tattoo": ("0", "-1", "99999"),
}


def test_a_recipe_is_checked_like_arguments(gimp: Gimp, thief: EchoEndpoint, honest: EchoEndpoint) -> None:
    script = """
sound = {name: value for name, value in RECIPE.items() if name != "ip-adapter-image"}
answers = []
for name, texts in IMPOSSIBLE.items():
    for text in texts:
        set_recipe(made, source, **{**sound, name: text})
        answers.append({"what": f"{name}={text}", "repeated": repeat(image, made)})
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 20, 20)
        answers[-1]["repainted"] = upscale(image, made, repaint_selection=True).message
        Gimp.Selection.none(image)
tell(answers=answers)
"""
    outcome = run(gimp, thief, f"IMPOSSIBLE = {IMPOSSIBLE!r}\n" + REPEAT + script, honest)
    answers = outcome.values.get("answers")
    assert answers and len(answers) == sum(len(texts) for texts in IMPOSSIBLE.values()), outcome
    for answer in answers:
        assert answer["repeated"]["status"] in ("execution-error", "calling-error"), answer
        assert answer["repeated"]["new"] == 0, answer
        assert len(answer["repeated"]["message"]) > 30 and "%" not in answer["repeated"]["message"], answer
        assert len(answer["repainted"]) > 30, answer
    assert not honest.requests


def test_a_job_of_absurd_size_is_refused(gimp: Gimp, honest: EchoEndpoint) -> None:
    script = """
import os
from gimp_inside import *
image, layer = make_image(2000, 1200)
answer = upscale(image, layer, scale=8.0, tile_size=64, overlap=32, endpoints=os.environ["TEST_ENDPOINT"])
tell(status=answer.status, message=answer.message, layers=len(image.get_layers()))
"""
    told = gimp.run(script, TEST_ENDPOINT=honest.url).values
    # (16000 - 32) / 32 times (9600 - 32) / 32
    assert "149201 tiles" in told["message"] and "choose larger tiles" in told["message"], told
    assert told["status"] == "calling-error" and told["layers"] == 1
    assert not honest.requests


def test_an_image_tells_nothing_of_its_author(gimp: Gimp, honest: EchoEndpoint) -> None:
    model, reference = gimp.folder / "models-of-mine" / "sharp.onnx", gimp.folder / "pictures-of-mine" / "look.png"
    reference.parent.mkdir()
    Image.effect_noise((20, 20), 50).save(reference)
    script = f"""
import os
from gimp_inside import *
from stranger import read_recipe
image, layer = make_image(150, 110)
answer = upscale(image, layer, scale=1.0, tile_size=128, overlap=32, endpoints=os.environ["TEST_ENDPOINT"], model={str(model)!r},
                 ip_adapter_image=Gio.File.new_for_path({str(reference)!r}))
Gimp.file_save(NONINTERACTIVE, image, Gio.File.new_for_path(os.path.join(os.getcwd(), "handed-on.xcf")), None)
tell(status=answer.status, message=answer.message, recipe=read_recipe(answer.layer))
"""
    told = gimp.run(script, TEST_ENDPOINT=honest.url, UPSCALE_TOKEN=TOKEN, UPSCALE_TOKEN_ORIGIN=honest.url).values
    assert told["status"] == "success", told
    # The endpoint is given all of it, the image only what another reader can use.
    assert honest.requests[0]["model_config"]["base_model"] == str(model)
    assert honest.requests[0]["ip_adapter_enabled"]
    assert "model=sharp.onnx" in told["recipe"]
    assert "ip-adapter-image-sha256=" in told["recipe"]
    saved = (gimp.folder / "handed-on.xcf").read_bytes()
    for secret in (honest.url, str(gimp.folder), gimp.folder.name, "of-mine", "look.png", TOKEN):
        assert secret.encode() not in saved, secret


def test_keys_go_to_their_own_origin_only(gimp: Gimp, thief: EchoEndpoint, honest: EchoEndpoint) -> None:
    script = """
import os
from gimp_inside import *
image, layer = make_image(64, 48)
answer = upscale(image, layer, seed=int(os.environ["SEED"]), endpoints=os.environ["TEST_ENDPOINT"])
tell(status=answer.status, message=answer.message)
"""
    thief.behavior.interfere = None  # being asked without a key is allowed here
    unbound = gimp.run(script, SEED="1", TEST_ENDPOINT=honest.url, UPSCALE_TOKEN=TOKEN).values
    assert f"UPSCALE_TOKEN_ORIGIN={honest.url}" in unbound["message"], unbound
    assert not honest.requests
    bound = gimp.run(script, SEED="2", TEST_ENDPOINT=honest.url, UPSCALE_TOKEN=TOKEN, UPSCALE_TOKEN_ORIGIN=f"https://a.example {honest.url}/")
    assert bound.values["status"] == "success", bound
    other = gimp.run(script, SEED="3", TEST_ENDPOINT=thief.url, UPSCALE_TOKEN=TOKEN, UPSCALE_TOKEN_ORIGIN=honest.url)
    assert other.values["status"] == "success", other
    assert honest.keys == {f"Bearer {TOKEN}"}
    assert thief.keys == {""}


def test_a_reference_is_a_regular_file_of_this_computer(gimp: Gimp, honest: EchoEndpoint) -> None:
    os.mkfifo(gimp.folder / "fifo")
    (gimp.folder / "folder").mkdir()
    (gimp.folder / "link").symlink_to("/dev/zero")
    Image.effect_noise((20, 20), 50).save(gimp.folder / "sound.png")
    (gimp.folder / "sound-link").symlink_to("sound.png")
    with (gimp.folder / "large").open("wb") as large:
        large.truncate(33 << 20)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(gimp.folder / "socket"))
        words = {
            "/dev/zero": "device", "fifo": "pipe", "folder": "folder", "link": "device", "socket": "socket", "large": "32 MiB",
            "nothing": "No such file", "smb://nas/picture.png": "'smb:'", "https://a.example/picture.png": "'https:'",
        }  # fmt: skip
        script = f"""
import os
from gimp_inside import *
image, layer = make_image(64, 48)
def attempt(name):
    file = Gio.File.new_for_uri(name) if "://" in name else Gio.File.new_for_path(os.path.join(os.getcwd(), name))
    answer = upscale(image, layer, endpoints=os.environ["TEST_ENDPOINT"], ip_adapter_image=file)
    return [answer.status, answer.message]
tell(sound=attempt("sound-link"), refused={{name: attempt(name) for name in {list(words)!r}}})
"""
        outcome = gimp.run(script, TEST_ENDPOINT=honest.url)
    assert outcome.values["sound"][0] == "success", outcome
    for name, (status, message) in outcome.values["refused"].items():
        assert status == "calling-error" and words[name] in message and "IP-Adapter picture" in message, (name, message)
    assert len(honest.requests) == 1


def test_the_names_of_a_recipe_are_those_it_may_have() -> None:
    """The recipe of these tests really asks for more than a recipe may."""
    assert {"endpoints", "ip-adapter-image", "model"} <= set(RECIPE)
