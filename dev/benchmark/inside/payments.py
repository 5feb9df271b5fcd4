"""Customers' payments in a mobile-money journal, as drafts, then posted; also where the addon is not installed."""

from time import perf_counter, process_time

from .fleet import tidy

SHARED = 3  # payments of a customer
JOURNAL = "BENCH"
TABLES = ("account_payment", "res_partner", "account_move", "account_move_line")


def prepare(env, number):
    """Make customers, an account of each where there are accounts, and draft payments of them."""
    journal = env["account.journal"].create({"name": "Bench mobile money", "code": JOURNAL, "type": "bank"})
    names = [{"name": f"Payer {n}"} for n in range(-(-number // SHARED))]
    partners = env["res.partner"].create(names)
    accounts = _accounts(env, journal, partners)
    common = {"journal_id": journal.id, "payment_type": "inbound", "partner_type": "customer"}
    payments = env["account.payment"].create(
        [
            {
                **common,
                "amount": 7 + n % 11,
                "partner_id": partners[n % len(partners)].id,
                "memo": f"Bench {n}",
                **({"cu_account_id": accounts[n % len(partners)].id} if accounts else {}),
            }
            for n in range(number)
        ]
    )
    env.cr.commit()
    tidy(env, (*TABLES, "payg_account") if accounts else TABLES)
    return len(payments)


def _accounts(env, journal, partners):
    if "payg.account" not in env:
        return None
    journal.cu_is_payg = True
    return env["payg.account"].create([{"partner_id": partner.id, "daily_rate": 3} for partner in partners])


def post(env, number, batch, by_reference=False):
    """Post payments batch by batch, each its own transaction, as requests are."""
    domain = [("journal_id.code", "=", JOURNAL), ("state", "=", "draft")]
    payments = env["account.payment"].search(domain, order="id", limit=number)
    if by_reference:
        _forget(payments)
    ids, seconds, cpu, queries = payments.ids, 0, 0, 0
    payments[:1].read()  # the caches of a fresh process
    env.invalidate_all()
    for begin in range(0, number, batch):
        started = perf_counter(), process_time(), env.cr.sql_log_count
        env["account.payment"].browse(ids[begin : begin + batch]).action_post()
        env.cr.commit()
        seconds += perf_counter() - started[0]
        cpu += process_time() - started[1]
        queries += env.cr.sql_log_count - started[2]
        env.invalidate_all()
    _check(env, ids)
    return {"seconds": seconds, "cpu": cpu, "queries": queries}


def _forget(payments):
    """Leave nothing of customer and account but the account's number in the memo."""
    for payment in payments:
        payment.memo = f"light {payment.cu_account_id.name} thank you"
    payments.write({"partner_id": False, "cu_account_id": False})
    payments.env.cr.commit()


def _check(env, ids):
    """Every payment is posted, and where there are accounts, counted once."""
    if env["account.payment"].search_count([("id", "in", ids), ("state", "not in", ("in_process", "paid"))]):
        raise RuntimeError("not all payments were posted")
    if "payg.account" in env:
        rows = env["payg.ontime.transaction"].search([("payment_id", "in", ids)])
        if sorted(rows.payment_id.ids) != sorted(ids) or len(rows) != len(ids):
            raise RuntimeError("not every payment was counted once")
