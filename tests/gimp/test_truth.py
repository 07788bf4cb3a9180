# SPDX-License-Identifier: GPL-3.0-or-later
"""With an endpoint that changes nothing, the result is GIMP's own enlargement of the source, for each kind of layer."""

from collections.abc import Iterator
from typing import Any

import pytest
from echo_endpoint import EchoEndpoint
from gimp_runner import SCRIPTS, Gimp

TOLERANCES = {"u8": 1 / 255, "u16": 2 / 65535, "half": 1e-3, "float": 1e-5}
KINDS = [
    kind + alpha
    for alpha in ("", "-alpha")
    for kind in ("u8", "u8-linear", "u16", "u16-linear", "half", "float", "float-linear", "float-perceptual",
                 "gray-u8", "gray-u16", "gray-float-linear")
]  # fmt: skip
WIDE = [
    "wide-u8", "wide-u16-alpha", "wide-float", "wide-float-linear", "float-out-of-gamut", "wide-float-scale-1",
    "wide-float-alpha", "wide-gray-float",
]  # fmt: skip
SIZES = {
    "scale-1": [150, 110], "scale-1-float": [150, 110], "scale-1.5": [225, 165], "scale-3.7": [226, 174],
    "scale-8": [248, 232], "size-1x1": [2, 2], "size-small": [40, 26], "size-prime": [202, 194], "size-wide": [5000, 3],
}  # fmt: skip


def tolerance(kind: str) -> float:
    return next((value for name, value in TOLERANCES.items() if name in kind), TOLERANCES["u8"]) * 1.001


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    gimp = Gimp(tmp_path_factory.mktemp("truth"))
    with EchoEndpoint() as endpoint:
        outcome = gimp.run(SCRIPTS / "layer_kinds.py", {"endpoints": endpoint.url})
        outcome.assert_ended_well()
        assert not endpoint.violations
        yield outcome.values


@pytest.mark.parametrize("kind", KINDS + WIDE)
def test_equals_what_gimp_makes_of_it(measured: dict[str, Any], kind: str) -> None:
    case = measured[kind]
    assert "error" not in case, case
    assert case["failed"] == 0
    assert case["tiles"] > 1
    assert case["difference"] <= tolerance(kind)
    assert case["same_format"]
    assert case["kept"], "the source layer was changed"


@pytest.mark.parametrize("name", SIZES)
def test_any_size_and_scale(measured: dict[str, Any], name: str) -> None:
    case = measured[name]
    assert "error" not in case, case
    assert case["size"] == SIZES[name]
    assert case["difference"] <= tolerance(name)
