# SPDX-License-Identifier: GPL-3.0-or-later
"""The conformance suite itself: it passes every kind of server that keeps the contract, and fails those that break one of its rules."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import test_contract as suite
from plain_server import KINDS, Call, Job, Kind, PlainServer, Problem, Reply
from server_under_test import ServerUnderTest
from wire_client import Client

ROOT = Path(__file__).parents[2]
TIME_LIMIT_S = 240
# Each freedom of the contract is in one of these.
PASSING = ("plain", "any-size", "enlarges", "blocking-only", "blocking-only-405", "says-little", "narrow")


def start_suite(server: PlainServer) -> subprocess.Popen[str]:
    """Runs the suite as the README says, from the project's folder, with nothing else set."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("UPSCALE_", "PYTHONPATH"))}
    environment["UPSCALE_ENDPOINT_URL"] = server.url
    if server.kind.key:
        environment["UPSCALE_TOKEN"] = server.kind.key
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=short", "tests/endpoint/test_contract.py"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.fixture(scope="module", autouse=True)
def runs() -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Tests all servers at once, as most of the time is spent waiting for a lease. Broken servers are tested meanwhile."""
    with ExitStack() as stack:
        servers = {name: stack.enter_context(PlainServer(KINDS[name])) for name in PASSING}
        started = {name: start_suite(server) for name, server in servers.items()}
        yield started
        for run in started.values():
            run.kill()
            run.communicate()


# Servers that break a rule, with the test that must notice.


class LeaseNeverEnds(PlainServer):
    def end_abandoned(self) -> None:
        pass


class WantsNoKeyForHealth(PlainServer):
    def check_caller(self, call: Call) -> None:
        if not call.path.endswith("/v1/health"):
            super().check_caller(call)


class TakesAnyKey(PlainServer):
    def check_caller(self, call: Call) -> None:
        if "authorization" not in call.headers:
            super().check_caller(call)


class AnswersPages(PlainServer):
    def check_caller(self, call: Call) -> None:
        pass


class TakesOriginForHost(PlainServer):
    def check_caller(self, call: Call) -> None:
        super().check_caller(Call(**{**vars(call), "headers": {name: value for name, value in call.headers.items() if name != "origin"}}))


class RefusesLocalhost(PlainServer):
    def check_caller(self, call: Call) -> None:
        if "localhost" in call.headers["host"]:
            raise Problem(403, "not by this name")


class KnowsEveryBatch(PlainServer):
    def find(self, batch_id: str) -> Job:
        return self.jobs.get(batch_id) or Job({"batch_id": batch_id, "tiles": []}, "")


class TakesOtherBytes(PlainServer):
    statuses: tuple[str, ...] = ("queued", "running", "completed")

    def submit(self, body: bytes, path_id: str | None) -> Job:
        for job in self.jobs.values():
            if job.status in self.statuses:
                job.digest = hashlib.sha256(body).hexdigest()
        return super().submit(body, path_id)


class TakesOtherBytesOnceCancelled(TakesOtherBytes):
    statuses = ("cancelled",)


class StaysCancelled(PlainServer):
    def submit(self, body: bytes, path_id: str | None) -> Job:
        known = self.jobs.get(path_id or "")
        return known or super().submit(body, path_id)


class DeletesNothing(PlainServer):
    def delete(self, batch_id: str) -> Reply:
        self.find(batch_id)
        return Reply(204)


class IgnoresResultsFrom(PlainServer):
    def tell(self, job: Job, first: int, most: int, wait_s: float) -> Reply:
        return super().tell(job, 0, most, wait_s)


class HeedsResultsFromOnPut(PlainServer):
    def put(self, batch_id: str, call: Call) -> Reply:
        self.submit(call.body, batch_id)
        return self.get(batch_id, call)


class SaysAllIsWell(PlainServer):
    def tell(self, job: Job, first: int, most: int, wait_s: float) -> Reply:
        return Reply(200, super().tell(job, first, most, wait_s).body)


class IgnoresTheTarget(PlainServer):
    def paint(self, tile: dict[str, Any], target: tuple[int, int]) -> dict[str, Any]:
        return super().paint(tile, (tile["width"], tile["height"]))


class PaintsOverTheSource(PlainServer):
    """Changes pixels although the engine reports that it only enlarges."""

    def paint(self, tile: dict[str, Any], target: tuple[int, int]) -> dict[str, Any]:
        doubled = super().paint(tile, (target[0] // 2, target[1] // 2))
        return super().paint({**tile, "image": doubled["image"], "width": target[0] // 2, "height": target[1] // 2}, target)


class BelievesAnySize(PlainServer):
    def paint(self, tile: dict[str, Any], target: tuple[int, int]) -> dict[str, Any]:
        result = super().paint(tile, target)
        good = ServerUnderTest(Client(self.url)).make_tile(0, self.kind.multiple_of)
        return result if result["success"] else super().paint({**good, "id": tile["id"]}, target)


class FailsTheBatch(PlainServer):
    def paint(self, tile: dict[str, Any], target: tuple[int, int]) -> dict[str, Any]:
        result = super().paint(tile, target)
        if not result["success"]:
            for job in self.jobs.values():
                job.end("failed", result["error"])
        return result


class CrashesOnOtherSizes(PlainServer):
    def check_tile(self, tile: object, request: dict[str, Any]) -> None:
        try:
            super().check_tile(tile, request)
        except Problem as problem:
            raise Problem(500 if "multiples" in problem.detail else 422, problem.detail) from problem


class WantsAllMembers(PlainServer):
    def check_request(self, request: dict[str, Any], path_id: str | None) -> None:
        super().check_request(request, path_id)
        if "strength" not in request["gen_params"] or "ip_adapter_enabled" not in request:
            raise Problem(422, "a member is absent")


class TakesAnyNumberOfTiles(PlainServer):
    def health(self) -> dict[str, Any]:
        return {**super().health(), "max_tiles": self.kind.max_tiles - 1}


class TakesLargeBodies(PlainServer):
    def health(self) -> dict[str, Any]:
        return {**super().health(), "max_body_bytes": self.kind.max_body_bytes // 2}


class HasNoIdentity(PlainServer):
    def health(self) -> dict[str, Any]:
        return {**super().health(), "identity": ""}


class LeadsElsewhere(PlainServer):
    def park(self, reply: Reply, n_redirects: int) -> Reply:
        return Reply(303, None, {"Location": "http://127.0.0.2:1/"})


class LeadsNowhere(PlainServer):
    def unpark(self, path: str) -> Reply:
        return Reply(303, None, {"Location": path})


class ForgetsItsPath(PlainServer):
    def tell(self, job: Job, first: int, most: int, wait_s: float) -> Reply:
        reply = super().tell(job, first, most, wait_s)
        if "Location" in reply.headers:
            reply.headers["Location"] = reply.headers["Location"].removeprefix(self.kind.path)
        return reply


class NamesNoTime(PlainServer):
    def answer(self, call: Call) -> Reply:
        reply = super().answer(call)
        return Reply(reply.status, reply.body, {}, reply.content_type) if reply.status == 429 else reply


class PaintsOnWithoutItsClient(PlainServer):
    def post(self, call: Call) -> Reply:
        return super().post(Call(**{**vars(call), "has_hung_up": lambda: False}))


class TakesControlCharacters(PlainServer):
    def check_request(self, request: dict[str, Any], path_id: str | None) -> None:
        super().check_request({**request, "batch_id": request["batch_id"].replace("\n", "")}, None)


class MixesTilesUp(PlainServer):
    def paint(self, tile: dict[str, Any], target: tuple[int, int]) -> dict[str, Any]:
        return {**super().paint(tile, target), "id": "0"}


class DescribesInTwoLines(PlainServer):
    def describe(self, painted: dict[str, Any]) -> dict[str, Any]:
        return {**super().describe(painted), "caption": "a\ndoor"}


class PaintsInsteadOfDescribing(PlainServer):
    def describe(self, painted: dict[str, Any]) -> dict[str, Any]:
        return painted


class DescribesBrokenPictures(PlainServer):
    def describe(self, painted: dict[str, Any]) -> dict[str, Any]:
        return {"id": painted["id"], "success": True, "caption": "a door"}


Test = Callable[[ServerUnderTest], None]


def with_client(test: Callable[[ServerUnderTest, Client], None]) -> Test:
    return lambda server: test(server, server.client)


BROKEN: list[tuple[type[PlainServer], Kind, Test]] = [
    (LeaseNeverEnds, Kind(concurrency=1, queue=0), with_client(suite.test_lease_that_runs_out_cancels)),
    (WantsNoKeyForHealth, KINDS["one-tile"], suite.test_key_is_wanted_everywhere),
    (TakesAnyKey, KINDS["one-tile"], suite.test_key_is_wanted_everywhere),
    (AnswersPages, Kind(), lambda server: suite.test_pages_in_a_browser_are_refused(server, {"Host": "127.0.0.1.evil.example"})),
    (TakesOriginForHost, Kind(), lambda server: suite.test_pages_in_a_browser_are_refused(server, {"Origin": "null"})),
    (RefusesLocalhost, Kind(), suite.test_programs_on_this_machine_are_answered),
    (KnowsEveryBatch, Kind(), lambda server: suite.test_unknown_batch(server.client)),
    (TakesOtherBytes, Kind(), with_client(suite.test_same_id_and_other_body_is_refused)),
    (TakesOtherBytesOnceCancelled, Kind(), with_client(suite.test_cancelled_id_with_another_body_is_refused)),
    (TakesOtherBytes, Kind(), lambda server: suite.test_blocking_route_knows_the_batch(server, server.client)),
    (StaysCancelled, Kind(), with_client(suite.test_cancelled_batch_begins_anew)),
    (DeletesNothing, Kind(), with_client(suite.test_delete_stops_the_work)),
    (IgnoresResultsFrom, Kind(), with_client(suite.test_results_from)),
    (HeedsResultsFromOnPut, Kind(), with_client(suite.test_results_from_is_ignored_on_put)),
    (SaysAllIsWell, Kind(), with_client(suite.test_delete_stops_the_work)),
    (IgnoresTheTarget, KINDS["enlarges"], suite.test_tiles_come_back_at_the_target_size),
    (PaintsOverTheSource, Kind(), suite.test_same_size_is_the_identity_for_engines_that_only_enlarge),
    (BelievesAnySize, Kind(), suite.test_picture_of_another_size_fails_its_tile),
    (FailsTheBatch, Kind(), suite.test_picture_of_another_size_fails_its_tile),
    (FailsTheBatch, Kind(), lambda server: suite.test_broken_tile_fails_alone(server, "")),
    (CrashesOnOtherSizes, Kind(), suite.test_sizes_that_are_no_multiple_are_refused_or_painted),
    (WantsAllMembers, Kind(), suite.test_members_may_be_absent),
    (TakesAnyNumberOfTiles, Kind(), suite.test_too_many_tiles),
    (TakesLargeBodies, KINDS["bodies-of-16-kib"], suite.test_too_large_a_body),
    (HasNoIdentity, Kind(), suite.test_health_stays_the_same),
    (LeadsElsewhere, Kind(n_redirects=1), suite.test_health_stays_the_same),
    (LeadsNowhere, Kind(n_redirects=1), suite.test_health_stays_the_same),
    (ForgetsItsPath, KINDS["one-at-once"], with_client(suite.test_location_leads_to_the_batch)),
    (NamesNoTime, KINDS["one-at-once"], suite.test_many_batches_at_once),
    (PaintsOnWithoutItsClient, Kind(), lambda server: suite.test_client_that_goes_away_cancels(server, server.client, server.client)),
    (TakesControlCharacters, Kind(), lambda server: suite.test_batch_ids_that_are_refused(server, "a\nb")),
    (MixesTilesUp, Kind(), suite.test_batch_is_painted),
    (DescribesInTwoLines, KINDS["enlarges"], suite.test_captions_are_single_lines),
    (PaintsInsteadOfDescribing, KINDS["enlarges"], suite.test_captions_are_single_lines),
    (DescribesBrokenPictures, KINDS["enlarges"], suite.test_tile_that_cannot_be_described_fails_alone),
    (TakesOtherBytes, KINDS["enlarges"], with_client(suite.test_same_caption_batch_is_the_same_job)),
]


@pytest.mark.parametrize(("make", "kind", "test"), BROKEN, ids=[make.__name__ for make, _, _ in BROKEN])
def test_suite_fails_servers_that_break_a_rule(make: type[PlainServer], kind: Kind, test: Test) -> None:
    headers = {"Authorization": f"Bearer {kind.key}"} if kind.key else {}
    with make(kind) as broken, pytest.raises((AssertionError, jsonschema.ValidationError)):
        test(ServerUnderTest(Client(broken.url, headers)))


@pytest.mark.parametrize("name", PASSING)
def test_suite_passes_servers_that_keep_the_contract(runs: dict[str, subprocess.Popen[str]], name: str) -> None:
    output, _ = runs[name].communicate(timeout=TIME_LIMIT_S)
    assert runs[name].returncode == 0, output
