# SPDX-License-Identifier: GPL-3.0-or-later
"""On every page each control has a mnemonic of its own, in the sources' language and in every translation."""

import re
import sys
from pathlib import Path

EDITOR = [
    "_Name",
    "K_ind",
    "Add_ress",
    "S_lots",
    "_Price ($/h)",
    "Late tiles t_wice",
    "Shar_e tiles",
    "Key t_ype",
    "_Header",
    "En_vironment variable",
    "_Test",
    "_Cancel",
    "_Save",
]

WITHOUT_LETTERS = ("ja", "zh_CN")
CLOSE = "Close this _window when the job is done"

# Labels that one page shows together.
PAGES = {
    "Picture": [
        "Repaint _only the tiles under the selection",
        "_Ignore the selection",
        "_Preset",
        "_This computer – sharpens, no new detail",
        "GPU ser_vices – paint new detail",
        "En_dpoints",
        "_Edit...",
        "_Set Up...",
        "Pro_mpt",
        "_Negative prompt",
        "Sc_ale",
        "Stren_gth",
        "Tr_y This Tile",
        "_Upscale",
    ],
    "Trials": ["Compare _with", "St_op", "_Upscale"],
    "Where": [
        "Strength ma_p",
        "Add a _region",
        "Least share of a _tile",
        "Prompt o_f the tile",
        "Negative prompt of the ti_le",
        "Describe Tile_s",
        "St_op",
        "_Upscale",
    ],
    "Advanced": [
        "_Model",
        "S_teps",
        "C_FG scale",
        "See_d",
        "Dra_w another",
        "Generation si_ze (px)",
        "_Keep to the picture (tile ControlNet)",
        "Co_ntrolNet weight",
        "IP-Adapter e_xample",
        "IP-Adapter st_yle weight",
        "Add a L_oRA",
        "Sam_pler",
        "Noise s_chedule",
        "T_ile size (px)",
        "O_verlap (px)",
        "Co_lor correction",
        "_Grow the canvas",
        "_Batch size",
        "Al_so keep a plain enlargement below",
        "Se_quential below",
        "Batc_h timeout (s)",
        "Retri_es",
        "_Upscale",
    ],
    "Endpoints with one key": [*EDITOR, "_Key"],
    "Endpoints with a password": [*EDITOR, "_User name", "Passw_ord"],
    "Progress": ["Hide _Details", CLOSE, "_Cancel"],
    "Failed": ["Hide _Details", CLOSE, "Di_scard", "_Keep Finished Tiles", "_Retry Failed Tiles"],
    "Borders": ["Hide _Details", CLOSE, "Di_scard", "Repaint _Borders", "_Keep as It Is"],
    "End": [CLOSE, "Show _Log", "_Close"],
    "Save Preset": ["_Name of the preset:", "_Cancel", "_Save"],
}


def read_catalog(path: Path) -> dict[str, str]:
    return dict(re.findall(r'^msgid "(.*)"\nmsgstr "(.*)"', path.read_text(), re.MULTILINE))


def is_misplaced(language: str, text: str) -> bool:
    """Only labels in scripts without Latin letters have their mnemonic in brackets behind the words."""
    return re.search(r"\(_.\)", text) is not None and language not in WITHOUT_LETTERS


def clashes(language: str, texts: dict[str, str]) -> list[str]:
    found = []
    for page, messages in PAGES.items():
        owners: dict[str, str] = {}
        for message in messages:
            text = texts.get(message, message)
            letter = re.search("_(.)", text)
            owner = owners.setdefault(letter[1].lower(), text) if letter else None
            if owner is None:
                found.append(f"{language}, {page}: '{text}' has no mnemonic")
            elif owner is not text:
                found.append(f"{language}, {page}: '{text}' and '{owner}' share a mnemonic")
    return found


def main() -> int:
    po = Path(sys.argv[1])
    sources = "".join(path.read_text() for folder in ("ui", "plugin/arguments") for path in sorted((po.parent / folder).glob("*.c")))
    found = [f"no source says '{message}'" for page in PAGES.values() for message in page if f'"{message}"' not in sources]
    found += clashes("sources", {})
    for language in (po / "LINGUAS").read_text().split():
        texts = read_catalog(po / f"{language}.po")
        found += clashes(language, texts)
        found += [f"{language}: '{text}' has its mnemonic in brackets" for text in texts.values() if is_misplaced(language, text)]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
