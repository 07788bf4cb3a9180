# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks that ship: no seams, no color shift, flat areas stay flat; and the resampler without them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from PIL import Image, ImageDraw
from wire_client import Client, LocalEndpoint, decode, encode, make_request

SIDE_PX = 280
# The plug-in's defaults, in target pixels.
OVERLAP_PX = 128

Array: TypeAlias = "np.ndarray[Any, Any]"


def names() -> list[str]:
    return sorted({path.stem.rpartition("-")[0] for path in Path(os.environ["UPSCALE_LOCAL_MODELS"]).glob("*x.onnx")})


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with LocalEndpoint() as endpoint:
        client = endpoint.connect()
        if client.send("GET", "/v1/health").json["models"] == ["resample"]:
            pytest.skip("this build has no ONNX Runtime")
        yield client


def enlarge(client: Client, picture: Array, scale: float, model: str = "") -> Array:
    height, width = picture.shape[:2]
    request = make_request()
    request["tiles"][0] |= {"image": encode(Image.fromarray(picture)), "width": width, "height": height}
    request |= {"target_width": round(scale * width), "target_height": round(scale * height)}
    request["model_config"]["base_model"] = model
    (result,) = client.finish(request)
    assert result["success"], result
    return np.asarray(decode(result["image"])).astype(int)


def make_scene() -> Array:
    """Edges in all directions, thin lines, text, stripes and grain, in color."""
    image = Image.new("RGB", (SIDE_PX, SIDE_PX), (40, 90, 160))
    draw = ImageDraw.Draw(image)
    for step in range(0, SIDE_PX, 16):
        draw.line([(step, 0), (SIDE_PX - step, SIDE_PX)], fill=(step % 256, 255 - step % 256, 90), width=1 + step % 5)
        draw.text((step, step), f"upscale {step}", fill=(255, 240, 200))
        draw.ellipse([300 - step / 2, 60, 320 + step / 2, 90 + step], outline=(230, 30, 40))
    grain = np.random.default_rng(1).integers(-12, 13, (SIDE_PX, SIDE_PX, 3))
    return np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)


def make_night() -> Array:
    """Blue only: red and green have no room to get darker."""
    spots = Image.fromarray(np.random.default_rng(2).integers(0, 256, (SIDE_PX // 2, SIDE_PX // 2), np.uint8))
    night = np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)
    night[..., 2] = np.asarray(spots.resize((SIDE_PX, SIDE_PX), Image.Resampling.NEAREST))
    return night


def make_day() -> Array:
    """Yellow and white: red and green have no room to get lighter."""
    return 255 - make_night()


def spans(length: int, tile: int, overlap: int) -> list[int]:
    """Returns the starts of tiles in the plug-in's layout."""
    n = -(-(length - overlap) // (tile - overlap))
    return [round(i * (length - tile) / (n - 1)) for i in range(n)]


def windows(starts: list[int], length: int, tile: int, overlap: int) -> Array:
    """Returns the plug-in's weights on one axis, one row per tile: smootherstep over the middle half of the overlap."""
    rise = np.zeros((len(starts) + 1, length))
    rise[0] = 1
    for index in range(1, len(starts)):
        middle = (starts[index] + starts[index - 1] + tile) / 2
        t = np.clip((np.arange(length) + 0.5 - middle) / (overlap / 2) + 0.5, 0, 1)
        rise[index] = 6 * t**5 - 15 * t**4 + 10 * t**3
    return rise[:-1] - rise[1:]


@pytest.mark.parametrize("scale", [2, 4, 8])
@pytest.mark.parametrize("model", names())
def test_tiles_are_equal_to_the_whole(client: Client, model: str, scale: int) -> None:
    scene, tile, overlap = make_scene(), 160, OVERLAP_PX // scale
    whole = enlarge(client, scene, scale, model)
    starts = spans(SIDE_PX, tile, overlap)
    weights = windows([scale * start for start in starts], scale * SIDE_PX, scale * tile, OVERLAP_PX)
    composed = np.zeros(whole.shape)
    for y, down in zip(starts, weights, strict=True):
        for x, across in zip(starts, weights, strict=True):
            part = enlarge(client, scene[y : y + tile, x : x + tile], scale, model)
            place = (slice(scale * y, scale * (y + tile)), slice(scale * x, scale * (x + tile)))
            composed[place] += down[place[0], None, None] * across[None, place[1], None] * part
    assert np.abs(np.rint(composed) - whole).max() <= 1


@pytest.mark.parametrize("scale", [2, 3, 4, 5.5, 8])
@pytest.mark.parametrize("model", names())
def test_flat_stays_flat(client: Client, model: str, scale: float) -> None:
    tones = np.arange(0, 256, 15)
    strips = np.repeat(np.stack([tones, tones[::-1], np.roll(tones, 5)], 1)[:, None], 40, 1).astype(np.uint8)
    for color in strips[::3]:
        flat = np.broadcast_to(color[0], (48, 48, 3))
        assert np.abs(enlarge(client, np.ascontiguousarray(flat), scale, model) - flat[0, 0]).max() <= 1


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("model", names())
@pytest.mark.parametrize("make", [make_scene, make_night, make_day])
def test_colors_do_not_shift(client: Client, make: Callable[[], Array], model: str, scale: int) -> None:
    """A picture that is reduced again has the colors it had."""
    scene = make()
    large = enlarge(client, scene, scale, model)
    reduced = large.reshape(SIDE_PX, scale, SIDE_PX, scale, 3).mean((1, 3))
    assert np.abs((reduced - scene).mean((0, 1))).max() < 0.3


def hard_edge(degrees: float, low: int, high: int, scale: int) -> Array:
    """Returns a straight edge, as reduced by area."""
    steps = 4 * scale
    y, x = np.mgrid[0 : 64 * steps, 0 : 64 * steps] / steps - 32
    angle = np.deg2rad(degrees)
    side = np.where(x * np.cos(angle) + y * np.sin(angle) + 0.1 > 0, high, low)
    edge = np.rint(side.reshape(64, steps, 64, steps).mean((1, 3))).astype(np.uint8)
    return np.repeat(edge[..., None], 3, 2)


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("degrees", [0, 10, 33, 45, 90])
@pytest.mark.parametrize("model", names())
def test_hard_edges_do_not_ring(client: Client, model: str, degrees: float, scale: int) -> None:
    for low, high in ((64, 192), (100, 156)):
        inner = slice(8 * scale, -8 * scale)
        result = enlarge(client, hard_edge(degrees, low, high, scale), scale, model)[inner, inner]
        assert result.min() >= low - 4 and result.max() <= high + 4


@pytest.mark.parametrize("model", names())
def test_the_network_is_the_default_and_more_than_a_filter(client: Client, model: str) -> None:
    scene = make_scene()
    filtered = enlarge(client, scene, 2, "resample")
    if model == "fast":
        assert np.array_equal(enlarge(client, scene, 2), enlarge(client, scene, 2, "fast"))
    assert np.abs(enlarge(client, scene, 2, model) - filtered).mean() > 1


def test_health_says_that_words_have_no_effect(client: Client) -> None:
    health = client.send("GET", "/v1/health").json
    assert health["uses_prompt"] is False
    assert "network" in health["about"] and "Prompt and strength have no effect" in health["about"]


def check_resamples(endpoint: LocalEndpoint) -> str:
    client = endpoint.connect()
    scene = make_scene()
    assert np.array_equal(enlarge(client, scene, 2), enlarge(client, scene, 2, "resample"))
    health = client.send("GET", "/v1/health").json
    assert health["models"] == ["resample"]
    about = str(health["about"])
    assert about.startswith("Resamples only")
    return about


def test_without_models_the_resampler_serves_and_says_so(tmp_path: Path) -> None:
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        check_resamples(endpoint)


def test_without_onnx_runtime_the_resampler_serves_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSCALE_LOCAL_ENDPOINT", os.environ["UPSCALE_LOCAL_ENDPOINT_WITHOUT_NETWORKS"])
    with LocalEndpoint() as endpoint:
        assert "no ONNX Runtime" in check_resamples(endpoint)
