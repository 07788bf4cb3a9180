# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that says what is not so harms nobody but itself."""

from pathlib import Path

import pytest
from echo_endpoint import Behaviour, EchoEndpoint
from job_runner import N_TILES, run_job
from PIL import Image


def brighten(picture: Image.Image) -> Image.Image:
    return picture.point(lambda value: min(255, value + 4))


def describe(path: Path, **endpoints: tuple[EchoEndpoint, bool]) -> None:
    """The user's list: each with whether its tiles are shared."""
    groups = [f"[{name}]\naddress={double.url}\nshares-tiles={str(shares).lower()}\n" for name, (double, shares) in endpoints.items()]
    path.write_text("".join(groups))


def test_identity_of_another_server_poisons_nothing(tmp_path: Path) -> None:
    """Both call themselves `echo-1`; what the liar has painted is not taken for the honest one's."""
    with EchoEndpoint(Behaviour(change=brighten)) as liar, EchoEndpoint() as honest:
        poisoned = run_job(tmp_path, liar.url)
        assert poisoned.n_had == N_TILES and not poisoned.report["is_source"]
        outcome = run_job(tmp_path, honest.url)
        outcome.assert_whole()
        assert outcome.report["stored"] == 0
        again = run_job(tmp_path, honest.url)
    again.assert_whole()
    assert again.report["stored"] == N_TILES


@pytest.mark.parametrize(("first", "second", "n_stored"), [(True, True, N_TILES), (True, False, 0), (False, True, 0), (False, False, 0)])
def test_tiles_are_shared_where_both_say_so(tmp_path: Path, first: bool, second: bool, n_stored: int) -> None:
    with EchoEndpoint() as one, EchoEndpoint() as other:
        describe(tmp_path / "endpoints.conf", one=(one, first), other=(other, second))
        run_job(tmp_path, "one").assert_whole()
        outcome = run_job(tmp_path, "other")
    outcome.assert_whole()
    assert outcome.report["stored"] == n_stored
    assert len(other.tiles) == N_TILES - n_stored


def test_address_that_was_typed_shares_nothing(tmp_path: Path) -> None:
    with EchoEndpoint() as one, EchoEndpoint() as other:
        describe(tmp_path / "endpoints.conf", one=(one, True), other=(other, True))
        run_job(tmp_path, "one").assert_whole()
        assert run_job(tmp_path, other.url).report["stored"] == 0
