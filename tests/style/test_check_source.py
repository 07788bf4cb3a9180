# SPDX-License-Identifier: GPL-3.0-or-later
"""Each rule of check_source.py must catch its own sample, and a clean file must pass."""

import sys

from check_source import check_file

HEAD = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
SAMPLES: dict[str, tuple[str, str]] = {
    "a file of": ("plugin/core/a.c", HEAD + "int x;\n" * 801),
    "a function of": ("plugin/core/a.c", HEAD + "void\nf (void)\n{\n" + "  g ();\n" * 61 + "}\n"),
    "no license line": ("plugin/core/a.c", "int x;\n"),
    "goto": ("plugin/core/a.c", HEAD + "goto out;\n"),
    "a sleep": ("tests/core/test-a.c", HEAD + "g_usleep (5);\n"),
    "a main loop besides": ("ui/a.c", HEAD + "g_main_loop_run (loop);\n"),
    "gimp_ is not known": ("plugin/core/a.c", HEAD + "gimp_layer_new ();\n"),
    "soup_ is not known": ("plugin/dispatch/a.c", HEAD + "soup_session_new ();\n"),
    "an immutable JSON parser": ("tests/json/a.c", HEAD + "p = json_parser_new_immutable ();\n"),
    "JSON is parsed by": ("plugin/job/a.c", HEAD + "n = json_from_string (text, NULL);\n"),
    "members of JSON are read by": ("plugin/backend/a.c", HEAD + 's = json_object_get_string_member (o, "a");\n'),
    "upscale_b() does not begin": ("plugin/job/upscale-a.h", HEAD + "int upscale_b (void);\n"),
    "upscale_a_c() does not begin": ("plugin/job/upscale-a-b-private.h", HEAD + "GPtrArray *\nupscale_a_c (int n);\n"),
    "upscale_ab() does not begin": ("plugin/job/upscale-a.h", HEAD + "void upscale_ab (void);\n"),
    "core logs above debug": ("plugin/core/a.c", HEAD + 'g_warning ("x");\n'),
    "unfinished": ("plugin/core/a.c", HEAD + "/* TO" + "DO: later */\n"),
}
CLEAN = HEAD + '/* goto in a comment, gimp_call () too */\nint\nf (void)\n{\n  return g ("goto x; g_usleep (1)");\n}\n'


def main() -> int:
    missed = [rule for rule, (path, text) in SAMPLES.items() if not any(rule in name for _, name in check_file(path, text))]
    false_alarms = list(check_file("plugin/core/a.c", CLEAN))
    for rule in missed:
        print(f"the rule '{rule}' caught nothing")
    for alarm in false_alarms:
        print(f"a clean file was refused: {alarm}")
    return 1 if missed or false_alarms else 0


if __name__ == "__main__":
    sys.exit(main())
