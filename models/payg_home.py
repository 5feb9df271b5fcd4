from ast import literal_eval

from odoo import api, fields, models
from odoo.addons.web.controllers.utils import clean_action
from odoo.exceptions import AccessError
from odoo.tools import groupby

from ..duration import moment_text
from ..vocabulary import labels
from .payg_home_tiles import GRAPHS, TILES

_GROUP = "payg_control_unit.payg_control_unit_group_%s"
_ROLES = ("technician", "shop_manager", "operator")
# The states of a connection, the best first.
_CONNECTION_COLORS = {"ok": "success", "new": "info", "paused": "warning", "broken": "warning", "stopped": "danger"}


class PaygHome(models.AbstractModel):
    """*Home*: numbers that somebody should look at, each with the list behind it, and the fleet by its states.

    What there is to see is declared in ``payg_home_tiles``. Numbers are those of the user's own lists: access rights,
    record rules and the chosen companies apply.
    """

    _name = "payg.home"
    _description = "Control Units Home"

    # ------------------------------------------------------------------
    # What the screen shows
    # ------------------------------------------------------------------
    @api.model
    def read_home(self):
        """Every number of the screen: one query a tile that counts, one for the graphs of a model.

        :return: dict of ``tiles`` (one that is ``lazy`` has no number yet, see ``read_tile``), ``graphs``, ``guided``
            (whether Getting Started is unfinished) and ``as_of`` (UTC)
        :raise AccessError: no role
        """
        self._check_role()
        return {
            "tiles": [self._tile_words(t) if t.lazy else self._tile(t) for t in self._mine(TILES)],
            "graphs": self._graphs(self._mine(GRAPHS)),
            "guided": self.env["payg.setup"]._is_open(),
            "as_of": fields.Datetime.now(),
        }

    @api.model
    def _check_role(self):
        if not self._has_role(_ROLES):
            raise AccessError(self.env._("Control Units is for people who have a role in it."))

    def _has_role(self, roles):
        return any(self.env.user.has_group(_GROUP % role) for role in roles)

    def _mine(self, declared):
        """Those of the declared tiles or graphs that are for the current user."""
        return [one for one in declared if self._has_role(one.roles)]

    # ------------------------------------------------------------------
    # Tiles
    # ------------------------------------------------------------------
    @api.model
    def read_tile(self, key):
        """A tile with its number, as in ``read_home``.

        :param str key: as ``read_home`` names it
        :raise AccessError: the user has no such tile
        """
        return self._tile(self._one_of(TILES, key))

    def _tile(self, tile):
        figures = getattr(self, tile.method)() if tile.method else self._count(tile)
        return {**self._tile_words(tile), "busy": False, **figures, "lazy": False}

    def _tile_words(self, tile):
        return {"key": tile.key, "label": str(tile.label), "hint": str(tile.hint), "lazy": tile.lazy}

    def _count(self, tile):
        """How many there are, and the oldest moment among them."""
        aggregates = ["__count", f"{tile.since}:min"] if tile.since else ["__count"]
        [(count, *oldest)] = self.env[tile.model]._read_group(list(tile.domain), [], aggregates)
        return {
            "value": count,
            "color": tile.color if count else "success",
            "since": oldest[0] if count and oldest else False,
        }

    def _tile_connection(self):
        """How the connections are; the worst, where several companies are chosen."""
        states = list(_CONNECTION_COLORS)
        clients = self.env["smart.solar.client"].search([("company_id", "in", self.env.companies.ids)])
        if not clients:
            return {"text": self.env._("None yet"), "hint": self.env._("Nothing is read or sent"), "color": "info"}
        worst = max(clients, key=lambda client: states.index(client.state))
        words = labels(clients, "state")
        work = next(filter(None, (client._work_words() for client in clients)), "")
        answer = self.env._("Last answer %s", self._at(worst.last_ok_at)) if worst.last_ok_at else ""
        trouble = worst.last_error or worst.last_pull_error
        color = "warning" if worst.state == "ok" and trouble else _CONNECTION_COLORS[worst.state]
        return {"text": words[worst.state], "hint": trouble or work or answer, "color": color, "busy": bool(work)}

    def _tile_next_run(self):
        config = self.env["payg.crm.config"]._of(self.env.company)
        if not config.disable_by_default:
            return {"text": self.env._("Off"), "hint": self.env._("“Disable by default” is off"), "color": "info"}
        when = config.next_execution_date
        if not when:
            return {"text": self.env._("None"), "hint": self.env._("The scheduled action is off"), "color": "danger"}
        last = config.last_run_id
        if last._is_unfinished():
            return {"text": self.env._("At work"), "hint": last._work_words(), "color": "info", "busy": True}
        hint = self.env._("Last run %s", self._at(last.requested_at)) if last else self.env._("It has not run yet")
        return {"moment": when, "hint": hint, "color": "success"}

    def _at(self, moment):
        return moment_text(self.env, moment)

    # ------------------------------------------------------------------
    # Graphs
    # ------------------------------------------------------------------
    def _graphs(self, graphs):
        drawn = []
        for model, alike in groupby(graphs, key=lambda graph: graph.model):
            counts = self.env[model]._read_grouping_sets([], [[graph.field] for graph in alike], ["__count"])
            drawn += [self._graph(graph, dict(rows)) for graph, rows in zip(alike, counts, strict=True)]
        return drawn

    def _graph(self, graph, counts):
        """Bars in the order of the selection; what has no value comes last."""
        words = labels(self.env[graph.model], graph.field)
        words[False] = self.env._("Unknown")
        bars = [
            {"value": value, "label": label, "count": counts[value]}
            for value, label in words.items()
            if counts.get(value)
        ]
        return {"key": graph.key, "label": str(graph.label), "total": sum(counts.values()), "bars": bars}

    # ------------------------------------------------------------------
    # Clicks
    # ------------------------------------------------------------------
    @api.model
    def open_tile(self, key):
        """The list behind a tile, filtered by the tile's own filter.

        :param str key: as ``read_home`` names it
        :return: an action
        :raise AccessError: the user has no such tile
        """
        tile = self._one_of(TILES, key)
        action = self._action(tile.action)
        if tile.model:
            # Our filter instead of those that the list begins with otherwise.
            given = literal_eval(action["context"] or "{}")
            kept = {name: value for name, value in given.items() if not name.startswith("search_default_")}
            action["context"] = {**kept, **({f"search_default_{tile.filter}": 1} if tile.filter else {})}
        return clean_action(action, self.env)

    @api.model
    def open_bar(self, key, value):
        """The records behind a bar of a graph.

        :param str key: as ``read_home`` names the graph
        :param value: of the bar; false for what has none
        :return: an action
        :raise AccessError: the user has no such graph
        """
        graph = self._one_of(GRAPHS, key)
        words = labels(self.env[graph.model], graph.field)
        name = f"{graph.label}: {words.get(value) or self.env._('Unknown')}"
        domain = [(graph.field, "=", value if value in words else False)]
        action = {**self._action(graph.action), "name": name, "display_name": name, "domain": domain, "context": {}}
        return clean_action(action, self.env)

    def _one_of(self, declared, key):
        self._check_role()
        found = [one for one in self._mine(declared) if one.key == key]
        if not found:
            raise AccessError(self.env._("Your role does not have this on its home screen."))
        return found[0]

    def _action(self, xmlid):
        action = self.env.ref(xmlid)
        if action._name == "ir.actions.server":
            return action.run()
        return self.env["ir.actions.actions"]._for_xml_id(xmlid)

    # ------------------------------------------------------------------
    # The app
    # ------------------------------------------------------------------
    @api.model
    def _app_action(self):
        """The first screen of the app: Getting Started as long as it guides the user, then Home; the units
        that a technician has, who has no tiles."""
        if self.env["payg.setup"]._is_open():
            return self._action("payg_control_unit.payg_setup_action")
        if self._mine(TILES):
            return self._action("payg_control_unit.payg_home_action")
        return self._action("payg_control_unit.payg_assignment_action_mine")
