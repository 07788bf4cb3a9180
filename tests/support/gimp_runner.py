# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the real gimp-console with a script, in a profile and a cache folder of the test's own."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from processes import kill_session

SUPPORT = Path(__file__).parent
STOCK_PLUG_INS = ("script-fu", "python-eval", "file-png")
CONSOLE = next((name for name in ("gimp-console-3.0", "gimp-console-3.2", "gimp-console") if shutil.which(name)), "")
TIME_LIMIT_S = 300


def stock_folder() -> Path:
    done = subprocess.run(["pkg-config", "--variable=gimplibdir", "gimp-3.0"], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip()) / "plug-ins"


@dataclass
class Outcome:
    """How a GIMP session ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def values(self) -> dict[str, Any]:
        """What the script told with gimp_inside.tell()."""
        told: dict[str, Any] = {}
        for line in self.stdout.splitlines():
            if line.startswith("TOLD "):
                told.update(json.loads(line[5:]))
        return told

    def __str__(self) -> str:
        return f"status {self.status}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"


@dataclass
class Gimp:
    """A place to run GIMP in: `folder` holds its profile, its cache and the plug-ins it sees."""

    folder: Path
    plug_ins: list[Path] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shown = self.folder / "plug-ins"
        shown.mkdir(parents=True, exist_ok=True)
        ours = Path(os.environ["UPSCALE_PLUGIN_FOLDER"]) / "tile-upscale"
        for plug_in in [ours, *(stock_folder() / name for name in STOCK_PLUG_INS), *self.plug_ins]:
            link = shown / plug_in.name
            if not link.exists():
                link.symlink_to(plug_in)
        profile = self.folder / "profile"
        profile.mkdir(exist_ok=True)
        (profile / "gimprc").write_text(f'(plug-in-path "{shown}")\n(check-updates no)\n(show-welcome-dialog no)\n')

    @property
    def cache(self) -> Path:
        return self.folder / "cache" / "tile-upscale" / "tiles"

    def make_environment(self, extra: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("UPSCALE_")}
        return {
            **kept, "GIMP3_DIRECTORY": str(self.folder / "profile"), "XDG_CACHE_HOME": str(self.folder / "cache"),
            "PYTHONPATH": str(SUPPORT), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8", **self.environment, **extra,
        }  # fmt: skip

    def start(self, script: str, interpreter: str = "python-fu-eval", **environment: str) -> "subprocess.Popen[str]":
        """Starts GIMP in a session of its own, which tells its processes from others; see processes.py."""
        batch = "-" if interpreter == "python-fu-eval" else script
        command = [CONSOLE, "--no-data", "--no-fonts", "--quit", f"--batch-interpreter={interpreter}", "-b", batch]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=self.folder, env=self.make_environment(environment), start_new_session=True,
        )  # fmt: skip
        assert process.stdin
        if batch == "-":
            process.stdin.write(script)
        process.stdin.close()
        process.stdin = None
        return process

    def finish(self, process: "subprocess.Popen[str]") -> Outcome:
        try:
            stdout, stderr = process.communicate(timeout=TIME_LIMIT_S)
        except subprocess.TimeoutExpired:
            kill_session(process.pid)
            _, stderr = process.communicate()
            raise AssertionError(f"the session took longer than {TIME_LIMIT_S} s: {stderr}") from None
        return Outcome(process.returncode, stdout, stderr)

    def run(self, script: str, interpreter: str = "python-fu-eval", **environment: str) -> Outcome:
        return self.finish(self.start(script, interpreter, **environment))
