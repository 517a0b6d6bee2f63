from kezhi import Plugin, acting_user, hookimpl

ENTERED = {}  #: the register of this example: number of a complaint → number of its dispute


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "complaints": ">=0.1"}

    @hookimpl(optionalhook=True)
    def complaint_dispute(self, number, customer_id):
        may_enter = number not in ENTERED and acting_user().can("customers.write")
        return {"number": ENTERED.get(number, ""), "url": "", "may_enter": may_enter}

    @hookimpl(optionalhook=True)
    def enter_complaint_dispute(self, number, customer_id, happened_on, subject):
        ENTERED[number] = f"D-{len(ENTERED) + 1}"
        return ENTERED[number]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def grave(customer):
    """A complaint of a customer that was judged valid and grave."""
    from kezhi import writing
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND

    with writing():
        heard = {"complainant": "Wang", "phone": "13900017718", "subject": "Short by 12", "course": "36 of 48 came."}
        lists = {f"{name}_id": services.entries(name)[0]["id"] for name in (KIND, CHANNEL)}
        complaint = services.register({**heard, **lists, "customer_id": customer})
        complaint.validity, complaint.severity = "valid", "grave"
        return complaint.id


def check(customer):
    from kezhi_complaints import services
    from kezhi_complaints.services.disputing import offered

    case = grave(customer)
    assert offered(services.complaint_by_id(case)) == {"number": "", "url": "", "may_enter": True}
    assert services.enter_dispute(case) == "D-1"
    assert offered(services.complaint_by_id(case))["number"] == "D-1"


def gone(customer):
    from kezhi_complaints import services
    from kezhi_complaints.services.disputing import offered

    assert offered(services.complaint_by_id(grave(customer))) is None, "nobody keeps disputes"
