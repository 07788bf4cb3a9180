# SPDX-License-Identifier: GPL-3.0-or-later
"""Each tile is painted once, in one size, for any picture, scale and endpoint that works."""

import random
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from job_runner import Outcome, run_job

GRID_PX = 8
# EIGHTH scales 3000x2000 px in tiles of 1024 px that overlap by 128 down to an eighth. The clock keeps real time, since no
# test here waits for a timeout and a busy machine must not cause one.
EIGHTH: dict[str, float] = {"width": 375, "height": 250, "tile": 128, "overlap": 16, "batch_size": 0, "speed": 1}
QUARTER: dict[str, float] = {"width": 201, "height": 150, "tile": 256, "overlap": 32, "batch_size": 4, "speed": 1}


def assert_painted_once(outcome: Outcome, n_tiles: int) -> None:
    report = outcome.report
    assert report["error"] is None, report
    assert (report["n_tiles"], report["painted"], report["failed"]) == (n_tiles, n_tiles, 0), outcome.messages
    assert [tile["tries"] for tile in report["tiles"]] == [1] * n_tiles, outcome.messages


def is_at_source_size(tile: dict[str, Any]) -> bool:
    return int(tile["width"]) < int(tile["target_width"])


def assert_one_way(endpoint: EchoEndpoint) -> None:
    """Asserts that an endpoint was sent tiles of one size, in one way, on a grid."""
    assert endpoint.violations == []
    sizes = {(tile["width"], tile["height"], tile["target_width"], tile["target_height"]) for tile in endpoint.tiles}
    assert len(sizes) <= 1, sizes
    assert all(tile["x"] % GRID_PX == 0 == tile["y"] % GRID_PX for tile in endpoint.tiles)


@pytest.mark.parametrize(("scale", "n_tiles"), [(1.5, 5 * 4), (2.0, 7 * 5), (3.0, 10 * 7), (1.37, 5 * 3)])
def test_built_in_engine(tmp_path: Path, scale: float, n_tiles: int) -> None:
    """The built-in engine takes any size, and enlarges the source itself."""
    outcome = run_job(tmp_path, "local", scale=scale, **EIGHTH)
    assert_painted_once(outcome, n_tiles)
    assert not outcome.report["is_source"], "the engine was sent what needs no enlarging"


@pytest.mark.parametrize("multiple_of", [1, 8, 64, 128])
@pytest.mark.parametrize("resizes", [False, True])
@pytest.mark.parametrize("scale", [1.37, 2.0, 3.0])
def test_endpoint_that_wants_multiples(tmp_path: Path, multiple_of: int, resizes: bool, scale: float) -> None:
    with EchoEndpoint(Behavior(multiple_of=multiple_of, resizes=resizes)) as endpoint:
        outcome = run_job(tmp_path, endpoint.url, scale=scale, **QUARTER)
    assert_painted_once(outcome, len(endpoint.tiles))
    assert_one_way(endpoint)
    ways = {is_at_source_size(tile) for tile in endpoint.tiles}
    if scale == 1.37 or not resizes:
        assert ways == {False}
    elif multiple_of <= GRID_PX or scale == 2.0:
        assert ways == {True}
    if not resizes:
        assert outcome.report["is_source"], "tiles that come back as they were sent changed the picture"


@pytest.mark.parametrize("seed", range(8))
def test_mixed_pool(tmp_path: Path, seed: int) -> None:
    """Endpoints of all kinds share a picture, and a second job takes all of its tiles from the cache."""
    draw = random.Random(seed)
    behaviors = [Behavior(multiple_of=n, resizes=draw.random() < 0.5, uses_prompt=draw.random() < 0.5) for n in (1, 8, 64, 128)]
    options: dict[str, float] = {
        "width": draw.randint(1, 160), "height": draw.randint(1, 160), "scale": draw.randint(100, 300) / 100,
        "tile": 64 * draw.randint(1, 3), "overlap": draw.randint(0, 32), "batch_size": draw.randint(0, 4), "speed": 1,
    }  # fmt: skip
    with ExitStack() as stack:
        endpoints = [stack.enter_context(EchoEndpoint(behavior)) for behavior in behaviors]
        addresses = [endpoint.url for endpoint in endpoints]
        outcome = run_job(tmp_path, *addresses, **options)
        n_tiles = sum(len(endpoint.tiles) for endpoint in endpoints)
        assert_painted_once(outcome, n_tiles)
        for endpoint in endpoints:
            assert_one_way(endpoint)
        again = run_job(tmp_path, *addresses, **options)
    assert (again.report["stored"], again.report["painted"]) == (n_tiles, 0)
