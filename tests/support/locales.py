# SPDX-License-Identifier: GPL-3.0-or-later
"""Locales of other languages, made for one test, and the plug-in's own messages in them."""

import gettext
import os
import subprocess
from pathlib import Path

import pytest


def make_locale(folder: Path, name: str) -> dict[str, str]:
    """Makes a locale such as de_DE, and returns the environment that chooses it. Skips the test where that is impossible."""
    locale = folder / "locales" / f"{name}.UTF-8"
    locale.parent.mkdir(exist_ok=True)
    made = subprocess.run(["localedef", "-i", name, "-f", "UTF-8", str(locale)], capture_output=True, check=False)
    if made.returncode > 1:  # 1 stands for warnings.
        pytest.skip(f"the locale {name} can't be made here")
    return {"LC_ALL": locale.name, "LANGUAGE": name.partition("_")[0], "LOCPATH": str(locale.parent)}


def load_translations(locale: str) -> gettext.NullTranslations:
    catalogs = Path(os.environ["UPSCALE_PLUGIN_FOLDER"]) / "tile-upscale" / "locale"
    return gettext.translation("tile-upscale", catalogs, [locale, locale.partition("_")[0]], fallback=locale.startswith("en"))
