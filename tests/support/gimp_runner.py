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
SCRIPTS = SUPPORT.parent / "gimp" / "scripts"
STOCK_PLUG_INS = ("script-fu", "python-eval", "file-png")
CONSOLE = next((name for name in ("gimp-console-3.0", "gimp-console-3.2", "gimp-console") if shutil.which(name)), "")
TIME_LIMIT_S = 300
PYTHON, SCHEME = "python-fu-eval", "plug-in-script-fu-eval"


def stock_folder() -> Path:
    """Returns the folder of the plug-ins that GIMP ships."""
    done = subprocess.run(["pkg-config", "--variable=gimplibdir", "gimp-3.0"], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip()) / "plug-ins"


@dataclass
class Outcome:
    """The end of a GIMP session: its status, and all that it and its plug-ins have written."""

    status: int
    stdout: str
    stderr: str

    @property
    def values(self) -> dict[str, Any]:
        """The values that the script handed over with gimp_inside.tell()."""
        told: dict[str, Any] = {}
        for line in self.stdout.splitlines():
            if line.startswith("TOLD "):
                told.update(json.loads(line[5:]))
        return told

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The answers to the jobs of scripts/upscale.py: status, message, tiles, failed and layers."""
        answers: list[dict[str, Any]] = self.values.get("answers", [])
        return answers

    @property
    def answer(self) -> dict[str, Any]:
        """The answer to the only job of scripts/upscale.py; a status of "none" when GIMP ended before."""
        return self.answers[0] if self.answers else {"status": "none"}

    def assert_ended_well(self) -> None:
        assert self.status == 0, str(self)

    def __str__(self) -> str:
        return f"status {self.status}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"


@dataclass
class Gimp:
    """A place to run GIMP in: `folder` holds its profile, its cache and the plug-ins that it finds."""

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

    def list_stored_tiles(self) -> list[Path]:
        return sorted(self.cache.glob("*.tile"))

    def make_environment(self, extra: dict[str, str]) -> dict[str, str]:
        """Returns the environment of a GIMP that reads and writes nothing of the caller's own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("UPSCALE_")}
        return {
            **kept, "GIMP3_DIRECTORY": str(self.folder / "profile"), "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_CONFIG_HOME": str(self.folder / "config"), "XDG_DATA_HOME": str(self.folder / "data"),
            "PYTHONPATH": str(SUPPORT), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8", **self.environment, **extra,
        }  # fmt: skip

    def start(self, script: Path, arguments: dict[str, Any] | None = None, **environment: str) -> "subprocess.Popen[str]":
        """Starts GIMP in a session of its own, which tells its processes from others; see processes.py.

        A Python script finds the arguments as gimp_inside.ARGUMENTS, a Scheme script ends in .scm and takes none.
        """
        if script.suffix == ".scm":
            interpreter, batch, source = SCHEME, f'(load "{script}")', Path(os.devnull)
        else:
            interpreter, batch, source = PYTHON, "-", script
        environment["TEST_ARGUMENTS"] = json.dumps(arguments or {})
        command = [CONSOLE, "--no-data", "--no-fonts", "--quit", f"--batch-interpreter={interpreter}", "-b", batch]
        with source.open() as file:
            return subprocess.Popen(
                command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                cwd=self.folder, env=self.make_environment(environment), start_new_session=True,
            )  # fmt: skip

    def finish(self, process: "subprocess.Popen[str]") -> Outcome:
        try:
            stdout, stderr = process.communicate(timeout=TIME_LIMIT_S)
        except subprocess.TimeoutExpired:
            kill_session(process.pid)
            _, stderr = process.communicate()
            raise AssertionError(f"the session took longer than {TIME_LIMIT_S} s: {stderr}") from None
        return Outcome(process.returncode, stdout, stderr)

    def run(self, script: Path, arguments: dict[str, Any] | None = None, **environment: str) -> Outcome:
        return self.finish(self.start(script, arguments, **environment))

    def start_jobs(self, *jobs: dict[str, Any], **environment: str) -> "subprocess.Popen[str]":
        """Starts scripts/upscale.py: a job has the `size` of its image, and arguments of the procedure."""
        return self.start(SCRIPTS / "upscale.py", {"jobs": jobs}, **environment)

    def run_jobs(self, *jobs: dict[str, Any], **environment: str) -> Outcome:
        return self.finish(self.start_jobs(*jobs, **environment))
