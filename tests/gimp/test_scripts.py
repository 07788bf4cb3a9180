# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to call the procedure without a screen: the examples as they ship, and another plug-in."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from echo_endpoint import EchoEndpoint
from gimp_runner import CONSOLE, Gimp
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


def test_script_fu_example(gimp: Gimp) -> None:
    shutil.copy(EXAMPLES / "upscale.scm", gimp.folder)
    outcome = gimp.run('(load "upscale.scm")', "plug-in-script-fu-eval")
    assert outcome.status == 0, outcome
    assert "upscaled 1 tiles, 0 failed" in outcome.stdout
    check_result(gimp.folder / "photo-2x.png")


def test_python_fu_example(gimp: Gimp) -> None:
    outcome = gimp.run((EXAMPLES / "upscale.py").read_text())
    assert outcome.status == 0, outcome
    assert "upscaled 1 tiles, 0 failed" in outcome.stdout
    check_result(gimp.folder / "photo-2x.png")


def test_python_fu_example_fails_with_a_status(gimp: Gimp) -> None:
    outcome = gimp.run((EXAMPLES / "upscale.py").read_text(), UPSCALE_ENDPOINTS="nowhere")
    assert outcome.status != 0, outcome
    assert "no endpoint called 'nowhere'" in outcome.stderr


def copy_examples(gimp: Gimp) -> None:
    for example in ("upscale.scm", "upscale.py"):
        shutil.copy(EXAMPLES / example, gimp.folder)


def run_shell(gimp: Gimp, lines: str, endpoint: EchoEndpoint) -> "subprocess.CompletedProcess[str]":
    environment = gimp.make_environment({"UPSCALE_ENDPOINTS": endpoint.url})
    return subprocess.run(["sh", "-c", lines.replace("gimp-console-3.0", CONSOLE)], cwd=gimp.folder, env=environment,
                          capture_output=True, text=True, check=False)  # fmt: skip


def find_commands() -> list[str]:
    """Each line that says how to start GIMP, in the README and on the examples' first lines; those of loops are tested as loops."""
    texts = [README, *((EXAMPLES / name).read_text() for name in ("upscale.scm", "upscale.py"))]
    return sorted({line for text in texts for line in re.findall(r"^[; ]+(gimp-console-3.0 .*)$", text, re.MULTILINE) if "||" not in line})


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
    assert [line for line in done.stdout.splitlines() if line.endswith("failed") and "tiles" not in line] == ["broken.png failed"], done.stderr
    assert "broken.png can't be read" in done.stderr
    assert sorted(os.listdir(gimp.folder / "large")) == ["a second.png", "photo.png"]
    check_result(gimp.folder / "large" / "a second.png")


def test_the_call_in_the_readme(gimp: Gimp) -> None:
    call = re.search(r"^```scheme\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert call
    with EchoEndpoint() as endpoint:
        script = f"""(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "photo.png")))
       (layer (vector-ref (car (gimp-image-get-layers image)) 0)))
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 40 30)
  (write (cdr {call.group(1).replace("https://gpu.example.net", endpoint.url)}))
  (gimp-selection-none image)
  (write (cdr {call.group(1).replace("https://gpu.example.net", endpoint.url)})))"""
        outcome = gimp.run(script, "plug-in-script-fu-eval")
    assert outcome.status == 0, outcome
    # Tiles, tiles that failed, and whether a selection was left in the image.
    assert "(1 0 1)(1 0 0)" in outcome.stdout, outcome
    assert "Only the selection was painted" in outcome.stderr


def test_values_out_of_range_are_not_replaced_in_silence(gimp: Gimp) -> None:
    """Script-Fu refuses them; in Python GIMP keeps the default, which the example notices."""
    script, scheme_script = ((EXAMPLES / name).read_text() for name in ("upscale.py", "upscale.scm"))
    with EchoEndpoint() as endpoint:
        python = gimp.run(script.replace("strength=0.3", "strength=1.5"), UPSCALE_ENDPOINTS=endpoint.url)
        scheme = gimp.run(scheme_script.replace("#:strength 0.3", "#:strength 1.5"), "plug-in-script-fu-eval", UPSCALE_ENDPOINTS=endpoint.url)
        assert not endpoint.tiles
    assert python.status != 0 and "strength can't be 1.5" in python.stderr, python
    assert scheme.status == 70 and "out of range" in scheme.stderr, scheme


def test_another_plug_in_calls_it(gimp: Gimp) -> None:
    script = """
import os
from gimp_inside import *
image, layer = make_image(64, 48)
result = call("plug-in-test-caller", run_mode=NONINTERACTIVE, image=image, drawables=[layer])
tell(status=result.index(0).value_nick, layers=[layer.get_name() for layer in image.get_layers()])
"""
    with EchoEndpoint() as endpoint:
        outcome = gimp.run(script, UPSCALE_ENDPOINTS=endpoint.url)
    assert outcome.values == {"status": "success", "layers": ["source 2x", "source"]}, outcome


def test_progress_goes_to_stderr(gimp: Gimp) -> None:
    script = """
import os
from gimp_inside import *
image, layer = make_image(400, 300)
upscale(image, layer, scale=2.0, tile_size=128, overlap=32, endpoints=os.environ["TEST_ENDPOINT"])
"""
    with EchoEndpoint() as endpoint:
        outcome = gimp.run(script, TEST_ENDPOINT=endpoint.url)
    lines = [line for line in outcome.stderr.splitlines() if line.startswith("tile-upscale: ")]
    assert lines[0].startswith("tile-upscale: 0 of "), outcome
    assert lines[-1].startswith("tile-upscale: Upscaled ")
    assert "tile-upscale:" not in outcome.stdout


def test_german(gimp: Gimp) -> None:
    locale = gimp.folder / "locales" / "de_DE.UTF-8"
    locale.parent.mkdir()
    made = subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", str(locale)], capture_output=True, check=False)
    if made.returncode > 1:
        pytest.skip("no German locale can be made here")
    script = """
from gimp_inside import *
image, layer = make_image(64, 48)
tell(message=upscale(image, layer, tile_size=100).message,
     label=Gimp.get_pdb().lookup_procedure("plug-in-tile-upscale").get_menu_label())
"""
    outcome = gimp.run(script, LC_ALL="de_DE.UTF-8", LANGUAGE="de", LOCPATH=str(locale.parent))
    assert outcome.values["message"] == "Kachelgröße: 100 px. Wählen Sie ein Vielfaches von 64, zum Beispiel 128.", outcome
    assert outcome.values["label"] == "Kachelweise ver_größern …"
