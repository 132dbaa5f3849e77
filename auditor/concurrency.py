"""Several passages at once, each on its own share of the processor, and what keeps the memory of a process flat.

A forward pass of a small network does not keep two cores busy: with two threads a passage is read 1.5 times as fast,
two passages side by side, a thread each, are read in the time of one (135 million numbers, 2 cores; measured). Results
come in the order of the tasks, and each is what it would be alone.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

MOST: Final = 4
"""Passages in memory at once; each takes some 150 MiB while it is read."""
_AHEAD = 2  # tasks a lane that may be done, or stand ready, before the one whose turn it is
# oneDNN's own default is 1,024 compiled products, some 280 KiB each, whose shapes may never come again. Two passages
# side by side take two dozen in a layer of each model: with 16, 32, 64 and 128 kept, 4,000 words took 23.2, 22.5, 19.4
# and 20.5 processor seconds, and 1,101, 1,095, 1,106 and 1,113 MiB were held after them (two cores).
_KERNELS = 64
_SPINS = 1_000  # what GNU's OpenMP takes by itself where there are more threads than processors, not 300,000


class Later(Generic[Result]):
    """Something that is opened when it is first called for, once, whichever thread calls."""

    def __init__(self, open_it: Callable[[], Result]) -> None:
        self._open = open_it
        self._lock = threading.Lock()
        self._opened: tuple[Result] | None = None

    def __call__(self) -> Result:
        """Return it."""
        with self._lock:
            self._opened = self._opened or (self._open(),)
            return self._opened[0]


class _Crew:
    """How many tasks those who share the processor have begun or may begin; the fewer, the more threads each may use.

    What must wait for the turn of another task does not count: beside one that is new, what is remembered is soon done.
    """

    def __init__(self, threads: int, lanes: int) -> None:
        self.threads, self._lanes, self._left = threads, lanes, 0
        self._lock = threading.Lock()

    @property
    def share(self) -> int:
        return self.threads // max(1, min(self._lanes, self._left))

    def count(self, change: int) -> None:
        with self._lock:
            self._left += change


class _Here(threading.local):
    """Whose lane this thread is; None: nobody's."""

    crew: _Crew | None = None


_HERE: Final = _Here()


def processors() -> int:
    """Return how many threads this program may keep busy."""
    wanted = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    if wanted.isdigit() and int(wanted):
        return int(wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def wait_briefly() -> None:
    """Have torch's threads sleep soon when they wait for one another; to be said before torch is loaded.

    They turn in a loop before they sleep, and on a machine that is busy with something else keep each other from being
    scheduled: with one of two cores taken, 150 words took 6.2 to 7.7 s, and take 4.1; alone 2.4 to 2.8 s both ways. A
    user's own setting stands.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", str(_SPINS))


def settle(threads: int | None = None) -> None:
    """Have torch use in this thread what its lane may use now, else `threads`, else what it would use by itself.

    To be called when a model was loaded and before it is asked much: torch counts threads for each thread apart. No
    number depends on how many there are.
    """
    chosen = _HERE.crew.share if _HERE.crew else threads
    torch = sys.modules.get("torch")
    if chosen and torch is not None and torch.get_num_threads() != chosen:
        torch.set_num_threads(chosen)


def in_order(
    work: Callable[[Task], Result], tasks: Iterable[Task], *, threads: int | None, device: str = "cpu"
) -> Generator[Result, None, None]:
    """Yield the result of each task, in the order of the tasks; a lone task is done here, with all threads.

    A task is forgotten as soon as it is done. When the caller stops early, what has begun is finished and thrown away.

    Args:
        work: called in several threads at once.
        tasks: made one by one, as there is room for them.
        threads: of all lanes together; None for as many as this program may use.
        device: a torch device; what is no processor does one task after another.
    """
    rest = iter(tasks)
    held = deque(itertools.islice(rest, 2))  # so that no other name holds a task that is done
    total = threads or processors()
    lanes = min(total, MOST)
    if len(held) < 2 or lanes < 2 or device != "cpu":
        while held:
            yield work(held.popleft())
            held.extend(itertools.islice(rest, 1))
        return
    crew = _Crew(total, lanes)
    waiting: deque[Future[Result]] = deque()
    with _pool(crew, lanes) as pool:
        while held or waiting:
            while held and (room := _AHEAD * lanes - len(waiting)) > 0:
                begun = [held.popleft() for _ in range(min(room, len(held)))]
                crew.count(len(begun))
                while begun:
                    waiting.append(pool.submit(_finish, crew, work, [begun.pop(0)]))
                held.extend(itertools.islice(rest, 2 - len(held)))
            yield waiting.popleft().result()


def _finish(crew: _Crew, work: Callable[[Task], Result], held: list[Task]) -> Result:
    """Do the task held, let go of it, and give back the memory that it took."""
    try:
        return work(held.pop())
    finally:
        crew.count(-1)
        give_back()


@contextmanager
def _pool(crew: _Crew, lanes: int) -> Iterator[ThreadPoolExecutor]:
    def begin() -> None:
        _HERE.crew = crew

    usual = _threads_of_torch()
    pool = ThreadPoolExecutor(lanes, thread_name_prefix="passage", initializer=begin)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        # What one thread sets for itself, torch takes as the choice for all that have not computed yet.
        if torch := sys.modules.get("torch"):
            torch.set_num_threads(usual or crew.threads)


def _threads_of_torch() -> int | None:
    """Return how many threads torch uses in this thread, None where it is not loaded."""
    torch = sys.modules.get("torch")
    return torch.get_num_threads() if torch else None


def keep_few_kernels() -> None:
    """Have oneDNN keep few compiled products; to be said before the first one, and a user's own setting stands."""
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(_KERNELS))


def give_back() -> None:
    """Return freed memory to the system: left to itself, glibc holds ever more of it, as texts differ in length."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # another C library has none, and needs none
        if trim is not None:
            trim(0)
