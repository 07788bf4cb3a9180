# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to call the procedure without a screen: the examples as they ship, and another plug-in."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from echo_endpoint import EchoEndpoint
from gimp_runner import CONSOLE, SCRIPTS, Gimp, Outcome
from locales import make_locale
from PIL import Image

EXAMPLES = Path(__file__).parents[2] / "data" / "examples"
README = (Path(__file__).parents[2] / "README.md").read_text()
CALLER = Path(__file__).parent / "plug-ins" / "caller"


@pytest.fixture
def gimp(tmp_path: Path) -> Gimp:
    picture = Image.radial_gradient("L").resize((90, 70))
    Image.merge("RGB", (picture, picture.rotate(180), picture)).save(tmp_path / "photo.png")
    return Gimp(tmp_path, plug_ins=[CALLER])


def check_result(path: Path) -> None:
    with Image.open(path) as picture:
        assert picture.size == (180, 140)
        assert len(picture.getcolors(100000) or ()) > 100


@pytest.mark.parametrize("example", ["upscale.scm", "upscale.py"])
def test_example(gimp: Gimp, example: str) -> None:
    outcome = gimp.run(EXAMPLES / example)
    outcome.assert_ended_well()
    assert "upscaled 1 tiles, 0 failed" in outcome.stdout
    check_result(gimp.folder / "photo-2x.png")


def test_python_fu_example_fails_with_a_status(gimp: Gimp) -> None:
    outcome = gimp.run(EXAMPLES / "upscale.py", UPSCALE_ENDPOINTS="nowhere")
    assert outcome.status != 0, str(outcome)
    assert "no endpoint called 'nowhere'" in outcome.stderr


def copy_examples(gimp: Gimp) -> None:
    for example in ("upscale.scm", "upscale.py"):
        shutil.copy(EXAMPLES / example, gimp.folder)


def edit(text: str, old: str, new: str) -> str:
    """Changes one thing in a text for users, as a user does."""
    assert old in text
    return text.replace(old, new)


def run_shell(gimp: Gimp, lines: str, endpoint: EchoEndpoint) -> "subprocess.CompletedProcess[str]":
    environment = gimp.make_environment({"UPSCALE_ENDPOINTS": endpoint.url})
    return subprocess.run(["sh", "-c", lines.replace("gimp-console-3.0", CONSOLE)], cwd=gimp.folder, env=environment,
                          capture_output=True, text=True, check=False)  # fmt: skip


def find_commands() -> list[str]:
    """Returns each line of the README and the examples that starts GIMP, except those of loops, which have a test of their own."""
    texts = [README, *((EXAMPLES / name).read_text() for name in ("upscale.scm", "upscale.py"))]
    lines = [line for text in texts for line in re.findall(r"^[; ]+(gimp-console-3.0 .*)$", text, re.MULTILINE)]
    return sorted({line for line in lines if "||" not in line})


def test_each_command_that_is_told_works(gimp: Gimp) -> None:
    copy_examples(gimp)
    commands = find_commands()
    assert len(commands) == 2
    for command in commands:
        with EchoEndpoint() as endpoint:
            done = run_shell(gimp, command, endpoint)
        assert done.returncode == 0, done.stderr
        assert "upscaled 1 tiles, 0 failed" in done.stdout
        check_result(gimp.folder / "photo-2x.png")
        (gimp.folder / "photo-2x.png").unlink()


def test_each_command_fails_with_a_status(gimp: Gimp) -> None:
    copy_examples(gimp)
    (gimp.folder / "photo.png").write_bytes(b"no picture")
    for command in find_commands():
        with EchoEndpoint() as endpoint:
            done = run_shell(gimp, command, endpoint)
            assert not endpoint.tiles
        assert done.returncode != 0, done.stderr
        assert not (gimp.folder / "photo-2x.png").exists()


def test_a_folder_of_files_of_which_one_is_broken(gimp: Gimp) -> None:
    copy_examples(gimp)
    (gimp.folder / "broken.png").write_bytes(b"no picture")
    shutil.copy(gimp.folder / "photo.png", gimp.folder / "a second.png")
    loop = re.search(r"^    mkdir -p large$.*?^    done$", README, re.MULTILINE | re.DOTALL)
    assert loop
    with EchoEndpoint() as endpoint:
        done = run_shell(gimp, loop.group(), endpoint)
    failures = [line for line in done.stdout.splitlines() if line.endswith("failed") and "tiles" not in line]
    assert failures == ["broken.png failed"], done.stderr
    assert "broken.png can't be read" in done.stderr
    assert sorted(os.listdir(gimp.folder / "large")) == ["a second.png", "photo.png"]
    check_result(gimp.folder / "large" / "a second.png")


def test_the_call_in_the_readme(gimp: Gimp) -> None:
    call = re.search(r"^```scheme\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert call
    with EchoEndpoint() as endpoint:
        text = edit(call.group(1), "https://gpu.example.net", endpoint.url)
        (gimp.folder / "call.scm").write_text(f"(define (call-of-the-readme image layer) {text})")
        outcome = gimp.run(SCRIPTS / "readme-call.scm")
    outcome.assert_ended_well()
    # Tiles, tiles that failed, and whether a selection was left in the image.
    assert "(1 0 1)(1 0 0)" in outcome.stdout, str(outcome)
    assert "Only the selection was painted" in outcome.stderr


def test_values_out_of_range_are_not_replaced_in_silence(gimp: Gimp) -> None:
    """Script-Fu refuses such values. Python-Fu keeps GIMP's default, which the example notices."""

    def run_edited(name: str, old: str, new: str) -> Outcome:
        path = gimp.folder / name
        path.write_text(edit((EXAMPLES / name).read_text(), old, new))
        return gimp.run(path, UPSCALE_ENDPOINTS=endpoint.url)

    with EchoEndpoint() as endpoint:
        python = run_edited("upscale.py", "strength=0.3", "strength=1.5")
        scheme = run_edited("upscale.scm", "#:strength 0.3", "#:strength 1.5")
        assert not endpoint.tiles
    assert python.status != 0 and "strength can't be 1.5" in python.stderr, str(python)
    assert scheme.status == 70 and "out of range" in scheme.stderr, str(scheme)


def test_another_plug_in_calls_it(gimp: Gimp) -> None:
    with EchoEndpoint() as endpoint:
        outcome = gimp.run(SCRIPTS / "call_by_plug_in.py", UPSCALE_ENDPOINTS=endpoint.url)
    assert outcome.values == {"status": "success", "layers": ["source 2x", "source"]}, str(outcome)


def test_progress_goes_to_stderr(gimp: Gimp) -> None:
    job = {"size": (400, 300), "scale": 2.0, "tile_size": 128, "overlap": 32}
    with EchoEndpoint() as endpoint:
        outcome = gimp.run_jobs({**job, "endpoints": endpoint.url})
    lines = [line for line in outcome.stderr.splitlines() if line.startswith("tile-upscale: ")]
    assert lines[0].startswith("tile-upscale: 0 of "), str(outcome)
    assert lines[-1].startswith("tile-upscale: Upscaled ")
    assert "tile-upscale:" not in outcome.stdout


def test_german(gimp: Gimp) -> None:
    outcome = gimp.run(SCRIPTS / "messages.py", None, **make_locale(gimp.folder, "de_DE"))
    assert outcome.values["message"] == "Kachelgröße: 100 px. Wählen Sie ein Vielfaches von 64, zum Beispiel 128.", str(outcome)
    assert outcome.values["label"] == "Kachelweise ver_größern …"
