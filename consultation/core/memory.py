"""The memory of a process that lives long."""

import gc


def settle_in() -> None:
    """What was loaded until now stays until the process ends: the collector of reference cycles leaves it alone.

    It looks at everything again and again otherwise, and nobody is answered meanwhile (0.1 s each time).
    """
    gc.collect()
    gc.freeze()
