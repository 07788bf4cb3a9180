# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to call the procedure without a screen: the examples as they ship, and another plug-in."""

import shutil
import subprocess
from pathlib import Path

import pytest
from echo_endpoint import EchoEndpoint
from gimp_runner import Gimp
from PIL import Image

EXAMPLES = Path(__file__).parents[2] / "data" / "examples"
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
