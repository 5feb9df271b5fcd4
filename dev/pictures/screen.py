"""What a person sees of Odoo and of the simulator in the browser, and the picture of it."""

import json
import urllib.request
from pathlib import Path

from .browser import until

# What the README and the app's own page show; the other screens are shown by doc/screens.md alone.
APP = {
    *("getting-started", "crm-config", "preview", "preview-pivot", "run", "simulator", "unit-switching-off", "units"),
    *("unit-off", "home", "mark-erp-enable-sync", "connection", "scheduled-action"),
    *("assign-stock", "custody", "customer", "account", "mismatches", "recorded-in-time"),
}
GROUPS = "[...document.querySelectorAll('.o_group_header .o_group_name')]"
SERVICES = "odoo.__WOWL_DEBUG__.root.env.services"
QUIET = "!document.querySelector('.o_blockUI, .o_loading_indicator')"
SIMULATOR_WIDTH = 1560  # its table has long lines
PATIENCE = 120  # seconds for what a scheduled action does


class Screen:
    """Odoo for whoever is logged in. `where` names the addresses, the database and the folders of the pictures."""

    def __init__(self, page, where):
        self.page = page
        self.where = where
        self.see, self.click, self.run, self.resize = page.see, page.click, page.run, page.resize
        self.wait_for = page.wait_for

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
        self._forget()
        self.page.open(f"{self.where['odoo']}/odoo/{path}")
        self.see(".o_action_manager .o_action .o_content")
        self.wait_for(QUIET)

    def _forget(self):
        """Forget what Odoo keeps in the browser: it shows that first, and draws anew when the server says otherwise.

        What was clicked until then, such as the boxes of a list, is lost.
        """
        self.page.open("about:blank")
        self.page.send("Storage.clearDataForOrigin", origin=self.where["odoo"], storageTypes="indexeddb")

    def open_record(self, path, model, domain, height=800):
        """Open the form of the first such record; return it."""
        record = self.wait_for_record(model, domain, "id")
        self.open(f"{path}/{record['id']}", height)
        self.see(".o_form_view .o_field_widget")
        return record["id"]

    def unit(self, number):
        """The id of a unit of the demo, by the end of its serial number."""
        return self.wait_for_record("payg.control.unit", [["name", "=", f"BB17SMART-1501{number:02d}"]], "id")["id"]

    def partner(self, name):
        """The id of a contact of the demo."""
        return self.wait_for_record("res.partner", [["name", "=", name]], "id")["id"]

    def ask(self, wizard, **defaults):
        """Open one of our wizards over what is seen, filled in."""
        options = {"additionalContext": {f"default_{name}": value for name, value in defaults.items()}}
        action = json.dumps(f"payg_control_unit.{wizard}_action")
        self.run(f"{SERVICES}.action.doAction({action}, {json.dumps(options)}).then(() => null)")
        self.see(".modal .o_form_view .o_field_widget")

    def take_wizard(self, name, wizard, **defaults):
        """Keep a picture of a wizard that tells what it will do, and close it again."""
        self.ask(wizard, **defaults)
        self.see(".modal .alert .o_field_widget[name=summary]")
        self.take(name)
        self.close_dialog()

    def close_dialog(self):
        """Close the dialog: one that was filled in is saved as its page is left, whoever logs in meanwhile."""
        self.click(".modal .btn-close")
        self.wait_for("!document.querySelector('.modal')")

    def words(self):
        """The address of the page and the words on it, for whoever wonders what did not come."""
        return self.run("[location.href, document.body.innerText]")

    def menu_name(self, xmlid):
        """What one of our menus is called in the user's language."""
        menu = f"{SERVICES}.menu.getAll().find(menu => menu.xmlid === 'payg_control_unit.{xmlid}')"
        return self.run(f"{menu}.name").strip()

    def unfold(self, up_to=5):
        """Unfold the groups of a list that have few records."""
        self.see(".o_group_header")
        few = rf"Number(name.textContent.match(/\((\d+)\)/)?.[1]) <= {up_to}"
        self.run(f"{GROUPS}.filter(name => {few}).forEach(name => name.click())")
        self.see(".o_data_row")

    def open_page(self, name):
        """Turn to a page of the form's notebook."""
        self.click(f".o_notebook_headers [name={name}]")
        self.see(f".o_notebook_headers [name={name}].active")

    def open_report(self, name, record_id, height=900):
        """Open what would be printed."""
        self.resize(height)
        self.page.open(f"{self.where['odoo']}/report/html/payg_control_unit.{name}/{record_id}")

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
        self.wait_for(QUIET)
        self.page.take(Path(self.where["app_folder" if name in APP else "folder"]) / f"{name}.png")
