# SPDX-License-Identifier: GPL-3.0-or-later
"""Every catalog named in LINGUAS is complete, up to date with the sources, and keeps format strings."""

import subprocess
import sys
import tempfile
from pathlib import Path


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def make_template(po: Path, folder: Path) -> Path:
    """The messages as the sources have them now."""
    template = folder / "tile-upscale.pot"
    done = run(
        "xgettext", "--from-code=UTF-8", "--keyword=_", "--keyword=N_", "--keyword=ngettext:1,2", "--add-comments=TRANSLATORS",
        f"--output={template}", f"--directory={po.parent}", f"--files-from={po / 'POTFILES'}", cwd=po,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return template


def problems(po: Path, language: str, template: Path, folder: Path) -> list[str]:
    catalog = po / f"{language}.po"
    merged = folder / f"{language}.po"
    found = []
    check = run("msgfmt", "--check", "--statistics", "-o", "/dev/null", str(catalog), cwd=po)
    if check.returncode:
        found.append(f"{language}: {check.stderr.strip()}")
    run("msgmerge", "--quiet", "--no-fuzzy-matching", "-o", str(merged), str(catalog), str(template), cwd=po)
    state = run("msgfmt", "--statistics", "-o", "/dev/null", str(merged), cwd=po).stderr
    if "untranslated" in state or "fuzzy" in state:
        missing = run("msgattrib", "--untranslated", "--no-obsolete", "--no-location", str(merged), cwd=po).stdout
        found.append(f"{language}: {state.strip()}\n{missing}")
    return found


def unlisted_sources(po: Path) -> list[str]:
    """A source that marks messages but is not in POTFILES would never be translated."""
    listed = set((po / "POTFILES").read_text().split())
    root = po.parent
    return [
        f"{path} marks messages but is not in POTFILES"
        for top in ("plugin", "ui", "endpoint/local")
        for path in (str(file.relative_to(root)) for file in sorted((root / top).rglob("*.c")))
        if path not in listed and '_ ("' in (root / path).read_text()
    ]


def main() -> int:
    po = Path(sys.argv[1])
    found = unlisted_sources(po)
    with tempfile.TemporaryDirectory() as name:
        template = make_template(po, Path(name))
        for language in (po / "LINGUAS").read_text().split():
            found += problems(po, language, template, Path(name))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
