# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiles of one picture: noise by the place in the picture, the place as a condition of the model, overlaps that agree."""

import random
from typing import Any

import pytest
import torch
from tile_upscale_gpu.noise import draw_noise
from tile_upscale_gpu.painter import Painter
from tile_upscale_gpu.samplers import SAMPLERS
from tiny_painter import make, paint
from wire_client import encode, make_picture

PICTURE_PX = 256
TILE_PX = 128
OVERLAP_PX = 64


def make_neighbors(picture_px: int | None = PICTURE_PX, **changes: Any) -> dict[str, Any]:
    """Two tiles side by side, cut from one picture."""
    picture = make_picture(PICTURE_PX, 3)
    request = make(tiles=2, target=TILE_PX, size=TILE_PX, **changes)
    for tile, x in zip(request["tiles"], (64, 64 + TILE_PX - OVERLAP_PX), strict=True):
        tile.update(x=x, y=8, image=encode(picture.crop((x, 8, x + TILE_PX, 8 + TILE_PX))))
    if picture_px:
        request.update(picture_width=picture_px, picture_height=picture_px)
    return request


def measure_overlap(painter: Painter, request: dict[str, Any]) -> float:
    """Returns the mean difference of the two tiles where they overlap."""
    tiles = paint(painter, request)
    left, right = tiles["0"][:, -OVERLAP_PX:], tiles["1"][:, :OVERLAP_PX]
    return float(abs(left - right).mean())


@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_overlaps_of_neighbors_differ_by_less_than_half(painter: Painter, sampler: str) -> None:
    """Also where a sampler adds noise in its steps. A neighbor's other surroundings leave a difference."""
    settings = {"sampler": sampler, "strength": 0.6, "steps": 6, "controlnet": {"enabled": True}}
    placed = measure_overlap(painter, make_neighbors(**settings))
    assert placed < measure_overlap(painter, make_neighbors(None, **settings)) / 2


def test_noise_of_a_position_is_the_same_in_every_tile() -> None:
    dice = random.Random(1)
    whole = draw_noise(5, (0, 0), 3, (6, 40, 50))
    for _ in range(20):
        x, y = dice.randrange(40), dice.randrange(30)
        width, height = dice.randint(1, 50 - x), dice.randint(1, 40 - y)
        assert torch.equal(draw_noise(5, (x, y), 3, (6, height, width)), whole[:, y : y + height, x : x + width])


def test_noise_is_normal_and_independent() -> None:
    """Between channels, neighbors, draws and seeds."""
    noise = draw_noise(7, (1000, 2000), 0, (8, 64, 64)).double()
    n = noise.numel()
    assert abs(noise.mean()) < 5 / n**0.5
    assert abs((noise**2).mean() - 1) < 5 * (2 / n) ** 0.5
    assert abs((noise**4).mean() - 3) < 5 * (96 / n) ** 0.5
    others = [noise.roll(1, 0), noise.roll(1, 1), noise.roll(1, 2)]
    others += [draw_noise(7, (1000, 2000), 1, (8, 64, 64)).double(), draw_noise(8, (1000, 2000), 0, (8, 64, 64)).double()]
    for other in others:
        assert abs((noise * other).mean()) < 5 / n**0.5


def test_place_does_not_depend_on_the_batch(painter: Painter) -> None:
    request = make_neighbors(sampler="euler a")
    together = paint(painter, request)
    for tile in request["tiles"]:
        alone = paint(painter, {**request, "tiles": [tile]})
        assert abs(alone[tile["id"]] - together[tile["id"]]).max() <= 1


def test_seed_of_the_batch_changes_the_pixels(painter: Painter) -> None:
    """The tiles' own seeds have no effect then, since they would differ in the overlap."""
    base = paint(painter, make_neighbors(seed=1))
    assert abs(paint(painter, make_neighbors(seed=2))["0"] - base["0"]).mean() > 1
    request = make_neighbors(seed=1)
    request["tiles"][0]["seed"] = 99
    assert abs(paint(painter, request)["0"] - base["0"]).max() == 0


def test_model_is_told_the_place(painter: Painter) -> None:
    """UNet and ControlNet get the picture's size, the tile's corner and the tile's size, as y before x, also with guidance."""
    model = painter.load()
    seen: list[list[float]] = []
    projections = [module.add_time_proj for module in (model.plain.unet, model.choose_pipeline("tile").controlnet)]
    hooks = [module.register_forward_pre_hook(lambda _, given: seen.append(given[0].tolist())) for module in projections]
    request = make_neighbors(picture_px=None, steps=1, strength=1.0, gen_res=2 * TILE_PX)
    request.update(picture_width=3001, picture_height=2000)
    request["tiles"][1].update(x=1400, y=1608)
    paint(painter, request)
    for hook in hooks:
        hook.remove()
    first, second = [4000, 6002, 16, 128, 256, 256], [4000, 6002, 3216, 2800, 256, 256]
    assert seen == [(first + second) * 2] * 2


@pytest.mark.parametrize("place", [{"picture_width": 4096}, {"picture_height": 4096}, {"x": 1024}, {"y": 1024}], ids=str)
def test_each_part_of_the_place_changes_the_answer(painter: Painter, place: dict[str, int]) -> None:
    request = make_neighbors()
    base = paint(painter, request)
    changed = {**request, **{name: value for name, value in place.items() if name in request}}
    changed["tiles"] = [{**tile, **{name: value for name, value in place.items() if name in tile}} for tile in request["tiles"]]
    assert abs(paint(painter, changed)["0"] - base["0"]).max() >= 1
    assert abs(paint(painter, request)["0"] - base["0"]).max() == 0


def test_place_follows_the_generation_size(painter: Painter) -> None:
    """A picture that is painted at half its size has half the latents, and the tiles lie at half their corners."""
    half = make_neighbors(gen_res=TILE_PX // 2, strength=0.6)
    assert measure_overlap(painter, half) < measure_overlap(painter, {**half, "picture_width": None, "picture_height": None}) / 2
