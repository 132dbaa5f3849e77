"""`auditor models`: what a user sees of the embedded models."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli.models import models
from auditor.engines.weights import fetch, installed
from tests.engines.shop import CONVERTERS, WEIGHTS, Shop

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop that sells 'tiny' and, for those who ask, 'extra'."""
    shop = Shop(tmp_path)
    shop.stock()
    shop.stock("extra", default=False, role="encoder")
    for name, value in shop.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(fetch, "CONVERTERS", CONVERTERS)
    return shop.open()


def run(*arguments: str) -> Result:
    """Run `auditor models`; an error of the user comes through as it was raised."""
    return CliRunner().invoke(models, arguments, catch_exceptions=False)


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program itself."""
    command = [sys.executable, "-m", "auditor", "models", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def test_fetch_says_one_line_a_model_on_standard_error(shop: Shop) -> None:
    """To a file or a pipe: no bar, nothing on standard output."""
    result = run("fetch")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "tiny: fetched\n")
    assert run("fetch", "tiny", "extra").stderr == "tiny: already here\nextra: fetched\n"
    assert shop.conversions == 2


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal there")
def test_fetch_draws_a_bar_to_a_terminal(shop: Shop) -> None:
    """The bar is on standard error and ends at the model's last step."""
    ours, theirs = os.openpty()
    command = [
        sys.executable,
        "-c",
        "from tests.engines import shop; shop.use_test_converter(); from auditor.cli.models import models; models()",
        "fetch",
    ]
    environment = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=theirs, env=environment) as process:
        os.close(theirs)
        drawn = read_terminal(ours)
        assert process.stdout is not None
        assert process.stdout.read() == b""
    os.close(ours)
    assert "tiny: fetched" in drawn
    assert "━" in drawn
    assert installed.model_folder("tiny") == shop.home / "tiny"


def read_terminal(descriptor: int) -> str:
    """Read all that is drawn until the other side closes."""
    parts = []
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # how Linux says that the other side has closed
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts).decode()


def test_fetch_takes_wheels_from_a_folder(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """--from needs no index."""
    monkeypatch.delenv("PIP_FIND_LINKS")
    assert run("fetch", "--from", str(shop.folder / "wheels")).stderr == "tiny: fetched\n"


def test_list_shows_each_model_with_its_state_and_place(shop: Shop) -> None:
    """Present ones with their folder, missing ones with their source."""
    run("fetch")
    header, tiny, extra = run("list").stdout.splitlines()
    assert header.split() == ["NAME", "ROLE", "LICENCE", "SIZE", "STATE", "WHERE"]
    assert tiny.split() == ["tiny", "fluency", "MIT", "0", "MB", "present", str(shop.home / "tiny")]
    assert extra.split()[1:3] == ["encoder", "(optional)"]
    assert extra.split()[-3:] == ["missing", "auditor-tiny-weights", "1.0"]
    (shop.home / "tiny" / "model.bin").write_bytes(b"")
    assert "corrupt" in run("list").stdout


def test_path_prints_the_folder_and_nothing_else(shop: Shop) -> None:
    """For use in a shell."""
    run("fetch")
    assert run("path", "tiny").stdout == f"{shop.home / 'tiny'}\n"


def test_verify_names_what_is_whole(shop: Shop) -> None:
    """All that is here, or what was asked for."""
    assert run("verify").stdout == f"no models in {shop.home}; run: auditor models fetch\n"
    run("fetch", "tiny", "extra")
    assert run("verify").stdout == "whole: tiny, extra\n"
    assert run("verify", "extra").stdout == "whole: extra\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["path", "tiny"], "error: model 'tiny' is not in {home}; run: auditor models fetch tiny\n"),
        (["verify", "tiny"], "error: model 'tiny' is not in {home}; run: auditor models fetch tiny\n"),
        (["path", "tinny"], "error: unknown model 'tinny'. Did you mean 'tiny'? Choose from: extra, tiny.\n"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_2(shop: Shop, arguments: list[str], said: str) -> None:
    """Nothing on standard output, no traceback."""
    result = program(*arguments)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", said.format(home=shop.home))


def test_a_corrupt_model_makes_verify_exit_2(shop: Shop) -> None:
    """The sentence says which model and what to run."""
    run("fetch")
    (shop.home / "tiny" / "model.bin").write_bytes(WEIGHTS[:-1] + b"?")
    result = program("verify")
    assert result.returncode == 2
    assert result.stderr.endswith("is damaged: its files are not what was installed; run: auditor models fetch tiny\n")


@pytest.mark.skipif(sys.platform == "win32", reason="another signal there")
def test_an_interrupted_fetch_ends_with_130_and_leaves_nothing(shop: Shop) -> None:
    """Ctrl-C during a conversion."""
    shop.models.clear()
    shop.stock(behaviour="stall")
    shop.open()
    # A shell starts its background jobs deaf to Ctrl-C, and their children inherit it: listen again first.
    listening = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    run_it = (
        "from tests.engines import shop; shop.use_test_converter(); "
        "from auditor.cli import main; sys.exit(main(['models', 'fetch']))"
    )
    command = [sys.executable, "-c", listening + run_it]
    with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True) as process:
        while not shop.conversions and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert (process.returncode, said.strip()) == (130, "interrupted")
    assert shop.leftovers == []
    assert installed.state("tiny") is installed.State.MISSING


def test_importing_the_commands_loads_no_torch() -> None:
    """Help and listings answer at once: neither torch nor transformers is imported with the command line."""
    listing = "import sys, auditor.cli, auditor.cli.models; print(*{'torch', 'transformers'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", listing], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert result.stdout == "\n"
