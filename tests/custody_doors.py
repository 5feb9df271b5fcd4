class CustodyDoors:
    """What people who work in stock do with units, in plain Odoo, without a role of ours; see ``CustodySteps``."""

    def places_of(self, *kinds):
        return sorted(key for key, place in self.model.places.items() if place.kind in kinds)

    def one_place(self, random):
        kind = random.choice(
            (
                "shop",
                "shop",
                "technician",
                "technician",
                "customer",
                "customer",
                "customer",
                "repair",
                "supplier",
                "transit",
                "lost",
            )
        )
        return random.choice(self.places_of(kind))

    def plain_transfer(self, random):
        """A transfer from where the serial lies; when it lies nowhere, from the supplier."""
        name = self.one(random, lambda unit: unit.location)
        source = self.model.units[name].location or random.choice(self.places_of("supplier"))
        self.take_transfer(random, name, source, self.one_place(random))

    def way_of_every_day(self, random):
        """From the shop to a van or a customer, from a van to a customer or the shop, and back from anywhere."""
        name = self.one(random, lambda unit: unit.location)
        source = self.model.units[name].location
        ways = {"shop": ("technician", "customer", "shop"), "technician": ("customer", "shop"), "customer": ("shop",)}
        if source:
            kinds = ways.get(self.model.places[source].kind, ("shop",))
            self.take_transfer(random, name, source, random.choice(self.places_of(random.choice(kinds))))

    def wrong_transfer(self, random):
        """A transfer from somewhere else: the stock then says that the serial is in two places."""
        name = self.one(random, lambda unit: unit.location)
        self.take_transfer(random, name, self.one_place(random), self.one_place(random))

    def take_transfer(self, random, name, source, dest):
        kinds = self.model.places[source].kind, self.model.places[dest].kind
        partner = self.customer(random) if kinds[1] == "customer" and random.random() < 0.8 else None
        if source != dest:
            self.both(
                "{} to {}".format(*kinds),
                lambda: self.model.move(name, dest, partner and partner.id, source=source),
                lambda: self.case.plain_transfer(name, source, dest, partner),
            )

    def edit_location(self, random):
        """*Location* on the form of a serial number."""
        name = self.one(random, lambda unit: unit.location)
        source, dest = self.model.units[name].location, self.one_place(random)
        # Of a serial that was counted out twice, plain Odoo moves both.
        if source and source != dest and self.model.units[name].quantities[source] == 1:
            lot = self.unit(name, "stock").lot_id
            self.both(
                "edit location",
                lambda: self.model.move(name, dest, inventory=True),
                lambda: lot.write({"location_id": dest}),
            )

    def adjust_in(self, random):
        name = self.one(random, lambda unit: not unit.location)
        place = random.choice(self.places_of("shop", "shop", "technician", "repair"))
        self.take_adjust(name, place, 1)

    def adjust_out(self, random):
        name = self.one(random, lambda unit: unit.places)
        places = sorted(set(self.model.units[name].places) & {*self.places_of("shop", "technician", "repair")})
        if places:
            self.take_adjust(name, random.choice(places), 0)

    def take_adjust(self, name, place, quantity):
        lost, has = self.case.adjusted.id, self.model.units[name].quantities[place]
        source, dest = (lost, place) if quantity > has else (place, lost)
        if abs(quantity - has) == 1:
            self.both(
                "adjust in" if quantity else "adjust out",
                lambda: self.model.move(name, dest, source=source, quiet=True, inventory=True),
                lambda: self.case.adjust(name, place, quantity),
            )

    def edit_done_line(self, random):
        """The serial of what was done last with a unit is put right."""
        name = self.one(random, lambda unit: unit.moves)
        move = self.model.units[name].last
        new = self.one(random, lambda unit: move and unit.location == move.source)
        if move and new != name and not self.is_twice(new, move):
            self.take_edit(name, move, new, {"lot_id": self.unit(new).lot_id.id})

    def undo_done_line(self, random):
        """What was done last with a unit was not done at all: the done quantity is set to 0."""
        name = self.one(random, lambda unit: unit.moves)
        move = self.model.units[name].last
        if move:
            self.take_edit(name, move, None, {"quantity": 0})

    def take_edit(self, name, move, new, change):
        line = self.case.env["stock.move.line"].browse(self.lines[move.key])
        self.both(
            "undo done line" if new is None else "edit done line",
            lambda: self.model.edit(name, new),
            lambda: line.with_user(self.case.people["stock"]).write(change),
        )

    def is_twice(self, name, move):
        """Whether plain Odoo, which does not look, would have the serial twice in a place after such an edit."""
        quantities = self.model.units[name].quantities
        return quantities[move.dest] > 0 or quantities[move.source] < 0
