# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's own models: a usable model runs as it requires, another one is refused with a reason, and the endpoint continues."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
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
    "truncated": (onnx_models.truncated, "damaged"),
    "integers": (onnx_models.of_integers, "neither float nor half"),
    "four-channels": (onnx_models.of_four_channels, "4 channels"),
    "classifier": (onnx_models.classifier, "four dimensions"),
    "same-size": (onnx_models.same_size, "does not enlarge"),
    "nan": (onnx_models.not_a_number, "not finite"),
    "hanging": (onnx_models.hanging, "within 3 s"),
    "exhausting": (onnx_models.exhausting, "memory"),
    "crumbled": (onnx_models.crumbled, "100000 tensors"),
    "other-colors": (lambda path: onnx_models.nearest(path, order=(2, 0, 1)), "other colors"),
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
    # Larger than one piece, and no multiple of its size.
    picture = make_picture(311, 2)
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        enlarged = enlarge(endpoint.connect(), picture, factor, "own")
    wanted = picture.resize(enlarged.size, Image.Resampling.NEAREST)
    assert enlarged.size == (factor * 311, factor * 311)
    assert ImageChops.difference(enlarged, wanted).getbbox() is None


def test_model_is_named_by_its_path_or_its_file(tmp_path: Path) -> None:
    path = onnx_models.nearest(tmp_path / "own.onnx")
    picture = make_picture(40)
    wanted = picture.resize((80, 80), Image.Resampling.NEAREST)
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        for model in (str(path), "own.onnx"):
            assert ImageChops.difference(enlarge(endpoint.connect(), picture, 2, model), wanted).getbbox() is None


def test_models_for_several_factors_go_by_one_name(tmp_path: Path) -> None:
    for factor in (2, 4):
        onnx_models.nearest(tmp_path / f"own-{factor}x.onnx", factor=factor)
    picture = make_picture(40)
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        client = endpoint.connect()
        assert client.send("GET", "/v1/health").json["models"] == ["own", "resample"]
        for scale in (2, 4, 8):
            wanted = picture.resize((scale * 40, scale * 40), Image.Resampling.NEAREST)
            assert ImageChops.difference(enlarge(client, picture, scale, "own"), wanted).getbbox() is None
        # The next larger factor, then a reduction.
        assert enlarge(client, picture, 3, "own").size == (120, 120)


def test_luma_models_leave_color_to_the_resampler(tmp_path: Path) -> None:
    onnx_models.nearest(tmp_path / "own.onnx", channels=1)
    gray = make_picture(50).convert("L").convert("RGB")
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        enlarged = enlarge(endpoint.connect(), gray, 2, "own")
    difference = ImageChops.difference(enlarged, gray.resize((100, 100), Image.Resampling.NEAREST))
    assert np.asarray(difference).max() <= 1


def test_another_model_is_another_identity(tmp_path: Path) -> None:
    identities = set()
    for name in ("one.onnx", "two.onnx"):
        onnx_models.nearest(tmp_path / name)
        with LocalEndpoint("--models", str(tmp_path)) as endpoint:
            identities.add(endpoint.connect().send("GET", "/v1/health").json["identity"])
    assert len(identities) == 2


def test_other_weights_are_another_identity(tmp_path: Path) -> None:
    identities = set()
    (tmp_path / "own.bin").write_bytes(onnx_models.external(tmp_path / "own.onnx", "own.bin"))
    for later_s in (0, 10):
        os.utime(tmp_path / "own.bin", (later_s, later_s))
        with LocalEndpoint("--models", str(tmp_path)) as endpoint:
            identities.add(endpoint.connect().send("GET", "/v1/health").json["identity"])
    assert len(identities) == 2


@pytest.mark.parametrize("name", REFUSED)
def test_bad_models_are_refused_in_words(tmp_path: Path, name: str) -> None:
    make, reason = REFUSED[name]
    make(tmp_path / "bad.onnx")
    onnx_models.nearest(tmp_path / "good.onnx")
    with LocalEndpoint("--models", str(tmp_path), "--probe-s", "3" if name == "hanging" else "120") as endpoint:
        client = endpoint.connect()
        request = make_request()
        request["model_config"]["base_model"] = "bad"
        sentence = client.refused(422, client.put(request))
        assert sentence.startswith("the model 'bad' can't be used: ") and reason in sentence
        # The endpoint continues, and serves other models.
        enlarge(client, make_picture(40), 2, "good")


@pytest.mark.parametrize(
    "name", ["sdxl", "../models/own", "../models/own.onnx", "./own.onnx", "folder/own", "..", "/", "/none.onnx", "a" * 5000]
)
def test_unknown_model_is_refused_with_those_there_are(tmp_path: Path, name: str) -> None:
    models = tmp_path / "models"
    (models / "folder").mkdir(parents=True)
    for folder in (models, models / "folder"):
        onnx_models.nearest(folder / "own.onnx")
    with LocalEndpoint("--models", str(models)) as endpoint:
        client = endpoint.connect()
        request = make_request()
        request["model_config"]["base_model"] = name
        sentence = client.refused(422, client.put(request))
        assert len(sentence) < 1000 and ("regular file" in sentence if name == "/" else "own, resample" in sentence)


def test_model_that_comes_later_is_found(tmp_path: Path) -> None:
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        client = endpoint.connect()
        request = make_request()
        request["model_config"]["base_model"] = "own"
        assert "no model 'own'" in client.refused(422, client.put(request))
        onnx_models.nearest(tmp_path / "own.onnx")
        enlarge(client, make_picture(40), 2, "own")


PLACES: list[Callable[..., None]] = [
    onnx_models.as_initializer, onnx_models.as_attribute, onnx_models.in_branch, onnx_models.as_sparse,
]  # fmt: skip


def refusal(folder: Path, name: str = "bad") -> str:
    """Requests a model that the endpoint must refuse, and returns the reason."""
    with LocalEndpoint("--models", str(folder), "--probe-s", "20") as endpoint:
        request = make_request()
        request["model_config"]["base_model"] = name
        return endpoint.connect().refused(422, endpoint.connect().put(request))


@pytest.mark.parametrize("fields", [{}, {"length": None}, {"length": None, "offset": None}, {"offset": 4096}], ids=str)
def test_weights_beside_the_model_are_used(tmp_path: Path, fields: dict[str, int | None]) -> None:
    weights = onnx_models.external(tmp_path / "own.onnx", "own.onnx_data", fields=fields)
    (tmp_path / "own.onnx_data").write_bytes(bytes(fields.get("offset") or 0) + weights)
    picture = make_picture(40)
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        enlarged = enlarge(endpoint.connect(), picture, 2, "own")
    assert ImageChops.difference(enlarged, picture.resize((80, 80), Image.Resampling.NEAREST)).getbbox() is None


@pytest.mark.parametrize("place", PLACES[1:3])
def test_weights_beside_the_model_are_used_wherever_it_names_them(tmp_path: Path, place: Callable[..., None]) -> None:
    (tmp_path / "own.bin").write_bytes(onnx_models.external(tmp_path / "own.onnx", "own.bin", place))
    picture = make_picture(40)
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        enlarged = enlarge(endpoint.connect(), picture, 2, "own")
    assert ImageChops.difference(enlarged, picture.resize((80, 80), Image.Resampling.NEAREST)).getbbox() is None


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("location", ["{elsewhere}", "../secret", "./secret", "folder/../secret", ".secret", "*/_ORT_MEM_ADDR_/*", ""])
def test_weights_elsewhere_are_refused(tmp_path: Path, location: str, place: Callable[..., None]) -> None:
    models = tmp_path / "models"
    (models / "folder").mkdir(parents=True)
    where = location.format(elsewhere=tmp_path / "secret")
    weights = onnx_models.external(models / "bad.onnx", where, place)
    # The model would work if the file were read.
    for file in (tmp_path / "secret", models / "secret", models / ".secret"):
        file.write_bytes(weights)
    assert "beside it" in refusal(models)


def test_weights_in_the_working_folder_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (tmp_path / "secret").write_bytes(onnx_models.external(models / "bad.onnx", "secret"))
    monkeypatch.chdir(tmp_path)
    assert "No such file" in refusal(models)


# A user's own link to a model is followed, a link that the model names is not.
@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("secret"), lambda path: path.symlink_to("/dev/zero")])
@pytest.mark.parametrize("file", ["bad.onnx", "weights"])
def test_only_regular_files_are_read(tmp_path: Path, make: Callable[[Path], None], file: str) -> None:
    (tmp_path / "secret").write_bytes(onnx_models.external(tmp_path / "bad.onnx", "weights"))
    (tmp_path / file).unlink(missing_ok=True)
    make(tmp_path / file)
    if file == "bad.onnx" and (tmp_path / file).is_file():
        assert "damaged" in refusal(tmp_path)
    else:
        assert "regular file" in refusal(tmp_path)


@pytest.mark.parametrize(
    "fields",
    [{"offset": 2**62}, {"length": 2**62}, {"offset": 2**64 - 1}, {"length": 2**64 - 1}, {"offset": 1}, {"length": 10**30}, {"offset": -1}],
    ids=str,
)
def test_weights_that_reach_beyond_their_file_are_refused(tmp_path: Path, fields: dict[str, int | None]) -> None:
    (tmp_path / "weights").write_bytes(onnx_models.external(tmp_path / "bad.onnx", "weights", fields=fields))
    assert "weights" in refusal(tmp_path)


def test_models_larger_than_they_may_be_are_refused(tmp_path: Path) -> None:
    onnx_models.external(tmp_path / "bad.onnx", "weights", fields={"length": None})
    # The file is sparse, so it takes no room on the disk.
    with (tmp_path / "weights").open("wb") as file:
        file.truncate(2**40)
    assert "larger than 512 MiB" in refusal(tmp_path)
    with (tmp_path / "bad.onnx").open("wb") as file:
        file.truncate(2**40)
    assert "larger than 512 MiB" in refusal(tmp_path)


def test_other_formats_of_the_runtime_are_refused(tmp_path: Path) -> None:
    """ONNX Runtime detects its own format by a mark in the bytes, for any file name."""
    (tmp_path / "bad.onnx").write_bytes(b"\x12\x20\x00\x00ORTM" + bytes(26))
    sentence = refusal(tmp_path)
    assert "ONNX Runtime says" in sentence and "ORT model" not in sentence
