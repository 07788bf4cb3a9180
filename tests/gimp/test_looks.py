# SPDX-License-Identifier: GPL-3.0-or-later
"""A layer is taken as it looks: with its effects in the pixels, and its mask, opacity, mode and mark on the new layer."""

from typing import Any

import pytest
from echo_endpoint import EchoEndpoint
from gimp_runner import SCRIPTS, Gimp

# Cases of scripts/effects.py -> whether the result has an alpha channel.
EFFECTS = {"inverted": False, "switched-off": False, "nested": True, "shadow": True, "group": True}


@pytest.fixture(scope="module")
def gimp(tmp_path_factory: pytest.TempPathFactory) -> Gimp:
    return Gimp(tmp_path_factory.mktemp("looks"))


@pytest.fixture(scope="module")
def looks(gimp: Gimp) -> dict[str, Any]:
    with EchoEndpoint() as endpoint:
        outcome = gimp.run(SCRIPTS / "effects.py", {"endpoints": endpoint.url})
    outcome.assert_ended_well()
    return outcome.values


@pytest.mark.parametrize("name", EFFECTS)
def test_effects_are_in_the_pixels(looks: dict[str, Any], name: str) -> None:
    case = looks[name]
    assert "error" not in case, case
    # GIMP and the plug-in each round an edge to 8 bits, so they may differ by a step each.
    assert case["difference"] <= 2.001 / 255
    assert case["alpha"] == EFFECTS[name]
    assert case["kept"], "the source, its effects or the list of images changed"


def test_a_shadow_beyond_the_layer_moves_nothing(looks: dict[str, Any]) -> None:
    left, top, width, height = looks["grown"]
    assert left > 0 and top > 0 and width > left and height > top, "the shadow does not reach beyond the layer on each side"
    assert looks["shadow"]["apart"] == looks["group"]["apart"] == [-2 * left, -2 * top]
    assert looks["inverted"]["apart"] == [0, 0]


def test_the_result_of_effects_can_be_repainted(looks: dict[str, Any]) -> None:
    assert looks["repainted"] == ["success", "", True]


def test_style_goes_to_the_new_layer(gimp: Gimp) -> None:
    with EchoEndpoint() as endpoint:
        outcome = gimp.run(SCRIPTS / "style.py", {"endpoints": endpoint.url})
    outcome.assert_ended_well()
    told = outcome.values
    assert told["style"] == told["expected"]
    assert told["mask"]
    assert told["difference"] <= 1.001 / 255
    assert told["applied"]
    assert told["off"]
    assert told["again"] == 80
    assert told["through"] == ["success", [50, "normal"]]
