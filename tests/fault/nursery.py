"""Starts the service's commands in a fraction of their time: everything is loaded once, each start is a fork of that.

`python -m tests.fault.nursery` reads lines of JSON (arguments, environment, output) and answers each with the id of a process
that from then on does what `python -m consultation ARGUMENTS` does. Loading takes longer than all the rest of a start, and a
thousand restarts would load a thousand times. When its input ends it ends, and so do the processes it started.
"""

import json
import os
import signal
import sys
import traceback
from contextlib import suppress

from consultation.__main__ import app
from consultation.app import create_app
from consultation.core.db import Database
from consultation.serving import serve
from consultation.settings import Settings
from consultation.worker import run_forever

LOADED = (app, serve, run_forever)


def main() -> None:
    create_app(Settings(), Database("sqlite:////nowhere.db"))  # not opened; what is found out about the routes stays
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried at once: a process that is not there has ended
    started: list[int] = []
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(order["arguments"], order["environment"], order["output"])
        with suppress(OSError):  # the child does it too, whoever is first
            os.setpgid(child, child)
        started.append(child)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
    for child in started:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)


def _become(arguments: list[str], environment: dict[str, str], output: str) -> None:
    """Never returns."""
    with suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(environment)
    code = 1
    try:
        app(arguments)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:  # noqa: BLE001 -- as an interpreter does with what nobody caught
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
