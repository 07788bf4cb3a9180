# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of `./run test` names each failed test and its cause, by the logs of a real meson."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROJECT = f"""
project('sample', 'c')
python = import('python').find_installation('python3')
foreach name : ['good', 'rules', 'crash', 'silent', 'slow']
  test(name, python, args: files(name + '.py'), timeout: name == 'slow' ? 10 : 60)
endforeach
foreach name : ['cases', 'unreadable', 'dies', 'hangs']
  test(
    name, python, protocol: 'tap', timeout: name == 'hangs' ? 30 : 60, env: {{'PYTHONPATH': '{ROOT}/tests/support'}},
    args: ['-m', 'pytest', '-p', 'tap_plugin', '-p', 'no:terminal', '-p', 'no:cacheprovider', files('test_' + name + '.py')],
  )
endforeach
foreach name : ['ASSERT', 'SOFT', 'CRASH', 'LEAK']
  test('glib-' + name, executable(name, 'glib.c', dependencies: dependency('glib-2.0'), c_args: '-D' + name), protocol: 'tap')
endforeach
"""

SOURCES = {
    "meson.build": PROJECT,
    "good.py": "",
    "rules.py": "for n in range(500): print('line', n)\nraise SystemExit('the rule is broken ' + 'x' * 900)\n",
    "crash.py": "import os\nprint('so far', flush=True)\nos.abort()\n",
    "silent.py": "raise SystemExit(3)\n",
    "slow.py": "import threading\nprint('waiting', flush=True)\nthreading.Event().wait()\n",
    "test_cases.py": """
import os
import pytest
from polling import wait_until

def test_good(): pass
def test_in_vain(): wait_until(lambda: False, "pigs fly", 0.1)
def test_differs(): assert dict.fromkeys(range(300), 1) == {}, "nothing is left"
def test_of_a_program():
    os.write(2, b"the program says why\\n")
    assert False
def test_skipped(): pytest.skip("no reason")
""",
    "test_unreadable.py": "import no_such_module\n",
    "test_dies.py": "import os\ndef test_one(): assert False, 'the first'\ndef test_two(): os.abort()\n",
    "test_hangs.py": "import threading\ndef test_one(): pass\ndef test_two(): threading.Event().wait()\n",
    "glib.c": """
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
static void good (void) { }
static void bad (void)
{
#ifdef ASSERT
  g_assert_cmpint (1, ==, 2);
#elif defined SOFT
  g_test_message ("a message before");
  g_test_fail_printf ("five is no six");
#elif defined CRASH
  fputs ("the sanitizer says why\\n", stderr);
  abort ();
#endif
}
int main (int n, char **arguments)
{
  g_test_init (&n, &arguments, NULL);
  g_test_add_func ("/good", good);
  g_test_add_func ("/bad", bad);
  int status = g_test_run ();
#ifdef LEAK
  fputs ("a leak was found\\n", stderr);
  status = 23;
#endif
  return status;
}
""",
}

# The headline of each failure, and a line below it.
EXPECTED = [
    ("rules: ended with status 1", "the rule is broken xxx"),
    ("crash: was killed by SIGABRT", "so far"),
    ("silent: ended with status 3", ""),
    ("slow: did not end within its time of 10 s", "waiting"),
    ("cases: test_in_vain", "E   AssertionError: waited in vain until pigs fly"),
    ("cases: test_in_vain", "in test_in_vain"),
    ("cases: test_differs", "E   AssertionError: nothing is left"),
    ("cases: test_of_a_program", "the program says why"),
    ("unreadable: ended with status 2", "No module named 'no_such_module'"),
    ("dies: test_one", "E   AssertionError: the first"),
    ("dies: was killed by SIGABRT", "in test_two"),
    ("hangs: did not end within its time of 30 s", "ok 1 test_one"),
    ("glib-ASSERT: /bad - ERROR:../glib.c:9:bad: assertion failed (1 == 2): (1 == 2)", "assertion failed (1 == 2)"),
    ("glib-SOFT: /bad - five is no six", "a message before"),
    ("glib-CRASH: was killed by SIGABRT", "the sanitizer says why"),
    ("glib-LEAK: ended with status 23", "a leak was found"),
]


def count_failures(status: int, *folders: Path) -> str:
    """Returns the output of count_tests.py for an end of meson with that status."""
    command = [sys.executable, str(ROOT / "tools" / "count_tests.py"), str(status), *map(str, folders)]
    counted = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    assert counted.returncode == 1
    return counted.stdout


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The output for a project in which nearly every test fails."""
    folder = tmp_path_factory.mktemp("sample")
    for name, text in SOURCES.items():
        (folder / name).write_text(text)
    subprocess.run(["meson", "setup", "build"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["meson", "compile", "-C", "build"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    tested = subprocess.run(["meson", "test", "-C", "build", "--no-rebuild"], cwd=folder, stdout=subprocess.DEVNULL)
    return count_failures(tested.returncode, folder / "build", folder / "not-built")


@pytest.mark.parametrize(("headline", "cause"), EXPECTED)
def test_failure_is_named_with_its_cause(said: str, headline: str, cause: str) -> None:
    blocks = [block for block in said.split("failed: build: ") if block.startswith(headline + "\n")]
    assert len(blocks) == 1, said
    assert cause in blocks[0].partition("\n")[2]


def test_lines_are_few_and_short(said: str) -> None:
    for block in ("\n" + said.rpartition("\n")[0]).split("\nfailed: ")[1:]:
        headline, *why = block.splitlines()
        assert len(why) <= 15
        assert all(len(line) <= 4 + 200 for line in why), headline


def test_last_line_counts(said: str) -> None:
    # Passed: `good`, one case of `cases` and of `hangs`, and those of GLib: one each, and both where only the leak fails.
    n_failed = len({headline for headline, _ in EXPECTED})
    assert said.splitlines()[-1] == f"{1 + 1 + 1 + 3 + 2} passed, {n_failed} failed, 1 skipped"


def test_meson_that_named_no_test(tmp_path: Path) -> None:
    assert count_failures(1, tmp_path).splitlines()[0] == "failed: meson failed without naming a test; its output above says why"
