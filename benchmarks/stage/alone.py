"""One call in a process of its own, for its memory: `python -m benchmarks.stage.alone MODULE:FUNCTION ARGUMENTS`.

Arguments and the answer are JSON. The highest memory is that of the program itself (VmHWM), which unlike `ru_maxrss`
does not begin with what the parent had.
"""

import importlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consultation.core.memory import settle_in

MIB = 1024**2


@dataclass(frozen=True)
class Alone:
    """`peak` and `growth` (over what there was before the call) in MiB; `children`: the largest child process."""

    answer: Any
    wall: float
    cpu: float
    peak: float
    growth: float
    children: float


def alone(function: Callable[..., Any], **arguments: Any) -> Alone:
    name = f"{function.__module__}:{function.__name__}"
    command = [sys.executable, "-m", __name__, name, json.dumps(arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    return Alone(**json.loads(done.stdout.splitlines()[-1]))


def main(name: str, arguments: dict[str, Any]) -> None:
    module, _, function = name.partition(":")
    call = getattr(importlib.import_module(module), function)
    call(**arguments, warm=True)
    settle_in()  # as serving and the worker do
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark begins anew
    before, wall, cpu = status("VmRSS"), time.perf_counter(), _cpu()
    answer = call(**arguments, warm=False)
    found = Alone(
        answer, time.perf_counter() - wall, _cpu() - cpu, peak=status("VmHWM") / MIB,
        growth=(status("VmHWM") - before) / MIB,
        children=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / MIB,
    )  # fmt: skip
    sys.stdout.write(f"\n{json.dumps(vars(found))}\n")


def status(name: str, pid: str | int = "self") -> float:
    """A line of /proc/PID/status, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name}:"))) * 1024


def _cpu() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
