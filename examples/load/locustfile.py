"""The locustfile: each Locust user is an emulated device, and goes on as the next one until there are no more.

`locust -f examples/load/locustfile.py --eim eim.der` from the root of the project, with all that Locust can do.
"""

from __future__ import annotations

import argparse
import logging
import sys
from typing import Any, ClassVar

import gevent
import httpx  # noqa: F401  the IPA imports it with its first call, which is not to be slower than the others
from locust import User, events, task
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import STATE_RUNNING, MasterRunner, WorkerRunner

from examples.load import options
from examples.load.fleet import Fleet
from examples.load.observed import Call
from examples.load.table import lines

DONE = "device done"
LOOKS_PER_SECOND = 10
LOOKS_WITHOUT_USERS = 100
"""Workers tell how many users they have every three seconds."""
TOLD_EVERY = 10.0


class Outcome:
    """How many devices are done with what they had to do, and how many of them without success."""

    def __init__(self) -> None:
        self.done = 0
        self.failed = 0

    def take(self, msg: Any, **_: Any) -> None:
        """A worker's message."""
        self.done += 1
        self.failed += msg.data["failed"]


outcome = Outcome()


class Device(User):
    """An emulated device."""

    fleet: ClassVar[Fleet]

    @task
    def live(self) -> None:
        """All of one device's life; StopUser when there are no more devices."""
        device = self.fleet.next()
        if device is None:
            raise StopUser
        device.run()
        runner = self.environment.runner
        if runner is not None:
            runner.send_message(DONE, {"failed": bool(device.failed)})


def _begin(environment: Environment, **_: Any) -> None:
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        return
    wrong = options.complaint(_options(environment))
    if wrong is not None:
        sys.exit(f"locust: error: {wrong}")
    if runner is not None:
        runner.register_message(DONE, outcome.take)


def _start(environment: Environment, **_: Any) -> None:
    runner, chosen = environment.runner, _options(environment)
    if isinstance(runner, MasterRunner):
        gevent.spawn(_stop_when_done, environment)
        return
    worker, workers = 0, 1
    if isinstance(runner, WorkerRunner):
        worker, workers = runner.worker_index, chosen.expect_workers
    else:
        gevent.spawn(_stop_when_done, environment)
    Device.fleet = Fleet(chosen, worker, workers, lambda call: _count(environment, call))


def _end(environment: Environment, **_: Any) -> None:
    runner = environment.runner
    if runner is None or isinstance(runner, WorkerRunner):
        return
    chosen = _options(environment)
    print(*lines(environment.stats), sep="\n")
    print(_summary(environment, chosen), flush=True)
    incomplete = chosen.polls > 0 and outcome.done < chosen.devices
    wrong = environment.stats.total.num_failures or runner.exceptions or outcome.failed or incomplete
    environment.process_exit_code = 1 if wrong else 0


def _options(environment: Environment) -> argparse.Namespace:
    parsed: argparse.Namespace | None = environment.parsed_options
    assert parsed is not None  # Locust's own command always has them
    return parsed


def _count(environment: Environment, call: Call) -> None:
    hook: Any = environment.events.request
    hook.fire(
        request_type=call.interface,
        name=call.function,
        response_time=call.milliseconds,
        response_length=call.length,
        exception=call.failure,
        context={},
    )


def _stop_when_done(environment: Environment) -> None:
    """Ends the run when every device is done, or no user is left to be one."""
    runner, devices = environment.runner, _options(environment).devices
    assert runner is not None
    looks, idle = 0, 0
    while outcome.done < devices and idle < LOOKS_WITHOUT_USERS:
        gevent.sleep(1 / LOOKS_PER_SECOND)
        looks += 1
        idle = idle + 1 if runner.state == STATE_RUNNING and runner.user_count == 0 else 0
        if looks % int(TOLD_EVERY * LOOKS_PER_SECOND) == 0:
            print(f"{outcome.done} of {devices} devices", file=sys.stderr, flush=True)
    if outcome.done < devices:
        print("no device is left, and not all are done: a worker is gone, or has failed", file=sys.stderr)
    if _options(environment).headless:
        runner.quit()
    else:
        runner.stop()


def _summary(environment: Environment, chosen: argparse.Namespace) -> str:
    total = environment.stats.total
    took = (total.last_request_timestamp or total.start_time) - total.start_time
    if chosen.polls == 0:
        return f"{chosen.devices} devices, stopped after {took:.1f} s"
    rate = f"{outcome.done / took:.1f}" if took > 0 else "no"
    return (
        f"{outcome.done} of {chosen.devices} devices done, {outcome.failed} of them without success, "
        f"in {took:.1f} s: {rate} devices/s"
    )


# A line for each call, which Locust counts already.
logging.getLogger("httpx").setLevel(logging.WARNING)
hooks: Any = events
hooks.init_command_line_parser.add_listener(lambda parser, **_: options.add_to(parser))
hooks.init.add_listener(_begin)
hooks.test_start.add_listener(_start)
hooks.quitting.add_listener(_end)
