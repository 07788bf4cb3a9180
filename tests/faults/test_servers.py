# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole jobs on servers that use the contract in every allowed way: each paints each tile once, and refuses no request."""

from pathlib import Path

import pytest
from job_runner import run_job
from plain_server import KINDS, Call, Kind, PlainServer, Problem, Reply

TILE_PX = 64
# Several tiles of this size fit into 16 KiB as noise, unless the server wants larger multiples.
SMALL_TILE_PX = 32


def options_for(kind: Kind) -> dict[str, float]:
    """Options for a small picture. The clock keeps real time, since only the servers make the job wait."""
    side = SMALL_TILE_PX if kind.max_body_bytes else max(TILE_PX, kind.multiple_of)
    return {"width": 3 * side, "height": 2 * side, "tile": side, "overlap": side // 4, "speed": 1, "batch_size": 3}


def is_too_narrow(kind: Kind) -> bool:
    """Returns whether the smallest tile of noise exceeds the limit."""
    return 0 < kind.max_body_bytes < kind.multiple_of**2 * 3


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if not is_too_narrow(kind)])
def test_job_on_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with PlainServer(KINDS[name]) as server:
        if server.kind.key:
            monkeypatch.setenv("UPSCALE_TOKEN", server.kind.key)
            monkeypatch.setenv("UPSCALE_TOKEN_ORIGIN", server.url)
        outcome = run_job(tmp_path, server.url, **options_for(server.kind))
    outcome.assert_whole(outcome.report["n_tiles"])
    assert sorted(server.painted, key=int) == [str(index) for index in range(outcome.report["n_tiles"])]
    refusals = {refusal for refusal in server.refusals if not is_word_of_the_contract(refusal, server.kind)}
    assert not refusals


def is_word_of_the_contract(refusal: str, kind: Kind) -> bool:
    """Returns whether health could not have told the client of this refusal."""
    return bool(kind.put_status) and "blocking route only" in refusal


class ForgetsOnce(PlainServer):
    """Loses its batches once, as in a restart, and answers 410 for them."""

    has_forgotten = False

    def get(self, batch_id: str, call: Call) -> Reply:
        if not self.has_forgotten:
            self.has_forgotten = True
            del self.jobs[batch_id]
        if batch_id not in self.jobs:
            raise Problem(410, "the batch is gone: send it again")
        return super().get(batch_id, call)


def test_forgotten_batch_is_sent_again(tmp_path: Path) -> None:
    with ForgetsOnce(Kind(unknown_status=410)) as server:
        outcome = run_job(tmp_path, server.url, **options_for(server.kind))
    outcome.assert_whole(outcome.report["n_tiles"])
    assert server.has_forgotten
