# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that lie: the harm stays with their own tiles."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from echo_endpoint import Behavior, EchoEndpoint, Exchange
from job_runner import N_TILES, run_job
from PIL import Image


def brighten(picture: Image.Image) -> Image.Image:
    return picture.point(lambda value: min(255, value + 4))


def describe(path: Path, **endpoints: tuple[EchoEndpoint, bool]) -> None:
    """Writes the user's list of endpoints; the flag tells whether their tiles are shared."""
    groups = [f"[{name}]\naddress={double.url}\nshares-tiles={str(shares).lower()}\n" for name, (double, shares) in endpoints.items()]
    path.write_text("".join(groups))


def test_identity_of_another_server_poisons_nothing(tmp_path: Path) -> None:
    """Both servers have the identity `echo-1`, and the honest one paints its tiles itself."""
    with EchoEndpoint(Behavior(change=brighten)) as liar, EchoEndpoint() as honest:
        poisoned = run_job(tmp_path, liar.url)
        assert poisoned.n_finished == N_TILES and not poisoned.report["is_source"]
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


# Escape sequences, direction overrides, line ends and a C1 control, repeated beyond every limit.
MESS = "\x1b[2J\x1b]0;gone\x07\u202e\u2066\r\nTile 1 failed\n\u2028\x9b31m\x08" * 2000


def is_fit(text: str) -> bool:
    return len(text) < 2500 and not any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in text)


@pytest.mark.parametrize("place", ["tile", "batch", "status", "refusal", "detail", "health", "id", "tile-id", "location"])
def test_words_of_a_server_are_tidy(tmp_path: Path, place: str) -> None:
    """Messages and the job's log hold neither control characters nor texts without end."""

    def twist(answer: dict[str, Any]) -> Any:
        if place == "tile":
            return {**answer, "results": [{"id": result["id"], "success": False, "error": MESS} for result in answer["results"]]}
        if place == "tile-id":
            return {**answer, "results": [{"id": MESS, "success": True}]}
        changes: dict[str, dict[str, Any]] = {
            "batch": {"status": "failed", "error": MESS, "results": [], "tiles_processed": 0},
            "status": {"status": MESS},
            "id": {"batch_id": MESS},
        }
        return {**answer, **changes.get(place, {})}

    def interfere(exchange: Exchange) -> bool:
        if place == "health" and exchange.path.startswith("/v1/health"):
            exchange.reply(400, {"title": "Bad Request", "detail": MESS})
        elif place == "refusal" and exchange.command == "PUT":
            exchange.reply(500, MESS.encode())
        elif place == "detail" and exchange.command == "PUT":
            exchange.reply(422, {"detail": [{"loc": ["body", MESS], "msg": MESS}]})
        elif place == "location" and exchange.command == "PUT":
            exchange.reply(303, None, Location="http://elsewhere/\x1b[2J\x07\x08" + "x" * 5000)
        else:
            return False
        return True

    with EchoEndpoint(Behavior(twist=twist, interfere=interfere)) as endpoint:
        outcome = run_job(tmp_path, endpoint.url, max_tries=1)
    assert outcome.n_finished < N_TILES
    assert all(is_fit(failure) for failure in [*outcome.failures, outcome.report["error"] or ""]), outcome.messages[:1000]
    texts = [line["text"] for line in outcome.log if "text" in line]
    assert texts
    assert all(is_fit(text) for text in texts)
