# SPDX-License-Identifier: GPL-3.0-or-later
"""A document is data, never an order: nothing in a stranger's image sends anything, and a saved image has no secret of its author."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from echo_endpoint import EchoEndpoint
from gimp_runner import SCRIPTS, Gimp, Outcome
from PIL import Image
from stranger import make_recipe

TOKEN = "t0ken-of-the-reader"

@pytest.fixture
def thief() -> Iterator[EchoEndpoint]:
    """The endpoint that the document names; it must never get a request."""
    with EchoEndpoint() as endpoint:
        heard: list[str] = []
        endpoint.behavior.interfere = lambda exchange: bool(heard.append(exchange.path))  # type: ignore[func-returns-value]
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


def repeat(gimp: Gimp, thief: EchoEndpoint, honest: EchoEndpoint, **arguments: Any) -> Outcome:
    """Runs scripts/repeat_recipe.py on a stranger's image, with the reader's own endpoint and key in the environment."""
    made = gimp.run(SCRIPTS / "stranger_image.py", {"thief": thief.url, "secret": str(gimp.folder / "secret.txt")})
    assert made.values.get("made"), str(made)
    arguments["thief"] = thief.url
    environment = {"UPSCALE_ENDPOINTS": honest.url, "UPSCALE_TOKEN": TOKEN, "UPSCALE_TOKEN_ORIGIN": honest.url}
    return gimp.run(SCRIPTS / "repeat_recipe.py", arguments, **environment)


def test_a_recipe_names_no_address_and_no_file(gimp: Gimp, thief: EchoEndpoint, honest: EchoEndpoint) -> None:
    outcome = repeat(gimp, thief, honest)
    # Without a user the plug-in can't ask whether the picture may be sent.
    assert outcome.values["asked_for"]["status"] == "execution-error", str(outcome)
    assert "IP-Adapter example" in outcome.values["asked_for"]["message"]
    assert outcome.values["asked_for"]["new"] == 0
    # The rest of the recipe is as good as any.
    assert outcome.values["repeated"] == {"status": "success", "message": "success", "new": 1}, str(outcome)
    assert honest.keys == {f"Bearer {TOKEN}"}
    assert {request["global_prompt"] for request in honest.requests} == {"moss"}
    assert {request["model_config"]["base_model"] for request in honest.requests} == {"theirs.onnx"}
    assert not any(request["ip_adapter_enabled"] for request in honest.requests)


# Names in the recipe -> texts that are no possible value.
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
    impossible = [(name, text) for name, texts in IMPOSSIBLE.items() for text in texts]
    outcome = repeat(gimp, thief, honest, impossible=impossible)
    answers = outcome.values.get("answers")
    assert answers and len(answers) == len(impossible), str(outcome)
    for answer in answers:
        assert answer["repeated"]["status"] in ("execution-error", "calling-error"), answer
        assert answer["repeated"]["new"] == 0, answer
        assert len(answer["repeated"]["message"]) > 30 and "%" not in answer["repeated"]["message"], answer
        assert len(answer["repainted"]) > 30, answer
    assert not honest.requests


def test_a_job_of_absurd_size_is_refused(gimp: Gimp, honest: EchoEndpoint) -> None:
    job = {"size": (2000, 1200), "scale": 8.0, "tile_size": 64, "overlap": 32, "endpoints": honest.url}
    answer = gimp.run_jobs(job).answer
    # (16000 - 32) / 32 times (9600 - 32) / 32
    assert "149201 tiles" in answer["message"] and "choose larger tiles" in answer["message"], answer
    assert answer["status"] == "calling-error" and answer["layers"] == 1
    assert not honest.requests


def test_an_image_tells_nothing_of_its_author(gimp: Gimp, honest: EchoEndpoint) -> None:
    model, reference = gimp.folder / "models-of-mine" / "sharp.onnx", gimp.folder / "pictures-of-mine" / "look.png"
    reference.parent.mkdir()
    Image.effect_noise((20, 20), 50).save(reference)
    arguments = {"endpoints": honest.url, "model": str(model), "reference": str(reference)}
    told = gimp.run(SCRIPTS / "pass_on.py", arguments, UPSCALE_TOKEN=TOKEN, UPSCALE_TOKEN_ORIGIN=honest.url).values
    assert told["status"] == "success", told
    # The endpoint gets the whole path, the image only the name, which another reader can use.
    assert honest.requests[0]["model_config"]["base_model"] == str(model)
    assert honest.requests[0]["ip_adapter_enabled"]
    assert "model=sharp.onnx" in told["recipe"]
    assert "ip-adapter-image-sha256=" in told["recipe"]
    saved = (gimp.folder / "passed-on.xcf").read_bytes()
    for secret in (honest.url, str(gimp.folder), gimp.folder.name, "of-mine", "look.png", TOKEN):
        assert secret.encode() not in saved, secret


def test_keys_go_to_their_own_origin_only(gimp: Gimp, thief: EchoEndpoint, honest: EchoEndpoint) -> None:
    def upscale(endpoint: EchoEndpoint, seed: int, **environment: str) -> dict[str, Any]:
        job = {"size": (64, 48), "seed": seed, "endpoints": endpoint.url}
        return gimp.run_jobs(job, UPSCALE_TOKEN=TOKEN, **environment).answer

    thief.behavior.interfere = None  # Here the thief may get requests, without a key.
    unbound = upscale(honest, seed=1)
    assert f"UPSCALE_TOKEN_ORIGIN={honest.url}" in unbound["message"], unbound
    assert not honest.requests
    bound = upscale(honest, seed=2, UPSCALE_TOKEN_ORIGIN=f"https://a.example {honest.url}/")
    assert bound["status"] == "success", bound
    other = upscale(thief, seed=3, UPSCALE_TOKEN_ORIGIN=honest.url)
    assert other["status"] == "success", other
    assert honest.keys == {f"Bearer {TOKEN}"}
    assert thief.keys == {""}


# References that can't be sent -> a word of the message.
UNUSABLE = {
    "/dev/zero": "device", "fifo": "pipe", "folder": "folder", "link": "device", "socket": "socket", "large": "32 MiB",
    "nothing": "No such file", "smb://nas/picture.png": "'smb:'", "https://a.example/picture.png": "'https:'",
}  # fmt: skip


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
        outcome = gimp.run(SCRIPTS / "references.py", {"references": ["sound-link", *UNUSABLE], "endpoints": honest.url})
    assert outcome.values["sound-link"][0] == "success", str(outcome)
    for name, words in UNUSABLE.items():
        status, message = outcome.values[name]
        assert status == "calling-error" and words in message and "IP-Adapter picture" in message, (name, message)
    assert len(honest.requests) == 1


def test_the_names_of_a_recipe_are_those_it_may_have() -> None:
    """The recipe of these tests asks for more than a recipe may."""
    assert {"endpoints", "ip-adapter-image", "model"} <= set(make_recipe("", ""))
