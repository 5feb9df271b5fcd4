from concurrent.futures import Future, wait

from odoo.tests import HttpCase, common
from odoo.tests.common import ChromeBrowser, ChromeBrowserException

BLANK = "about:blank"


class KeptBrowser(ChromeBrowser):
    """A browser that the tests of a class use one after the other.

    To start one, and to have it read the whole web client anew, takes longer than many a test. Nothing of a test is
    left to the next one but what was fetched over HTTP; after one that failed the browser is closed.
    """

    closed = False
    left = None  # what the last page left in `window.left`

    def __init__(self, test_case, **options):
        super().__init__(test_case, **options)
        self._handlers["Page.javascriptDialogOpening"] = self._handle_dialog

    def begin(self, test_case, success_signal):
        """Be the browser of another test, as if it had just been started for it."""
        self.test_case, self._logger = test_case, test_case._logger
        self.success_signal = success_signal
        self._result, self.error_checker, self.had_failure = Future(), None, False
        width, height = (int(size) for size in test_case.browser_size.replace("x", ",").split(","))
        size = {"mobile": False, "width": width, "height": height, "deviceScaleFactor": 1}
        self._websocket_request("Emulation.setDeviceMetricsOverride", params=size)

    def stop(self):
        """The end of a test: leave its page, and forget it."""
        passed = self._result.done() and not self._result.exception() and not self.had_failure
        try:
            if passed:
                self._leave()
        except (ChromeBrowserException, TimeoutError):
            passed = False
        if not passed:
            self.quit()

    def _leave(self):
        wait(self._responses.values(), 10)
        asked = {"expression": "sessionStorage.clear(), window.left", "returnByValue": True}
        self.left = self._websocket_request("Runtime.evaluate", params=asked)["result"].get("value")
        self._websocket_request("Page.stopLoading")
        self._websocket_request("Page.navigate", params={"url": BLANK})
        origin = {"origin": self.test_case.base_url(), "storageTypes": "all"}
        self._websocket_request("Storage.clearDataForOrigin", params=origin)

    def _handle_dialog(self, type, **kw):  # pylint: disable=redefined-builtin
        """Nobody needs what was begun in a form, which its page asks about before it is left."""
        if type == "beforeunload":
            self._websocket_send("Page.handleJavaScriptDialog", params={"accept": True})

    def quit(self):  # pylint: disable=missing-return
        if not self.closed:
            self.closed = True
            super().stop()  # pylint: disable=super-method-mismatch


class BrowserCommon(HttpCase):
    """Tests that share a browser; those that touch the screen have one of their own."""

    browser_class = KeptBrowser

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browsers = {}
        cls.addClassCleanup(cls._quit_browsers)

    def setUp(self):
        super().setUp()
        self.patch(common, "ChromeBrowser", self._browser_for)

    @classmethod
    def _quit_browsers(cls):
        for browser in cls.browsers.values():
            browser.quit()

    @classmethod
    def _browser_for(cls, test_case, success_signal, **options):
        browser = cls.browsers.get(test_case.touch_enabled)
        if browser and not browser.closed:
            browser.begin(test_case, success_signal)
        else:
            browser = cls.browser_class(test_case, success_signal=success_signal, **options)
            cls.browsers[test_case.touch_enabled] = browser
        return browser
