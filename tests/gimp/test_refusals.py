# SPDX-License-Identifier: GPL-3.0-or-later
"""An impossible call is refused in words that reach the caller, and the image stays as it was."""

import socket
from typing import Any

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import SCRIPTS, Gimp, Outcome

# Functions of scripts/refusals.py -> a part of the message.
REFUSALS = {
    "indexed": "convert the image to RGB",
    "layer_mask": "select the layer itself",
    "channel": "select the layer itself",
    "floating_selection": "anchor it",
    "no_drawable": "select one layer",
    "two_layers": "select just one",
    "selection_elsewhere": "does not touch the layer",
    "image_of_another_layer": "belongs to another image",
    "reference_missing": "can't be read",
    "reference_is_no_picture": "no picture: choose",
    "overlap": "choose 0 to 64 px",
    "tile_size": "multiple of 64",
    "generation_size": "multiple of 64",
    "loras": "name:weight",
    "password": "UPSCALE_TOKEN",
    "unknown_endpoint": "no endpoint called 'nowhere'",
    "scheme": "http:// or https://",
}


@pytest.fixture(scope="module")
def gimp(tmp_path_factory: pytest.TempPathFactory) -> Gimp:
    return Gimp(tmp_path_factory.mktemp("refusals"))


def run(gimp: Gimp, cases: list[str], settings: dict[str, Any], **environment: str) -> Outcome:
    return gimp.run(SCRIPTS / "refusals.py", {"cases": cases, "settings": settings}, **environment)


def run_plain(gimp: Gimp, endpoints: str | None, settings: dict[str, Any] | None = None, **environment: str) -> dict[str, Any]:
    """Returns the answer to a call with these settings; without `endpoints` where they are None."""
    given = {} if endpoints is None else {"endpoints": endpoints}
    outcome = run(gimp, ["plain"], {**given, **(settings or {})}, **environment)
    assert "plain" in outcome.values, str(outcome)
    answer: dict[str, Any] = outcome.values["plain"]
    return answer


@pytest.fixture(scope="module")
def refused(gimp: Gimp) -> Outcome:
    """All refusals in one session of GIMP."""
    with EchoEndpoint() as endpoint:
        outcome = run(gimp, list(REFUSALS), {"endpoints": endpoint.url})
        assert not endpoint.tiles
    return outcome


@pytest.mark.parametrize("case", REFUSALS)
def test_refused_in_words(refused: Outcome, case: str) -> None:
    told = refused.values[case]
    assert told["status"] in ("calling-error", "execution-error"), told
    assert REFUSALS[case] in told["message"]
    assert told["untouched"]


def test_password_is_not_repeated(refused: Outcome) -> None:
    assert "me:secret" not in refused.values["password"]["message"]
    assert "secret" not in refused.stderr.replace("me:secret@", "")


@pytest.mark.parametrize(("status", "words"), [(401, "UPSCALE_TOKEN"), (422, "told to answer 422"), (500, "told to answer 500")])
def test_endpoint_that_refuses_is_quoted(gimp: Gimp, status: int, words: str) -> None:
    with EchoEndpoint(Behavior(status=status)) as endpoint:
        told = run_plain(gimp, endpoint.url)
    assert told["status"] == "execution-error", told
    assert words in told["message"]
    assert endpoint.url in told["message"], "the message does not name the endpoint"
    assert told["untouched"]


def test_answers_without_pictures(gimp: Gimp) -> None:
    with EchoEndpoint(Behavior(garbage=True)) as endpoint:
        told = run_plain(gimp, endpoint.url)
    assert told["status"] == "execution-error"
    assert "tile 1" in told["message"] and "can't be read" in told["message"]
    assert told["untouched"]


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_refused_connection(gimp: Gimp) -> None:
    told = run_plain(gimp, f"http://127.0.0.1:{find_free_port()}")
    assert told["status"] == "execution-error"
    assert "refused; is the endpoint running" in told["message"]
    assert told["untouched"]


def test_script_fu_ends_with_a_status_and_the_sentence(gimp: Gimp) -> None:
    outcome = gimp.run(SCRIPTS / "unknown-endpoint.scm")
    assert outcome.status == 70, str(outcome)
    assert "There is no endpoint called 'nowhere'" in outcome.stderr


@pytest.mark.parametrize(("variable", "value", "words"), [("UPSCALE_BATCH_SIZE", "many", "UPSCALE_BATCH_SIZE is 'many'"),
                                                           ("UPSCALE_ENDPOINTS", "nowhere", "no endpoint called 'nowhere'")])  # fmt: skip
def test_environment_counts_where_the_argument_is_left_alone(gimp: Gimp, variable: str, value: str, words: str) -> None:
    assert words in run_plain(gimp, None, None, **{variable: value})["message"]


def test_arguments_win_over_the_environment(gimp: Gimp) -> None:
    settings = {"tile_size": 64, "overlap": 0, "scale": 2.0, "batch_size": 3}
    with EchoEndpoint() as endpoint:
        told = run_plain(gimp, endpoint.url, settings, UPSCALE_BATCH_SIZE="1", UPSCALE_ENDPOINTS="nowhere")
        assert told["status"] == "success"
        assert max(len(request["tiles"]) for request in endpoint.requests) == 3


def test_batch_size_of_the_environment(gimp: Gimp) -> None:
    settings = {"tile_size": 64, "overlap": 0, "scale": 2.0, "seed": 5}
    with EchoEndpoint() as endpoint:
        told = run_plain(gimp, endpoint.url, settings, UPSCALE_BATCH_SIZE="2")
        assert told["status"] == "success"
        assert {len(request["tiles"]) for request in endpoint.requests} == {2}
