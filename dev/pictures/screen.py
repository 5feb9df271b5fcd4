"""What a person sees of Odoo and of the simulator in the browser, and the picture of it."""

import json
import urllib.request
from pathlib import Path

from .browser import until

QUIET = "!document.querySelector('.o_blockUI, .o_loading_indicator')"
SIMULATOR_WIDTH = 1560  # its table has long lines
PATIENCE = 120  # seconds for what a scheduled action does


class Screen:
    """Odoo for whoever is logged in. `where` names the addresses, the database and the folder of the pictures."""

    def __init__(self, page, where):
        self.page = page
        self.where = where
        self.see, self.click, self.run, self.resize = page.see, page.click, page.run, page.resize

    def log_in(self, login):
        """Log in as a user of the demo, whose password is the login."""
        self.page.send("Network.clearBrowserCookies")
        self.page.open(f"{self.where['odoo']}/web/health")
        self.call("/web/session/authenticate", {"db": self.where["database"], "login": login, "password": login})

    def call(self, path, parameters):
        """Call Odoo as the user who is logged in."""
        body = json.dumps({"jsonrpc": "2.0", "params": parameters})
        options = f"{{method: 'POST', headers: {{'Content-Type': 'application/json'}}, body: {json.dumps(body)}}}"
        answer = self.run(f"fetch({json.dumps(path)}, {options}).then(answer => answer.json())")
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["message"])
        return answer["result"]

    def find(self, model, domain, *fields):
        """Return the records that the user may see."""
        parameters = {"model": model, "method": "search_read", "args": [domain, list(fields)], "kwargs": {}}
        return self.call(f"/web/dataset/call_kw/{model}/search_read", parameters)

    def wait_for_record(self, model, domain, *fields):
        """Wait until the user sees such a record, and return it."""
        return until(lambda: self.find(model, domain, *fields), f"{model} {domain}", PATIENCE)[0]

    def open(self, path, height=800):
        """Open a screen of Odoo's in a window of that height, and wait until it is there."""
        self.resize(height)
        self.page.open(f"{self.where['odoo']}/odoo/{path}")
        self.see(".o_action_manager .o_action .o_content")
        self.page.wait_for(QUIET)

    def open_simulator(self, query):
        """Open the simulator's status page."""
        self.resize(760, SIMULATOR_WIDTH)
        self.page.open(f"{self.where['simulator']}/{query}")

    def simulate(self, path, **asked):
        """Drive the simulator."""
        kind = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.where['simulator']}/sim/{path}", json.dumps(asked).encode(), kind)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def take(self, name):
        """Keep a picture of what is seen."""
        self.page.wait_for(QUIET)
        self.page.take(Path(self.where["folder"]) / f"{name}.png")
