# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints are added, tested and saved by real keys and clicks in the real GIMP; a broken file is reported and kept."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint, Exchange
from gimp_window import MISSING, Session
from polling import wait_until


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def retype(session: Session, mnemonic: str, text: str) -> None:
    session.do("key", mnemonic, "ctrl+a")
    session.do("type", text)
    session.do("key", "Tab")


def test_add_test_save_and_use(folder: Path) -> None:
    with EchoEndpoint(Behavior(models=["realvis-xl-v5", "juggernaut-xl-v9"])) as endpoint, Session(folder, "") as session:
        session.open_dialog()
        session.do("press", "button", "Edit...")
        session.do("wait", "button", "Add an endpoint")
        session.do("press", "button", "Add an endpoint")
        retype(session, "alt+n", "echo")
        retype(session, "alt+r", endpoint.url)
        retype(session, "alt+p", "990")
        session.do("press", "button", "Test")
        session.do("wait", "label", "It works: a test tile of 256 px took")
        session.shot("endpoints")
        assert len(endpoint.tiles) == 1
        endpoint.behavior.status = 401
        session.do("press", "button", "Test")
        session.do("wait", "label", "It answers, but could not paint a test tile")
        session.shot("endpoints-refused")
        endpoint.behavior.status = 0
        session.do("press", "button", "Save")
        session.do("wait-gone", "button", "Add an endpoint")
        kept = (folder / "profile" / "tile-upscale" / "endpoints.conf").read_text()
        assert "[local]" in kept and "[echo]" in kept and f"address={endpoint.url}" in kept and "price-per-hour=990" in kept
        # Both endpoints are enabled now, so both would serve. A name alone is enough.
        session.do("wait", "label", "6 tiles on 2 endpoints")
        session.do("key", "alt+d")
        session.do("type", "echo")
        session.do("wait", "label", "6 tiles on 1 endpoint\necho: the small test tile took ")
        # Any part of a model's name that the tested server has listed is enough to choose the model.
        session.do("press", "page tab", "Advanced")
        session.do("wait", "check box", "Keep to the picture")
        # The list below the entry has the names, too.
        session.do("click", "menu item", "realvis-xl-v5")
        wait_until(lambda: session.do("text", "text", "Model") == "realvis-xl-v5", "the model is chosen")
        session.do("key", "alt+m", "ctrl+a")
        session.do("type", "naut")
        session.do("wait", "table cell", "juggernaut-xl-v9")
        session.shot("dialog-offers")
        session.do("key", "Down", "Return")
        session.do("key", "Tab")
        session.do("press", "button", "Upscale")
        session.wait_for_images([[2400, 1600, ["photo.png 2x", "photo.png"]]])
        session.do("wait-gone", "progress bar", "Finished tiles")
        assert len(endpoint.tiles) == 7
        assert endpoint.requests[-1]["model_config"]["base_model"] == "juggernaut-xl-v9"
        # The plug-in remembers the endpoint's speed, so the next dialog estimates time and price. The last choices stand.
        session.tell("activate 1")
        session.open_dialog()
        session.do("wait", "label", "on 1 endpoint, less than a minute, about $")
        session.shot("dialog-known")


def test_this_computer_says_what_has_no_effect(folder: Path) -> None:
    with Session(folder, "") as session:
        session.open_dialog()
        session.do("wait", "label", "This computer enlarges without prompts")
        session.shot("dialog-this-computer")
        session.do("press", "button", "Edit...")
        session.do("wait", "label", "This computer\nlocal: built in")
        session.do("press", "button", "Test")
        session.do("wait", "label", "Prompt and strength have no effect here")
        session.shot("endpoints-this-computer")
        session.do("press", "button", "Cancel")
        session.do("wait-gone", "button", "Add an endpoint")
        session.do("key", "alt+d")
        session.do("type", "https://gpu.example.net")
        session.do("wait-gone", "label", "This computer enlarges without prompts")


@pytest.mark.skipif(not shutil.which("gnome-keyring-daemon"), reason="needs gnome-keyring")
def test_a_key_goes_to_the_keyring_and_to_its_server_only(folder: Path) -> None:
    home = folder / "home"
    home.mkdir()
    with EchoEndpoint() as endpoint, Session(folder, "", keyring=True, environment={"HOME": str(home)}) as session:
        session.open_dialog()
        session.do("press", "button", "Edit...")
        session.do("press", "button", "Add an endpoint")
        retype(session, "alt+n", "keyed")
        retype(session, "alt+r", endpoint.url)
        session.do("press", "combo box", "Key")
        session.do("press", "menu item", "Bearer token")
        session.do("wait", "password text", "Key")
        retype(session, "alt+k", "t0ken-for-the-test")
        session.shot("endpoints-key")
        session.do("press", "button", "Save")
        session.do("wait-gone", "button", "Add an endpoint")
        session.do("key", "alt+d")
        session.do("type", "keyed")
        session.do("wait", "label", "6 tiles on 1 endpoint")
        session.do("press", "button", "Upscale")
        session.wait_for_images([[2400, 1600, ["photo.png 2x", "photo.png"]]])
        assert endpoint.keys == {"Bearer t0ken-for-the-test"}
        told = [path for path in folder.rglob("*") if path.is_file() and b"t0ken-for-the-test" in path.read_bytes()]
        assert not told, f"the key lies in {told}"


def test_a_server_that_is_not_there_is_said_in_words(folder: Path) -> None:
    with Session(folder, "") as session:
        session.open_dialog()
        session.do("press", "button", "Edit...")
        session.do("press", "button", "Add an endpoint")
        retype(session, "alt+r", "https://me:secret@gpu.example.net")
        session.do("wait", "label", "holds a user name or password")
        retype(session, "alt+r", "http://127.0.0.1:9")
        session.do("press", "button", "Test")
        session.do("wait", "label", "It does not answer as it should")
        session.do("press", "button", "Cancel")
        session.do("wait-gone", "button", "Add an endpoint")
        assert not (folder / "profile" / "tile-upscale" / "endpoints.conf").exists()


def test_a_broken_file_is_reported_and_kept(folder: Path) -> None:
    with EchoEndpoint(Behavior()) as endpoint, Session(folder, "") as session:
        file = folder / "profile" / "tile-upscale" / "endpoints.conf"
        file.parent.mkdir(exist_ok=True)
        file.write_text("[gpu-a]\naddress=https://a.example\nslots=many\n")
        session.open_dialog()
        session.do("wait", "label", "can't be read")
        session.shot("endpoints-broken")
        session.do("key", "alt+d")
        session.do("type", endpoint.url)
        session.do("wait-sensitive", "button", "Upscale")
        session.do("press", "button", "Edit...")
        session.do("wait", "label", "can't be read")
        session.do("press", "button", "Save")
        session.do("wait-gone", "button", "Add an endpoint")
        assert "slots=many" in file.with_name("endpoints.conf.broken-1").read_text()
        assert "[local]" in file.read_text()


def test_each_endpoint_has_its_line(folder: Path) -> None:
    with EchoEndpoint(Behavior(hold_after=5)) as one, EchoEndpoint(Behavior(hold_after=3)) as other, Session(folder, "") as session:
        file = folder / "profile" / "tile-upscale" / "endpoints.conf"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"[gpu-a]\naddress={one.url}\nprice-per-hour=25\n[gpu-b]\naddress={other.url}\nprice-per-hour=25\n")
        session.open_dialog()
        session.do("key", "alt+a", "ctrl+a")
        session.do("type", "4")
        session.do("key", "Tab")
        session.do("wait", "label", "24 tiles on 2 endpoints")
        session.do("press", "button", "Upscale")
        one.wait_for_tiles(5)
        other.wait_for_tiles(3)
        session.do("wait", "label", "8 of 24 tiles")
        session.do("wait", "label", ", $")
        session.do("wait", "label", "gpu-a")
        session.do("wait", "label", "gpu-b")
        session.do("wait", "label", "s a tile")
        session.shot("progress-two")
        one.release()
        other.release()
        session.wait_for_images([[4800, 3200, ["photo.png 4x", "photo.png"]]])
        assert len(one.tiles) + len(other.tiles) >= 24 and len(one.tiles) >= 5 and len(other.tiles) >= 3


def test_a_typed_address_is_asked_and_told_about(folder: Path) -> None:
    asked: list[str | None] = []

    def note(exchange: Exchange) -> bool:
        asked.append(exchange.headers["Authorization"])
        return False

    key = {"UPSCALE_TOKEN": "t0ken-of-another-server", "UPSCALE_TOKEN_ORIGIN": "https://gpu.example.net"}
    behavior = Behavior(models=["realvis-xl-v5"], interfere=note)
    with EchoEndpoint(behavior) as endpoint, Session(folder, "", environment=key) as session:
        host = endpoint.url.removeprefix("http://")
        session.open_dialog()
        session.do("wait", "label", "The picture stays on this computer.")
        session.do("key", "alt+d")
        session.do("type", endpoint.url)
        session.do("wait", "label", f"6 tiles (all of the layer) go to {host} on this computer.")
        session.do("wait", "label", f"{host} answers, has 1 model.")
        session.shot("typed-address")
        assert asked and set(asked) == {None}, "a key went to a server that it does not belong to"
        session.do("key", "ctrl+a")
        session.do("type", "http://127.0.0.1:9")
        session.do("wait-gone", "label", f"{host} answers")
        session.do("wait", "label", "127.0.0.1:9 does not answer as it should: ")
        session.shot("typed-address-dead")
        session.do("key", "ctrl+a")
        session.do("type", "https://gpu.example.net")
        session.do("wait", "label", "6 tiles (all of the layer) go to gpu.example.net over https.")
        session.do("press", "button", "Cancel")
        session.do("wait-gone", "button", "Upscale")
        assert not endpoint.tiles
