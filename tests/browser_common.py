import json
from pathlib import Path

from .browser_kept import BrowserCommon, KeptBrowser

SCRIPTS = Path(__file__).parent / "browser"
# The scripts one after the other, then what the page is to do.
LOADER = """
const load = (name) => new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), {src: `/payg_test/${name}`});
    script.onload = done;
    script.onerror = () => failed(new Error(`${name} was not loaded`));
    document.head.append(script);
});
%s.reduce((before, name) => before.then(() => load(name)), Promise.resolve())
    .then(() => %s(...%s))
    .then((lines) => {
        if (lines?.length) {
            console.error(`${lines.length} complaints:\\n${lines.join("\\n")}`);
        } else {
            console.log("test successful");
        }
    })
    .catch((error) => console.error(error.message));
"""
# The page itself looks whether it is ready, and is not asked all the time.
READY = """new Promise((done) => {
    const look = () => (window.odoo?.isReady && odoo.__WOWL_DEBUG__ ? done(true) : setTimeout(look, 20));
    look();
})"""
# What `Input.dispatchKeyEvent` is told of keys that are no characters: the key's code, and the text it types.
NAMED_KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), "Escape": (27, ""), "Space": (32, " "), "ArrowDown": (40, "")}
ALT = 1


class ScriptedCommon(BrowserCommon):
    """A page of the web client in which a script of `tests/browser` is at work."""

    def run_script(self, user, path, scripts, function, *arguments, **options):
        """Open a page and call a function there, which may return complaints.

        :param dict scripts: files by the names under which the page loads them, in this order
        :return: what the function left in ``window.left``
        """
        scripts = {"page.js": SCRIPTS / "page.js", **scripts}
        for name, file in scripts.items():
            self.serve(name, file)
        call = LOADER % (json.dumps(list(scripts)), function, json.dumps(arguments, default=str))
        self.browser_js(path, call, ready=READY, login=user.login, **options)
        self.env.invalidate_all()
        return self.browsers[self.touch_enabled].left

    def serve(self, name, file):
        """Have the page find a script under /payg_test/."""
        url = f"/payg_test/{name}"
        if not self.env["ir.attachment"].search_count([("url", "=", url)], limit=1):
            vals = {"name": name, "url": url, "raw": file.read_bytes(), "mimetype": "text/javascript"}
            self.env["ir.attachment"].create({**vals, "type": "binary", "public": True})


class KeyboardBrowser(KeptBrowser):
    """A browser that presses a key of the real keyboard when its page asks for it on the console."""

    ASKED = "press a key: "

    def _handle_console(self, type, args=None, **kw):  # pylint: disable=redefined-builtin
        text = str(args[0].get("value")) if args else ""
        if not text.startswith(self.ASKED):
            return super()._handle_console(type, args, **kw)
        event = self._prepare_key_event(text.removeprefix(self.ASKED))
        self._websocket_send("Input.dispatchKeyEvent", params={**event, "type": "keyDown"})
        self._websocket_send("Input.dispatchKeyEvent", params={**event, "type": "keyUp", "text": ""})
        return None

    @staticmethod
    def _prepare_key_event(asked):
        """As `Input.dispatchKeyEvent` takes it: a character, the name of a key, or Alt and a character."""
        key = asked.removeprefix("Alt+") if len(asked) > 1 else asked
        alt = key != asked
        number, text = NAMED_KEYS.get(key) or (ord(key.upper()), key)
        return {
            "key": " " if key == "Space" else key,
            "code": f"Key{key.upper()}" if len(key) == 1 and key.isalpha() else key,
            "windowsVirtualKeyCode": number,
            "modifiers": ALT if alt else 0,
            "text": "" if alt else text,
        }


class KeyboardCommon(ScriptedCommon):
    """Somebody who has a keyboard, and no mouse."""

    browser_class = KeyboardBrowser

    def by_keyboard(self, user, path, flow, *arguments):
        """Do a flow of `keyboard.js` on a page."""
        scripts = {"keyboard.js": SCRIPTS / "keyboard.js", "flows.js": SCRIPTS / "flows.js"}
        self.run_script(user, path, scripts, f"flows.{flow}", *arguments, timeout=120)
