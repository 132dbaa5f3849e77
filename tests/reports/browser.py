"""A headless browser, driven as the WebDriver standard says (https://www.w3.org/TR/webdriver2/), by keyboard alone."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DRIVER, CHROMIUM = shutil.which("chromedriver"), shutil.which("chromium")
needs_browser = pytest.mark.skipif(
    DRIVER is None or CHROMIUM is None, reason="apt-get install chromium chromium-driver"
)
ENTER, ESCAPE, TAB = "\ue007", "\ue00c", "\ue004"


@dataclass(frozen=True, slots=True)
class Browser:
    """A session of a browser."""

    address: str

    def ask(self, path: str, content: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 (JSON)
        """Send a command of the standard, and return its value."""
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self.address + path, data)  # noqa: S310 (on this machine)
        with urllib.request.urlopen(request, timeout=180) as answer:  # noqa: S310 (the same)
            return json.load(answer)["value"]

    def open(self, page: Path) -> None:
        """Open a page."""
        self.ask("/url", {"url": page.as_uri()})

    def press(self, keys: str) -> None:
        """Press keys one after the other."""
        actions = []
        for key in keys:
            actions += [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.ask("/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def run(self, script: str) -> Any:  # noqa: ANN401 (JSON)
        """Run a script in the page, to look at it."""
        return self.ask("/execute/sync", {"script": script, "args": []})


@contextmanager
def browser(folder: Path, *, width: int = 1400, scripts: bool = True) -> Iterator[Browser]:
    """Start a browser that downloads into a folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "binary": CHROMIUM,
        "args": ["--headless=new", "--no-sandbox", "--disable-gpu", f"--window-size={width},900"],
        "prefs": {
            "download.default_directory": str(folder),
            "download.prompt_for_download": False,
            "profile.managed_default_content_settings.javascript": 1 if scripts else 2,
        },
    }
    with subprocess.Popen([str(DRIVER), f"--port={port}"], stdout=subprocess.DEVNULL) as running:
        driver = Browser(f"http://127.0.0.1:{port}")
        try:
            for _ in range(600):
                try:
                    driver.ask("/status")
                    break
                except urllib.error.URLError:
                    time.sleep(0.1)
            made = driver.ask("/session", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}})
            session = Browser(f"{driver.address}/session/{made['sessionId']}")
            yield session
            request = urllib.request.Request(session.address, method="DELETE")  # noqa: S310 (on this machine)
            urllib.request.urlopen(request, timeout=180).close()  # noqa: S310 (the same)
        finally:
            running.terminate()
