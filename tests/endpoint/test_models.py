# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's own models: what fits is used as it wants to be, what does not is refused in words, and the endpoint lives on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx_models
import pytest
from PIL import Image, ImageChops
from wire_client import Client, LocalEndpoint, decode, encode, make_picture, make_request

FITTING: dict[str, dict[str, Any]] = {
    "plain": {},
    "three-times": {"factor": 3},
    "interleaved": {"interleaved": True},
    "half": {"half": True},
    "half-interleaved-fixed": {"half": True, "interleaved": True, "sides": (64, 48)},
    "fixed": {"sides": (64, 64)},
    "fixed-wide": {"sides": (32, 128)},
    "multiple-of-8": {"multiple_of": 8},
}

REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "truncated": (onnx_models.truncated, "ONNX Runtime says"),
    "integers": (onnx_models.of_integers, "neither float nor half"),
    "four-channels": (onnx_models.of_four_channels, "4 channels"),
    "classifier": (onnx_models.classifier, "four dimensions"),
    "same-size": (onnx_models.same_size, "does not enlarge"),
    "nan": (onnx_models.not_a_number, "not finite"),
    "hanging": (onnx_models.hanging, "within 3 s"),
    "exhausting": (onnx_models.exhausting, "memory"),
    "other-colours": (lambda path: onnx_models.nearest(path, order=(2, 0, 1)), "other colours"),
}


def enlarge(client: Client, picture: Image.Image, scale: int, model: str) -> Image.Image:
    request = make_request()
    request["tiles"][0] |= {"image": encode(picture), "width": picture.width, "height": picture.height}
    request |= {"target_width": scale * picture.width, "target_height": scale * picture.height}
    request["model_config"]["base_model"] = model
    (result,) = client.finish(request)
    assert result["success"], result
    return decode(result["image"])


@pytest.mark.parametrize("name", FITTING)
def test_any_form_of_upscaler_drops_in(tmp_path: Path, name: str) -> None:
    onnx_models.nearest(tmp_path / "own.onnx", **FITTING[name])
    factor = FITTING[name].get("factor", 2)
    # Larger than one piece, and no multiple of anything.
    picture = make_picture(311, 2)
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        enlarged = enlarge(Client(endpoint.url), picture, factor, "own")
    wanted = picture.resize(enlarged.size, Image.Resampling.NEAREST)
    assert enlarged.size == (factor * 311, factor * 311)
    assert ImageChops.difference(enlarged, wanted).getbbox() is None


def test_model_is_named_by_its_path_or_its_file(tmp_path: Path) -> None:
    path = onnx_models.nearest(tmp_path / "own.onnx")
    picture = make_picture(40)
    wanted = picture.resize((80, 80), Image.Resampling.NEAREST)
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        for model in (str(path), "own.onnx"):
            assert ImageChops.difference(enlarge(Client(endpoint.url), picture, 2, model), wanted).getbbox() is None


def test_models_for_several_factors_go_by_one_name(tmp_path: Path) -> None:
    for factor in (2, 4):
        onnx_models.nearest(tmp_path / f"own-{factor}x.onnx", factor=factor)
    picture = make_picture(40)
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        client = Client(endpoint.url)
        assert client.send("GET", "/v1/health").json["models"] == ["own", "resample"]
        for scale in (2, 4, 8):
            wanted = picture.resize((scale * 40, scale * 40), Image.Resampling.NEAREST)
            assert ImageChops.difference(enlarge(client, picture, scale, "own"), wanted).getbbox() is None
        # The next larger factor, then a reduction.
        assert enlarge(client, picture, 3, "own").size == (120, 120)


def test_luma_models_leave_colour_to_the_resampler(tmp_path: Path) -> None:
    onnx_models.nearest(tmp_path / "own.onnx", channels=1)
    grey = make_picture(50).convert("L").convert("RGB")
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        enlarged = enlarge(Client(endpoint.url), grey, 2, "own")
    difference = ImageChops.difference(enlarged, grey.resize((100, 100), Image.Resampling.NEAREST))
    assert max(high for _, high in difference.getextrema()) <= 1


def test_another_model_is_another_identity(tmp_path: Path) -> None:
    identities = set()
    for name in ("one.onnx", "two.onnx"):
        onnx_models.nearest(tmp_path / name)
        with LocalEndpoint("--models", str(tmp_path)) as endpoint:
            identities.add(Client(endpoint.url).send("GET", "/v1/health").json["identity"])
    assert len(identities) == 2


@pytest.mark.parametrize("name", REFUSED)
def test_bad_models_are_refused_in_words(tmp_path: Path, name: str) -> None:
    make, reason = REFUSED[name]
    make(tmp_path / "bad.onnx")
    onnx_models.nearest(tmp_path / "good.onnx")
    with LocalEndpoint("--models", str(tmp_path), "--trial-s", "3" if name == "hanging" else "120") as endpoint:
        client = Client(endpoint.url)
        request = make_request()
        request["model_config"]["base_model"] = "bad"
        sentence = client.refused(422, client.put(request))
        assert sentence.startswith("the model 'bad' can't be used: ") and reason in sentence
        # It lives on, and others are served.
        enlarge(client, make_picture(40), 2, "good")


def test_unknown_model_is_refused_with_those_there_are(tmp_path: Path) -> None:
    onnx_models.nearest(tmp_path / "own.onnx")
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        client = Client(endpoint.url)
        request = make_request()
        request["model_config"]["base_model"] = "sdxl"
        assert "own, resample" in client.refused(422, client.put(request))
