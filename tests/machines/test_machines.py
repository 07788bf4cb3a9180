# SPDX-License-Identifier: GPL-3.0-or-later
"""On a bare Debian ./run demo and ./run install need only root or sudo, and the archive, as the README promises."""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
USER = "painter"
PLUGIN = ".config/GIMP/3.0/plug-ins/tile-upscale/tile-upscale"
# Messages of apt and mmdebstrap about failures of the network.
UNREACHABLE = re.compile(r"Failed to fetch|Could not (?:resolve|connect)|Temporary failure|found no Debian archive")
# A login would set these; no variable of the caller comes along.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a Debian root")


class Machine:
    """A bare root, and a copy of the sources that has the same path inside."""

    def __init__(self, folder: Path, suite: str) -> None:
        self.root = folder / "root"
        self.copy = folder / "tile-upscale"
        left_out = shutil.ignore_patterns("build", ".git", "__pycache__")
        shutil.copytree(SOURCE, self.copy, ignore=left_out)
        # apt names the origin of an archive only after it has fetched the archive's lists, and a new root has none.
        made = self.in_place(f"place_as_root apt-get update; place_bootstrap {suite} minbase {self.root} sudo")
        if made.returncode and UNREACHABLE.search(made.stdout):
            pytest.skip(f"the archive of Debian {suite} can't be reached: {made.stdout.strip().splitlines()[-1]}")
        assert made.returncode == 0, made.stdout
        # The root is deleted afterwards, so dpkg need not wait for the disk.
        (self.root / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")

    def in_place(self, command: str) -> "subprocess.CompletedProcess[str]":
        script = f"set -euo pipefail; here=$PWD; . tools/place.sh; PLACE_ROOT=../root; {command}"
        return subprocess.run(
            ["bash", "-c", script],
            cwd=self.copy,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> str:
        """Runs a command as root in the copy's folder, and returns its output."""
        ended = self.in_place(f"place_in_root root sh -c {shlex.quote(command)}")
        assert ended.returncode == 0, ended.stdout
        return ended.stdout

    def run_as_user(self, command: str) -> str:
        return self.run(f"su {USER} -c {shlex.quote(command)}")

    def add_user(self) -> None:
        self.run(f"useradd --create-home {USER} && chown -R {USER} .")
        (self.root / "etc/sudoers.d/painter").write_text(f"{USER} ALL=(ALL) NOPASSWD: ALL\n")


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not below /tmp, which may be too small for a system.
    with tempfile.TemporaryDirectory(dir=SOURCE / "build", prefix="machine-") as name:
        yield Path(name)


def assert_demo(said: str, copy: Path) -> None:
    done = re.search(r"demo: (\d+) of (\d+) tiles, build/demo/result.png \(\d+x\d+\), 0 failed", said)
    assert done and done[1] == done[2], said
    assert (copy / "build/demo/compare.png").stat().st_size > 0


def test_debian_13_as_root(folder: Path) -> None:
    machine = Machine(folder, "trixie")
    assert_demo(machine.run("./run demo"), machine.copy)
    assert not (machine.copy / "build/root").exists()
    assert "restart GIMP" in machine.run("HOME=/root ./run install")
    assert os.access(machine.root / "root" / PLUGIN, os.X_OK)


def test_debian_13_as_user_with_sudo(folder: Path) -> None:
    machine = Machine(folder, "trixie")
    machine.add_user()
    assert "restart GIMP" in machine.run_as_user("./run install")
    assert os.access(machine.root / "home" / USER / PLUGIN, os.X_OK)
    assert_demo(machine.run_as_user("./run demo"), machine.copy)


def test_debian_12_works_in_a_root_of_its_own(folder: Path) -> None:
    machine = Machine(folder, "bookworm")
    assert_demo(machine.run("./run demo"), machine.copy)
    assert (machine.copy / "build/root").exists()
    refused = machine.in_place("place_in_root root ./run install")
    assert refused.returncode != 0
    assert "no GIMP 3 to install into: install GIMP 3 first" in refused.stdout
