# SPDX-License-Identifier: GPL-3.0-or-later
"""The new layer's place, the part of it that is painted, and all that must not change beside it."""

from typing import Any

import pytest
from echo_endpoint import N_SLOTS, Behavior, EchoEndpoint
from gimp_runner import SCRIPTS, Gimp

LATTICE_PX = 8
# The functions of scripts/placement.py that need an endpoint without any peculiarity; one session of GIMP runs them all.
PLAIN_CASES = ["in_a_group", "with_offset_to_the_right", "with_offset_to_the_left", "without_resizing", "with_mask", "of_a_group"]


@pytest.fixture(scope="module")
def gimp(tmp_path_factory: pytest.TempPathFactory) -> Gimp:
    return Gimp(tmp_path_factory.mktemp("placement"))


def run(gimp: Gimp, endpoint: EchoEndpoint, cases: list[str]) -> dict[str, Any]:
    """Returns the results by the names of the cases."""
    outcome = gimp.run(SCRIPTS / "placement.py", {"cases": cases, "endpoints": endpoint.url})
    outcome.assert_ended_well()
    assert not endpoint.violations
    return outcome.values


def run_brightened(gimp: Gimp, case: str, fail_tiles: set[int] | None = None) -> tuple[dict[str, Any], EchoEndpoint]:
    """Returns the result of a case whose endpoint makes each tile brighter by 40 of 255, and the endpoint."""
    behavior = Behavior(change=lambda picture: picture.point(lambda value: min(255, value + 40)), fail_tiles=fail_tiles or set())
    with EchoEndpoint(behavior) as endpoint:
        return run(gimp, endpoint, [case])[case], endpoint


@pytest.fixture(scope="module")
def plain(gimp: Gimp) -> dict[str, Any]:
    with EchoEndpoint() as endpoint:
        return run(gimp, endpoint, PLAIN_CASES)


def test_above_its_source_in_the_same_group(plain: dict[str, Any]) -> None:
    assert plain["in_a_group"] == {"parent": "group", "position": 0, "below": 1, "top": 1, "name": "source 2x"}


def test_positive_offset_is_doubled_and_the_canvas_grows(plain: dict[str, Any]) -> None:
    result = plain["with_offset_to_the_right"]
    assert result["apart"] == [30, 20], "twice the offset, in a canvas that both share"
    assert all(result["inside"])
    assert result["size"] == [2 * 30 + 200, 2 * 20 + 160]


def test_negative_offset_is_doubled_and_the_canvas_grows(plain: dict[str, Any]) -> None:
    result = plain["with_offset_to_the_left"]
    assert result["apart"] == [-30, -20], "twice the offset, in a canvas that both share"
    assert all(result["inside"])
    assert result["size"] == [200, 160]


def test_canvas_stays_when_asked(plain: dict[str, Any]) -> None:
    assert plain["without_resizing"] == {"size": [100, 80], "layer": [300, 240]}


@pytest.mark.parametrize(("case", "tone"), [("with_plain_of_8_bits", 1 / 255), ("with_plain_of_16_bits_in_a_group", 2 / 65535)])
def test_plain_enlargement_lies_below_the_result(gimp: Gimp, case: str, tone: float) -> None:
    result, _ = run_brightened(gimp, case)
    assert result["names"] == ["source 2x", "source 2x, plain", "source"]
    assert result["returned"] == "source 2x" and result["selected"] == ["source 2x"]
    assert result["visible"] and result["together"] and result["same_format"]
    assert result["difference"] <= 1.001 * tone, "the plain layer is not GIMP's own enlargement"
    assert result["painted"] > 30, "the eye of the result compares nothing"


def test_layer_mask_is_not_applied_and_stays(plain: dict[str, Any]) -> None:
    assert plain["with_mask"]["difference"] <= 1.001 / 255
    assert plain["with_mask"]["kept"]


def test_layer_group_is_taken_as_it_looks(plain: dict[str, Any]) -> None:
    assert plain["of_a_group"]["difference"] <= 1.001 / 255
    assert not plain["of_a_group"]["is_group"]


def test_only_the_selection_is_sent_and_painted(gimp: Gimp) -> None:
    result, endpoint = run_brightened(gimp, "of_the_selection")
    tiles = endpoint.tiles
    # All tiles have one size and begin on a lattice of 8 px, so they may reach beyond the selection by less than that.
    assert {(tile["width"], tile["height"]) for tile in tiles} == {(128, 128)}
    assert all(tile["x"] > 80 - LATTICE_PX and tile["x"] + 128 < 260 + LATTICE_PX for tile in tiles)
    assert all(tile["y"] > 60 - LATTICE_PX and tile["y"] + 128 < 200 + LATTICE_PX for tile in tiles)
    assert result["outside"] <= 1
    assert abs(result["middle"] - 40) < 1
    assert result["edge"] <= 1, "the selection's edge shows"
    # Smootherstep's steepest slope is 15/8: 40 * 15/8 / 16 px, and each of two neighbors is rounded to 8 bits twice.
    assert result["step"] <= 6.7, "a seam: neighboring pixels differ by more than the feather's slope"


def test_an_ignored_selection_limits_nothing(gimp: Gimp) -> None:
    with EchoEndpoint() as endpoint:
        result = run(gimp, endpoint, ["of_an_ignored_selection"])["of_an_ignored_selection"]
    assert result["plain"][0] > result["part"][0]
    assert result["part"][1] and not result["plain"][1]
    assert result["whole"] == result["beside"] == result["plain"]


@pytest.mark.parametrize(
    ("case", "n_tiles", "middle"),
    # 5x5 tiles of the whole picture of 512x512 px, and 3x3 of its last 240x240 px.
    [("of_many_tiles", 25, 256), ("of_many_tiles_in_a_corner", 9, 392)],
)
def test_middle_of_the_painted_part_is_sent_first(gimp: Gimp, case: str, n_tiles: int, middle: int) -> None:
    with EchoEndpoint() as endpoint:
        result = run(gimp, endpoint, [case])[case]
    assert (result["status"], result["tiles"], result["failed"]) == ("success", n_tiles, 0)
    # Both slots of the endpoint get a request at once.
    first = [tile for request in endpoint.requests[:N_SLOTS] for tile in request["tiles"]]
    apart = sorted(max(abs(tile["x"] + 64 - middle), abs(tile["y"] + 64 - middle)) for tile in first)
    assert apart[0] < LATTICE_PX, "the tile in the middle is not among the first"
    assert all(distance <= 96 + LATTICE_PX for distance in apart), "a tile that is not beside it is among the first"


def test_a_failed_tile_fades_to_the_base(gimp: Gimp) -> None:
    result, _ = run_brightened(gimp, "with_failed_tile", fail_tiles={0})
    assert result["failed"] == 1
    assert result["corner"] <= 1, "the failed tile does not show the base"
    assert abs(result["rest"] - 40) < 1
    assert result["step"] <= 8, "a hard edge around the failed tile"


def test_color_drift_is_taken_out(gimp: Gimp) -> None:
    result, _ = run_brightened(gimp, "with_color_correction")
    assert result["mean"] < 1


def test_8192_is_81_tiles(gimp: Gimp) -> None:
    with EchoEndpoint() as endpoint:
        result = run(gimp, endpoint, ["of_8192_px"])["of_8192_px"]
    assert result == {"status": "success", "message": "", "tiles": 81, "failed": 0, "size": [8192, 8192]}
