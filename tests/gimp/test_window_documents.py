# SPDX-License-Identifier: GPL-3.0-or-later
"""With a user, too, a stranger's image is data: the real GIMP with its windows, from the image on the screen to the requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import EchoEndpoint
from gimp_runner import SCRIPTS, Gimp
from gimp_window import MISSING, Session
from PIL import Image
from polling import wait_until

TOKEN = "t0ken-of-the-reader"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    secret = tmp_path / "secret.png"
    Image.effect_noise((20, 20), 50).save(secret)
    settings = tmp_path / "profile" / "tile-upscale" / "last-values.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[Last Values]\nsteps=29\nip-adapter-image={secret.as_uri()}\n")
    yield tmp_path


def wait_for_layers(session: Session, n: int) -> None:
    wait_until(lambda: len(session.images()[0][2]) == n, f"there are {n} layers, not {session.images()}", 60)
    session.do("wait-gone", "progress bar", "Finished tiles")


def sent_since(endpoint: EchoEndpoint, n: int) -> set[tuple[str, int, bool]]:
    """Returns prompt and steps of each request since the first `n`, and whether a reference picture came along."""
    return {(one["global_prompt"], one["gen_params"]["steps"], one["ip_adapter_enabled"]) for one in endpoint.requests[n:]}


def open_repeat(session: Session, endpoint: EchoEndpoint, position: int) -> int:
    """Opens the dialog that repeats the recipe of a layer, and returns the number of requests before."""
    n_sent = len(endpoint.requests)
    session.tell(f"activate {position}")
    session.do("click", "menu item", "Tile Upscale: Repeat Recipe")
    session.do("wait-sensitive", "button", "Upscale")
    return n_sent


def test_a_strangers_image_shows_what_it_would_do_and_sends_nothing_itself(folder: Path) -> None:
    heard: list[str] = []
    with EchoEndpoint() as thief, EchoEndpoint() as honest:
        thief.behavior.interfere = lambda exchange: bool(heard.append(exchange.path))  # type: ignore[func-returns-value]
        made = Gimp(folder).run(SCRIPTS / "stranger_image.py", {"thief": thief.url, "secret": str(folder / "secret.png")})
        assert made.values.get("made"), str(made)
        keys = {"UPSCALE_TOKEN": TOKEN, "UPSCALE_TOKEN_ORIGIN": honest.url}
        with Session(folder, honest.url, picture="evil.xcf", environment=keys) as session:
            wait_for_layers(session, 3)
            # The last values are the user's own.
            assert session.tell("run-last 1") == "done"
            wait_for_layers(session, 4)
            assert heard == []
            assert sent_since(honest, 0) == {("highly detailed, sharp focus", 29, True)}

            # The dialog shows the recipe and sends nothing yet. The recipe's reference picture is the user's last one.
            n_sent = open_repeat(session, honest, 3)
            session.do("wait", "label", "on 1 endpoint")
            session.do("wait-gone", "label", "made with an IP-Adapter example")
            session.do("press", "button", "Upscale")
            wait_for_layers(session, 5)
            assert sent_since(honest, n_sent) == {("fern", 6, True)}

            # The stranger's reference picture is another.
            n_sent = open_repeat(session, honest, 0)
            session.do("wait", "label", "made with an IP-Adapter example")
            session.shot("documents-repeat")
            assert len(honest.requests) == n_sent
            session.do("press", "button", "Upscale")
            wait_for_layers(session, 6)
            assert sent_since(honest, n_sent) == {("moss", 7, False)}

            # The dialog ignores the last values that GIMP finds in the image, and the user's own do not get into the image.
            n_sent = len(honest.requests)
            session.open_dialog()
            session.do("key", "alt+d", "ctrl+a")
            session.do("type", honest.url)
            session.do("press", "page tab", "Advanced")
            session.retype("Steps", "8")
            session.do("key", "Tab")
            session.do("press", "button", "Upscale")
            wait_for_layers(session, 7)
            assert sent_since(honest, n_sent) == {("moss", 8, False)}
            assert session.tell("save 0") == "done"
            saved = (folder / "saved.xcf").read_bytes()
            assert honest.url.encode() not in saved and TOKEN.encode() not in saved
            assert honest.url in (folder / "profile" / "tile-upscale" / "last-values.conf").read_text()

            # The user's last values are there the next time: with the same layer all tiles are in the cache.
            n_sent = len(honest.requests)
            session.open_dialog()
            session.do("press", "button", "Upscale")
            wait_for_layers(session, 8)
            assert len(honest.requests) == n_sent
    assert heard == []
    assert honest.keys == {f"Bearer {TOKEN}"}
