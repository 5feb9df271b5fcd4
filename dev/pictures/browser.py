"""A headless Chromium, driven over its debugging port."""

import base64
import contextlib
import io
import json
import os
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket
from PIL import Image

from devkit.processes import running

WIDTH, HEIGHT, SCALE = 1360, 800, 1.25
PATIENCE = 120  # seconds for something to appear: the first page makes all scripts and style sheets
COLORS = 128
OPTIONS = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
    "--no-first-run",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "about:blank",
)


@contextlib.contextmanager
def browser(program):
    """Provide a Page of a browser that lives as long as the context."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # Chromium cannot confine itself as root. It sees this machine's two servers only.
        alone = ["--no-sandbox"] if os.geteuid() == 0 else []
        command = [program, f"--user-data-dir={profile}", *alone, *OPTIONS]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with running(command, env={**os.environ, "TMPDIR": profile}, **quiet):
            yield Page(_address(Path(profile) / "DevToolsActivePort"))


def _address(file):
    """The address of the first page's debugging socket."""
    until(lambda: file.exists() and len(file.read_text().splitlines()) > 1, "the browser")
    port = file.read_text().splitlines()[0]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
        pages = json.load(answer)
    return next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")


def until(condition, what, seconds=PATIENCE):
    """Wait until the condition holds; return what it said."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.1)
    return found


class Page:
    """One tab: open, click, wait, take a picture. Selectors are CSS."""

    def __init__(self, address):
        self._socket = websocket.create_connection(address, timeout=PATIENCE)
        self._last = 0
        self.resize(HEIGHT)

    def send(self, method, **parameters):
        """Call a method of the debugging protocol and return its result."""
        self._last += 1
        self._socket.send(json.dumps({"id": self._last, "method": method, "params": parameters}))
        while (answer := json.loads(self._socket.recv())).get("id") != self._last:
            pass  # an event
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def resize(self, height, width=WIDTH):
        """Give the window a size, in the browser's own pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": SCALE}
        self.send("Emulation.setDeviceMetricsOverride", mobile=False, **size)

    def run(self, script):
        """Run JavaScript, wait for its promise, return its value."""
        result = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{script}: {result['exceptionDetails']['exception'].get('description')}")
        return result["result"].get("value")

    def open(self, address):
        self.run("window.formerPage = true")
        self.send("Page.navigate", url=address)
        self.wait_for("!window.formerPage && document.readyState === 'complete'")

    def wait_for(self, condition):
        """Wait until a JavaScript condition holds, also across a change of page."""

        def holds():
            with contextlib.suppress(RuntimeError):
                return self.run(condition)

        until(holds, condition)

    def see(self, selector):
        self.wait_for(f"!!document.querySelector({json.dumps(selector)})")

    def click(self, selector):
        """Click as soon as it is there, in one step: the page may be drawn anew at any moment."""
        self.wait_for(f"(seen => seen && (seen.click(), true))(document.querySelector({json.dumps(selector)}))")

    def take(self, file):
        """Keep a picture of what is seen, as a small PNG."""
        self.run("document.activeElement?.blur()")
        self.run("document.fonts.ready.then(() => new Promise(done => setTimeout(done, 800)))")
        shot = base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])
        picture = Image.open(io.BytesIO(shot)).convert("RGB")
        small = picture.quantize(COLORS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        file.parent.mkdir(parents=True, exist_ok=True)
        small.save(file, optimize=True)
        print(f"{file.name}: {picture.width} × {picture.height}, {file.stat().st_size / 1000:.0f} kB", flush=True)
