# SPDX-License-Identifier: GPL-3.0-or-later
"""The training command: an interrupted run gives the same result, and the endpoint accepts the written model."""

import os
import subprocess
import sys
from pathlib import Path

TRAIN = Path(__file__).parents[2] / "endpoint" / "local" / "train" / "train.py"


def train(folder: Path, pictures: Path, steps: int) -> bytes:
    folder.mkdir(exist_ok=True)
    if not (folder / "pictures").exists():
        (folder / "pictures").symlink_to(pictures)
    arguments = ["fast", "2", f"--steps={steps}", "--pictures=4", "--threads=1", f"--folder={folder}", f"--models={folder}"]
    subprocess.run([sys.executable, TRAIN, *arguments], check=True)
    return (folder / "fast-2x.onnx").read_bytes()


def test_interrupted_training_ends_alike_and_fits_the_endpoint(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    begun = train(tmp_path / "interrupted", pictures, 2)
    gone_on = train(tmp_path / "interrupted", pictures, 4)
    at_once = train(tmp_path / "at-once", pictures, 4)
    assert begun != gone_on
    assert gone_on == at_once
    model = tmp_path / "at-once" / "fast-2x.onnx"
    tried = subprocess.run([os.environ["UPSCALE_LOCAL_ENDPOINT"], f"--try-model={model}"], capture_output=True, text=True, check=True)
    assert "factor=2" in tried.stdout and "channels=1" in tried.stdout
    assert "4 steps" in model.with_suffix(".md").read_text()
