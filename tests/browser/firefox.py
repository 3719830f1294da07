"""Firefox without a driver: it is told what to do by Marionette, the protocol that it has built in.

A message is `length:[0, id, command, parameters]` in JSON; its answer `[1, id, error, result]`.
https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

NAMES = ("firefox-esr", "firefox")
PATIENCE = 60.0
SETTINGS: dict[str, bool | int | str] = {
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "app.update.disabledForTesting": True,
    "app.normandy.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "intl.locale.requested": "en-US",
}


def find_firefox() -> str | None:
    """Return the path of a Firefox, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Firefox:
    """A running Firefox with one window. Close it at the end."""

    def __init__(self, program: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings = {**SETTINGS, "marionette.port": port}
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in settings.items()]
        (folder / "user.js").write_text("\n".join(lines), encoding="utf-8")
        command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._socket = self._connected(port)
        self._held = b""
        self._sent = 0
        self._answer()  # what it is
        self.version = self.ask("WebDriver:NewSession", capabilities={})["capabilities"][
            "browserVersion"
        ]

    def _connected(self, port: int) -> socket.socket:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            except OSError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise
                time.sleep(0.1)

    def _answer(self) -> Any:
        while b":" not in self._held:
            self._held += self._socket.recv(1 << 16)
        length, _colon, rest = self._held.partition(b":")
        while len(rest) < int(length):
            rest += self._socket.recv(1 << 16)
        self._held = rest[int(length) :]
        return json.loads(rest[: int(length)])

    def ask(self, command: str, **parameters: Any) -> Any:
        """Send a command and return its result."""
        self._sent += 1
        message = json.dumps([0, self._sent, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _kind, _number, error, result = self._answer()
        if error is not None:
            raise AssertionError(f"{command}: {error['message']}")
        return result

    def open(self, path: Path, address: str = "") -> None:
        """Open a map page and wait until everything in it is there."""
        self.ask("WebDriver:Navigate", url=path.resolve().as_uri() + address)
        self.wait("document.documentElement.dataset.ready === '1'")

    def wait(self, condition: str) -> None:
        """Wait until an expression is true."""
        until = time.monotonic() + PATIENCE
        while not self.evaluate(f"return Boolean({condition});"):
            assert time.monotonic() < until, condition
            time.sleep(0.05)

    def evaluate(self, script: str) -> Any:
        """Run the body of an async function in the page, and return its result as JSON has it."""
        return self.ask(
            "WebDriver:ExecuteAsyncScript",
            script=f"(async () => {{ {script} }})().then(arguments[0]);",
            args=[],
            sandbox=None,  # the page's own scope, where its `zoneblanche` is
        )["value"]

    def press(self, selector: str, text: str) -> None:
        """Type into an element, as a reader does."""
        answer = self.ask("WebDriver:FindElement", using="css selector", value=selector)["value"]
        (element,) = answer.values()
        self.ask("WebDriver:ElementSendKeys", id=element, text=text)

    def click(self, selector: str) -> None:
        """Click an element."""
        answer = self.ask("WebDriver:FindElement", using="css selector", value=selector)["value"]
        (element,) = answer.values()
        self.ask("WebDriver:ElementClick", id=element)

    def picture(self) -> bytes:
        """The window as PNG."""
        return base64.b64decode(self.ask("WebDriver:TakeScreenshot", full=False)["value"])

    def close(self) -> None:
        """End it."""
        try:
            self.ask("Marionette:Quit", flags=["eForceQuit"])
            self._process.wait(PATIENCE)
        finally:
            self._socket.close()
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait(PATIENCE)
