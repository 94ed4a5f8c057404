"""A hundred thousand rows take no more memory than a thousand: formats made of data are streams."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys, tempfile
from pathlib import Path
from consultation.documents.formats import FORMATS
from tests.documents import golden

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

with tempfile.TemporaryDirectory() as folder:
    FORMATS[sys.argv[1]].write(golden.compiled(size=1_000), Path(folder) / "small")
    before = peak()
    FORMATS[sys.argv[1]].write(golden.compiled(size=100_000), Path(folder) / "large")
    print(peak() - before)
"""


@pytest.mark.parametrize("key", ["csv", "ndjson", "json", "xlsx"])
def test_memory_stays_flat_as_the_data_grows(key: str):
    done = subprocess.run([sys.executable, "-c", PROGRAM, key], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 24_000, "kilobytes more for a hundred times the rows"
