"""The credit rules of the simulator, against a small model written another way."""

from hypothesis import given
from hypothesis import strategies as st
from simulator import Clock, Fleet, Unit

steps = st.lists(
    st.one_of(
        st.tuples(st.just("payment"), st.integers(1, 500)),
        st.tuples(st.just("bad-payment"), st.integers(-500, -1)),
        st.tuples(st.just("zero-command"), st.just(0)),
        st.tuples(st.just("wait"), st.integers(0, 300)),
        st.tuples(st.just("connect"), st.none()),
        st.tuples(st.just("reset"), st.none()),
        st.tuples(st.just("again"), st.none()),
    ),
    max_size=30,
)


class Model:
    """One unit: what it holds, what waits for it, what was ever added and removed."""

    def __init__(self, start):
        self.left, self.waiting, self.ever, self.taken, self.finals = start, [], start, 0, []

    def accepts(self, category, value):
        return 0 not in self.waiting and not (category == "bad-payment" and self.taken - value > self.ever)

    def add(self, value):
        self.waiting.append(value)
        self.ever += max(value, 0)
        self.taken += max(-value, 0)

    def connect(self):
        for value in self.waiting:
            if value == 0:
                self.finals.append(self.left)
                self.left = 0
            self.left = max(0, self.left + value)
        self.waiting = []


@given(steps, st.integers(0, 1000))
def test_the_unit_ends_with_what_a_small_model_says(steps, start):
    fleet = Fleet(Clock(0, 0), connect_after=float("inf"))
    unit = fleet.add(Unit("1", "S", dcm=True), balance=start)
    model, ledger, used = Model(start), fleet.ledger, []
    for number, (what, value) in enumerate(steps):
        transaction, now = f"t{number}", fleet.clock.now()
        if what == "wait":
            fleet.clock.advance(value)
            model.left = max(0, model.left - value)
        elif what == "connect":
            fleet.connect("1")
            model.connect()
        elif what == "reset":
            told = ledger.reset(unit, transaction, now)
            assert told["outstanding_payments"] == sum(model.waiting)
            model.left, model.waiting = 0, []
        elif what == "again":
            assert not used or "transaction_id" in ledger.refusal(unit, 1, "payment", used[-1])
        else:
            refused = ledger.refusal(unit, value, what, transaction)
            assert bool(refused) == (not model.accepts(what, value))
            if not refused:
                ledger.add(unit, value, what, transaction, now)
                model.add(value)
                used.append(transaction)
        assert unit.balance(fleet.clock.now()) == model.left >= 0
        assert [c.value for c in ledger.pending("1")] == model.waiting
    assert [final["final_balance"] for final in ledger.finals] == model.finals


def test_after_a_zero_all_earlier_commands_are_void():
    fleet = Fleet(Clock(0, 0))
    unit = fleet.add(Unit("1", "S", dcm=True), balance=0)
    fleet.ledger.add(unit, 5, "payment", "a", 0)
    fleet.ledger.add(unit, 0, "zero-command", "z", 0)
    fleet.connect("1")
    assert [c.status for c in fleet.ledger.commands] == ["void", "acknowledged"]


def test_a_unit_with_its_own_credit_goes_dark_without_any_call():
    fleet = Fleet(Clock(0, 0))
    unit = fleet.add(Unit("1", "S", dcm=True), balance=100)
    assert unit.is_on(99) and not unit.is_on(100)
    assert unit.state == "enabled"
