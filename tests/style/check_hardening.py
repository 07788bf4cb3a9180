# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the ELF headers of programs and prints each protection that one of them lacks. `--release SOURCE` builds the
programs the way `./run install` does and reads those."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def missing_protections(program: Path) -> Iterator[str]:
    elf = run("readelf", "--wide", "--file-header", "--program-headers", "--dynamic", "--dyn-syms", str(program))
    required = {
        "position-independent code": r"FLAGS_1\b.*\bPIE\b",
        "RELRO": r"^\s*GNU_RELRO\b",
        "full RELRO (BIND_NOW)": r"FLAGS_1\b.*\bNOW\b",
        "stack protector": r"\b__stack_chk_fail\b",
    }
    for name, pattern in required.items():
        if not re.search(pattern, elf, re.MULTILINE):
            yield name
    stack = re.search(r"^\s*GNU_STACK\b.*$", elf, re.MULTILINE)
    if not stack or re.search(r"\bRWE\b", stack.group()):
        yield "stack without execute permission"
    # Debian's crt1.o carries no IBT note, so the linker drops it for the program: read the code itself.
    if "X86-64" in elf and "endbr64" not in run("objdump", "--disassemble=main", str(program)):
        yield "control-flow protection (endbr64)"


def is_fortified(program: Path) -> bool:
    symbols = run("readelf", "--wide", "--dyn-syms", str(program))
    return re.search(r"\b__(longjmp|mem\w+|str\w+|v?\w*printf|read|fgets)_chk\b", symbols) is not None


def report(programs: list[Path]) -> int:
    gaps = [f"{program.name}: has no {gap}" for program in programs for gap in missing_protections(program)]
    # A program in which the compiler proved every size imports no checking function.
    if not any(is_fortified(program) for program in programs):
        gaps.append("no program has _FORTIFY_SOURCE")
    print("\n".join(gaps) if gaps else f"{len(programs)} programs are protected")
    return 1 if gaps else 0


def build_release(source: Path, folder: Path) -> list[Path]:
    build = folder / "build"
    options = ["--buildtype=release", "-Dtests=false", f"-Dplugin_dir={folder / 'installed'}"]
    subprocess.run(["meson", "setup", str(build), str(source), *options], check=True, stdout=subprocess.DEVNULL)
    programs = ["plugin/gimp/tile-upscale", "endpoint/local/tile-upscale-endpoint"]
    subprocess.run(["ninja", "-C", str(build), *programs], check=True, stdout=subprocess.DEVNULL)
    return [build / program for program in programs]


def main() -> int:
    if sys.argv[1] != "--release":
        return report([Path(program) for program in sys.argv[1:]])
    with tempfile.TemporaryDirectory() as folder:
        return report(build_release(Path(sys.argv[2]), Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
