# SPDX-License-Identifier: GPL-3.0-or-later
"""The size of the result is said in megapixels and memory, and a large job begins only after a question."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_window import MISSING, Session
from polling import wait_until

LARGE = "This job is large"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


@pytest.mark.parametrize(("locale", "megapixels", "memory"), [("de_DE", "3,8", "11,5"), ("ja_JP", "3.8", "11.5")])
def test_the_size_is_said_in_the_language(folder: Path, locale: str, megapixels: str, memory: str) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url, locale=locale) as session:
        session.open_dialog()
        # 2400x1600 px of 3 bytes.
        session.do("wait", "label", session.say("%s MP, about %s") % (megapixels, memory))
        session.shot(f"dialog-{locale}")


def test_a_large_job_begins_after_a_question(folder: Path) -> None:
    with EchoEndpoint(Behavior(hold_after=1)) as endpoint, Session(folder, endpoint.url) as session:
        session.open_dialog()
        session.do("wait", "label", "Result: 2400 × 1600 px\n3.8 MP, about 11.5")
        session.do("press", "page tab", "Advanced")
        session.do("wait", "check box", "Grow the canvas")
        # 24 columns and 16 rows of tiles, which overlap by half.
        session.retype("Tile size (px)", "192")
        session.retype("Overlap (px)", "96")
        session.do("wait", "label", "384 tiles on 1 endpoint")
        session.do("wait-gone", "label", LARGE)
        # 37 columns and 24 rows.
        session.retype("Tile size (px)", "128")
        session.retype("Overlap (px)", "64")
        session.do("wait", "label", LARGE)
        session.shot("dialog-large-job")
        session.do("press", "button", "Upscale")
        session.do("wait", "label", "Begin this large job?")
        session.do("wait", "label", "3.8 MP, about 11.5")
        session.shot("question-large-job")
        session.do("press", "button", "Cancel")
        session.do("wait-gone", "label", "Begin this large job?")
        session.do("wait-sensitive", "button", "Upscale")
        assert not endpoint.requests
        session.do("press", "button", "Upscale")
        session.do("press", "button", "Begin")
        session.do("wait", "progress bar", "Finished tiles")
        # The plug-in hears of the tile some time after the endpoint has painted it.
        wait_until(lambda: "1 of 888 tiles" in str(session.do("describe", "image", "Map of the tiles")), "the tile is in")
        session.do("press", "button", "Cancel")
        session.do("wait", "label", "Stopped. 1 of 888 tiles is kept: run again")
        session.do("press", "button", "Close")
        session.do("wait-gone", "progress bar", "Finished tiles")
        # The last filter, with the last values, asks as well.
        n_requests = len(endpoint.requests)
        session.do("key", "ctrl+f")
        session.do("wait", "label", "Begin this large job?")
        session.do("press", "button", "Cancel")
        session.do("wait-gone", "label", "Begin this large job?")
        session.do("key", "ctrl+f")
        session.do("wait", "label", "Begin this large job?")
        session.do("click", "menu item", "Delete Layer")
        session.wait_for_images([[1200, 800, []]])
        session.do("press", "button", "Begin")
        session.do("wait", "label", "The layer is gone: its image was closed, or the layer was deleted.")
        assert len(endpoint.requests) == n_requests
