"""Several tasks side by side: in order, within bounds, forgotten when done."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from auditor import concurrency
from auditor.concurrency import in_order
from auditor.engines.language_model.causal_lm import CausalLM
from auditor.engines.language_model.edit_scoring import CausalPassage
from auditor.values import Span
from tests.small_models import make_causal_lm


class _Task:
    def __init__(self, number: int) -> None:
        self.number = number


def _together(count: int) -> Callable[[int], int]:
    """Return work that is done only while `count` tasks are at it at once."""
    barrier = threading.Barrier(count)

    def work(task: int) -> int:
        barrier.wait(timeout=30)
        return task

    return work


@pytest.mark.parametrize("threads", [1, 2, 9])
def test_results_come_in_the_order_of_the_tasks(threads: int) -> None:
    """Whoever is done first."""
    turn = threading.Event()

    def work(task: int) -> int:
        if task == 0 and threads > 1:
            assert turn.wait(timeout=30)
        turn.set()
        return task * task

    assert list(in_order(work, range(20), threads=threads)) == [n * n for n in range(20)]


@pytest.mark.parametrize("threads", [2, 3])
def test_as_many_as_there_are_threads_work_at_once(threads: int) -> None:
    """Each waits for the others, so fewer workers would never end."""
    assert list(in_order(_together(threads), range(2 * threads), threads=threads)) == list(range(2 * threads))


@pytest.mark.parametrize(("threads", "device", "tasks"), [(1, "cpu", 3), (4, "cuda", 3), (4, "cpu", 1), (4, "cpu", 0)])
def test_without_company_the_caller_does_the_work(threads: int, device: str, tasks: int) -> None:
    """One thread, another device than the processor, or a lone task: no thread is started."""
    here = threading.get_ident()
    found = in_order(lambda _: threading.get_ident(), range(tasks), threads=threads, device=device)

    assert list(found) == [here] * tasks


def test_tasks_are_made_as_there_is_room_for_them() -> None:
    """The first result does not wait for the thousandth task."""
    made: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    found = in_order(lambda task: task, tasks(), threads=2)

    assert next(found) == 0
    assert len(made) < 10
    found.close()


def test_a_task_is_forgotten_when_it_is_done() -> None:
    """What it held is free before the next result is asked for."""
    known: list[weakref.ref[_Task]] = []

    def tasks() -> Iterator[_Task]:
        for number in range(6):
            task = _Task(number)
            known.append(weakref.ref(task))
            yield task
            del task

    alive = []
    for _ in in_order(lambda task: task.number, tasks(), threads=2):
        gc.collect()
        alive.append(known[0]() is not None)

    assert not any(alive[1:])


def test_an_error_reaches_the_caller() -> None:
    """What had not begun is left alone."""
    begun: list[int] = []

    def work(task: int) -> int:
        begun.append(task)
        if task == 1:
            raise ValueError("the second one")
        return task

    with pytest.raises(ValueError, match="the second one"):
        list(in_order(work, range(100), threads=2))
    assert len(begun) < 10


def test_who_is_left_alone_may_use_every_thread() -> None:
    """Two share the processor; the third, for whom nobody is left, has it all. The caller's own share stays."""
    before = torch.get_num_threads()
    meet = threading.Barrier(2)
    first_two_done = threading.Semaphore(0)

    def work(task: int) -> int:
        if task < 2:
            meet.wait(timeout=30)
        else:
            assert all(first_two_done.acquire(timeout=30) for _ in range(2))
        concurrency.use_thread_share()
        share = torch.get_num_threads()
        if task < 2:
            meet.wait(timeout=30)
        return share

    found = []
    for share in in_order(work, range(3), threads=2):
        found.append(share)
        first_two_done.release()

    assert found == [1, 1, 2]
    assert torch.get_num_threads() == before


def test_a_worker_begins_a_task_with_its_share() -> None:
    """Nobody needs to ask for it: neither the work nor who reports progress."""
    meet = threading.Barrier(2)

    def work(_: int) -> int:
        meet.wait(timeout=30)
        return torch.get_num_threads()

    assert list(in_order(work, range(2), threads=2)) == [1, 1]


def test_an_engine_takes_its_share_before_a_forward_pass(tmp_path: Path) -> None:
    """What is free of the processor by then is used, whatever was so when the task began."""
    text = "The bridge was closed. " * 60
    model = CausalLM(make_causal_lm(tmp_path / "tiny"), name="tiny", precision="float32")
    passages = list(model.read(text, [Span(at, at + 22) for at in range(0, len(text), 23)]))

    def work(passage: CausalPassage) -> int:
        torch.set_num_threads(3)
        assert passage.tokens.log_probs
        return torch.get_num_threads()

    shares = list(in_order(work, passages, threads=2))

    assert len(shares) > 1
    assert set(shares) <= {1, 2}


def test_threads_that_come_later_have_the_usual_share() -> None:
    """What a worker used is no choice for the rest of the program: torch would hand it on to every new thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    meet = threading.Barrier(2)

    def work(_: int) -> int:
        meet.wait(timeout=30)
        concurrency.use_thread_share()
        meet.wait(timeout=30)
        return torch.get_num_threads()

    try:
        shares = list(in_order(work, range(2), threads=2))
        with ThreadPoolExecutor(1) as another:
            after = another.submit(torch.get_num_threads).result()
    finally:
        torch.set_num_threads(before)

    assert (shares, after) == ([1, 1], 2)


def test_threads_wait_briefly_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that turns in a loop keeps others from the processor; who sets how it waits knows why."""
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    concurrency.limit_spinning()
    chosen = os.environ["GOMP_SPINCOUNT"]
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    concurrency.limit_spinning()

    assert 0 < int(chosen) < 300_000
    assert os.environ["GOMP_SPINCOUNT"] == "7"


def test_a_policy_of_waiting_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenMP would heed the count before the policy."""
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    concurrency.limit_spinning()

    assert "GOMP_SPINCOUNT" not in os.environ


_LOADING = """
import os, sys

class Spy:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            sys.stdout.write(os.environ.get("GOMP_SPINCOUNT", "not said"))
            sys.exit()

sys.meta_path.insert(0, Spy())
from auditor.engines import factory
from auditor.values import Settings

getattr(factory, sys.argv[1])(Settings(cache=False))
"""


@pytest.mark.weights
@pytest.mark.parametrize(
    "opener",
    [
        "load_language_model",
        "load_quality_estimator",
        "load_post_editor",
        "load_back_translator",
        "load_translators",
        "load_embedder",
    ],
)
def test_how_threads_wait_is_said_before_torch_is_loaded(opener: str) -> None:
    """OpenMP reads the environment once, when torch brings it along."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"}
    }
    command = [sys.executable, "-c", _LOADING, opener]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    assert told.stdout.isdigit()


def test_while_others_must_wait_for_its_turn_a_task_may_use_every_thread() -> None:
    """What comes after an edit is remembered, and done before it; the rest waits until there is room."""
    others_done = threading.Semaphore(0)

    def work(task: int) -> int:
        if task:
            others_done.release()
            return 0
        assert all(others_done.acquire(timeout=30) for _ in range(3))
        for _ in range(1000):  # until the others are counted as done
            concurrency.use_thread_share()
            if torch.get_num_threads() == 2:
                break
            time.sleep(0.01)
        return torch.get_num_threads()

    assert next(in_order(work, range(20), threads=2)) == 2
