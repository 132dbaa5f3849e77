"""Several passages at once, each on its own share of the processor, and what keeps the memory of a process flat.

A forward pass of a small network does not keep two cores busy: with two threads a passage is read 1.5 times as fast,
two passages side by side, a thread each, are read in the time of one (135 million numbers, 2 cores; measured). Results
come in the order of the tasks, and each is what it would be alone.

torch keeps the number of threads that it computes with for each thread of the program apart. So an engine calls
`use_thread_share` before a forward pass, and nobody else needs to think of it.
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

MAX_WORKERS: Final = 4
"""Passages in memory at once; each takes some 150 MiB while it is read."""
_TASKS_AHEAD = 2  # tasks a worker that may be done, or wait for a worker, before the one whose turn it is
# oneDNN's own default is 1,024 compiled kernels, some 280 KiB each, whose shapes may never come again. Two passages
# side by side take two dozen in a layer of each model: with 16, 32, 64 and 128 kept, 4,000 words took 23.2, 22.5, 19.4
# and 20.5 processor seconds, and 1,101, 1,095, 1,106 and 1,113 MiB were held after them (two cores).
_CACHED_KERNELS = 64
_SPIN_COUNT = 1_000  # what GNU's OpenMP takes by itself where there are more threads than processors, not 300,000


class LazyValue(Generic[Result]):
    """A value that is made at the first call, once, whichever thread calls."""

    def __init__(self, make: Callable[[], Result]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: tuple[Result] | None = None

    def __call__(self) -> Result:
        """Return the value."""
        with self._lock:
            self._made = self._made or (self._make(),)
            return self._made[0]


class _ThreadBudget:
    """Torch's threads, shared out among the worker threads of a pool: the fewer tasks are left, the more for each.

    A task that must wait for the turn of another does not count: beside one that is new, a cached one is soon done.
    """

    def __init__(self, threads: int, workers: int) -> None:
        self.threads, self._workers, self._tasks_left = threads, workers, 0
        self._lock = threading.Lock()

    @property
    def share(self) -> int:
        return self.threads // max(1, min(self._workers, self._tasks_left))

    def add_tasks(self, count: int) -> None:
        with self._lock:
            self._tasks_left += count


class _CurrentWorker(threading.local):
    """The budget of the pool that this thread works for; None outside a pool."""

    budget: _ThreadBudget | None = None


_CURRENT_WORKER: Final = _CurrentWorker()


def available_threads() -> int:
    """Return how many threads this program may keep busy: `OMP_NUM_THREADS`, else the processors it may run on."""
    wanted = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    if wanted.isdigit() and int(wanted):
        return int(wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def limit_spinning() -> None:
    """Have torch's threads sleep soon when they wait for one another; to be called before torch is imported.

    They turn in a loop before they sleep, and on a machine that is busy with something else keep each other from being
    scheduled: with one of two cores taken, 150 words took 6.2 to 7.7 s, and take 4.1; alone 2.4 to 2.8 s both ways. A
    user's own setting stands.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", str(_SPIN_COUNT))


def use_thread_share(threads: int | None = None) -> None:
    """Have torch compute with this thread's share of the threads, as it is now; to be called before a forward pass.

    Outside a pool of `in_order` that is `threads`, or what torch would use by itself. No number depends on it.
    """
    budget = _CURRENT_WORKER.budget
    share = budget.share if budget else threads
    torch = sys.modules.get("torch")
    if share and torch is not None and torch.get_num_threads() != share:
        torch.set_num_threads(share)


@contextmanager
def one_thread() -> Iterator[None]:
    """Have torch compute in one thread, for products of few rows.

    With 5, 6, 7, 9 or 11 rows MKL shares them out among threads and adds up what is left over in another order (MKL
    2024.2, AVX2; measured): the last digits would rest on how many threads a worker happens to have. From 16 rows on,
    a multiple of 16 of them, they do not.
    """
    torch = sys.modules["torch"]
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def in_order(
    work: Callable[[Task], Result], tasks: Iterable[Task], *, threads: int | None, device: str = "cpu"
) -> Generator[Result, None, None]:
    """Yield the result of each task, in the order of the tasks; a lone task is done here, with all threads.

    A task is forgotten as soon as it is done. When the caller stops early, what has begun is finished and thrown away.

    Args:
        work: called in several threads at once.
        tasks: made one by one, as there is room for them.
        threads: of all workers together; None for as many as this program may use.
        device: a torch device; on all but a processor one task is done after another.
    """
    rest = iter(tasks)
    upcoming = deque(itertools.islice(rest, 2))  # so that no other name holds a task that is done
    total = threads or available_threads()
    workers = min(total, MAX_WORKERS)
    if len(upcoming) < 2 or workers < 2 or device != "cpu":
        while upcoming:
            use_thread_share(threads)
            yield work(upcoming.popleft())
            upcoming.extend(itertools.islice(rest, 1))
        return
    budget = _ThreadBudget(total, workers)
    submitted: deque[Future[Result]] = deque()
    with _worker_pool(budget, workers) as pool:
        while upcoming or submitted:
            while upcoming and (room := _TASKS_AHEAD * workers - len(submitted)) > 0:
                begun = [upcoming.popleft() for _ in range(min(room, len(upcoming)))]
                budget.add_tasks(len(begun))
                while begun:
                    submitted.append(pool.submit(_run_task, budget, work, [begun.pop(0)]))
                upcoming.extend(itertools.islice(rest, 2 - len(upcoming)))
            yield submitted.popleft().result()


def _run_task(budget: _ThreadBudget, work: Callable[[Task], Result], task: list[Task]) -> Result:
    """Do the one task in the list, let go of it, and give back the memory that it took."""
    use_thread_share()
    try:
        return work(task.pop())
    finally:
        budget.add_tasks(-1)
        release_memory()


@contextmanager
def _worker_pool(budget: _ThreadBudget, workers: int) -> Iterator[ThreadPoolExecutor]:
    def start_worker() -> None:
        _CURRENT_WORKER.budget = budget

    before = _torch_threads()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="passage", initializer=start_worker)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        # What one thread sets for itself, torch takes as the choice for all that have not computed yet.
        if torch := sys.modules.get("torch"):
            torch.set_num_threads(before or budget.threads)


def _torch_threads() -> int | None:
    """Return how many threads torch uses in this thread, None where it is not imported."""
    torch = sys.modules.get("torch")
    return torch.get_num_threads() if torch else None


def limit_kernel_cache() -> None:
    """Have oneDNN keep few compiled kernels; to be called before the first one, and a user's own setting stands."""
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(_CACHED_KERNELS))


def release_memory() -> None:
    """Return freed memory to the system: left to itself, glibc holds ever more of it, as texts differ in length."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # another C library has none, and needs none
        if trim is not None:
            trim(0)
