"""The pages of the bulk status, kept as bytes: a million units are served without building a million rows again."""

import json


class StatusPages:
    """Caches pages of one size once preserialise() was called; a unit that changes loses its page."""

    def __init__(self, fleet, cap):
        self._fleet, self._cap = fleet, cap
        self._size, self._kept = None, {}
        fleet.on_change = self._forget

    def preserialise(self, size):
        """Build every page of `size` units now and keep them."""
        self._size = min(size, self._cap)
        for page in range(1, -(-len(self._fleet) // self._size) + 1):
            self._keep(page)

    def body(self, page, size, user):
        """The JSON of a page. No total: the last page is the empty one."""
        if user.visibility != "GLOBAL":
            return self._build([unit for unit in self._fleet.order if user.sees(unit)], page, size)
        if size != self._size:
            return self._build(self._fleet.order, page, size)
        return self._kept.get(page) or self._keep(page)

    def _keep(self, page):
        # Under the fleet's lock, so that a unit that changes meanwhile is not kept as it was.
        with self._fleet.lock:
            body = self._build(self._fleet.order, page, self._size)
            if page <= -(-len(self._fleet) // self._size):
                self._kept[page] = body
        return body

    def _forget(self, unit):
        if self._size:
            self._kept.pop(unit.index // self._size + 1, None)

    @staticmethod
    def _build(units, page, size):
        rows = [unit.as_status() for unit in units[(page - 1) * size : page * size]]
        return json.dumps({"status": "success", "message": "enable_histories retrieved", "data": rows}).encode()
