"""What never changes, kept per process: read once, for whoever asks next."""

from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    """The last few values. A key names content that can never be another one: a hash, or an id with a hash."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._values: dict[str, V] = {}

    def get(self, key: str, make: Callable[[], V]) -> V:
        """Two that ask for the same at once may both make it; the values are equal."""
        found = self._values.get(key)
        if found is None:
            found = self._values[key] = make()
            for oldest in list(self._values)[: -self._most]:
                self._values.pop(oldest, None)
        return found
