# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a static analyzer over what ships, with the flags of a build folder: `analyze.py gcc|cppcheck BUILD`. Prints its
findings and fails when there is one."""

import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SHIPPED_FOLDERS = ("plugin", "ui", "endpoint")
# Without GLib's checks of arguments, as gcc would go on after a failed one and tell what a caller's fault leads to.
GCC_OPTIONS = ("-fanalyzer", "-DG_DISABLE_CHECKS", "-Wno-unused", "-fdiagnostics-color=never", "-fdiagnostics-path-format=none")
# GLib's allocator ends the program instead of returning NULL, and a header that cppcheck does not see is no finding.
# Its description of GLib does not know that g_hash_table_add() takes what it is given.
CPPCHECK_SUPPRESSIONS = ("nullPointerOutOfMemory", "missingIncludeSystem", "normalCheckLevelMaxBranches", "leakNoVarFunctionCall")

Command = dict[str, str]


def shipped_commands(build: Path) -> list[Command]:
    """One compile command for each source that ships; tests compile some of them a second time."""
    source = build.parent.parent
    commands: dict[Path, Command] = {}
    for command in json.loads((build / "compile_commands.json").read_text()):
        path = Path(os.path.normpath(build / command["file"])).relative_to(source)
        if path.parts[0] in SHIPPED_FOLDERS:
            commands.setdefault(path, command)
    return list(commands.values())


def analyze_with_gcc(command: Command) -> str:
    words = [word for word in shlex.split(command["command"]) if word not in ("-MD", "-Werror", "ccache")]
    for option in ("-o", "-MQ", "-MF"):
        at = words.index(option)
        del words[at : at + 2]
    run = subprocess.run(
        [*words, *GCC_OPTIONS, "-o", "/dev/null"],
        cwd=command["directory"],
        capture_output=True,
        text=True,
    )
    return run.stderr


def run_gcc(commands: list[Command]) -> str:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return "".join(pool.map(analyze_with_gcc, commands))


def without_system_headers(command: Command) -> Command:
    """cppcheck knows GLib and GTK from its own description of them, and would read their headers anew for each source."""
    words = [word for word in shlex.split(command["command"]) if not word.startswith(("-I/usr/", "-isystem/usr/"))]
    return {**command, "command": shlex.join(words)}


def run_cppcheck(commands: list[Command], build: Path) -> str:
    project = build / "shipped_commands.json"
    project.write_text(json.dumps([without_system_headers(command) for command in commands]))
    options = ["--quiet", f"-j{os.cpu_count()}", "--enable=warning,performance,portability", "--inline-suppr"]
    options += ["--library=gtk", "--library=posix", f"--library={Path(__file__).with_name('glib.cfg')}"]
    options += [f"--suppress={name}" for name in CPPCHECK_SUPPRESSIONS]
    template = "--template={file}:{line}: {id}: {message}"
    return subprocess.run(
        ["cppcheck", f"--project={project}", template, *options], capture_output=True, text=True, check=True
    ).stderr


def main() -> int:
    analyzer, build = sys.argv[1], Path(sys.argv[2])
    commands = shipped_commands(build)
    findings = run_gcc(commands) if analyzer == "gcc" else run_cppcheck(commands, build)
    print(findings or f"{len(commands)} sources, no finding")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
