from kezhi import Plugin, Refused, hookimpl

ENTERED = {}  #: the register of this example: number of a complaint → number of its dispute


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "complaints": ">=0.1"}

    @hookimpl(optionalhook=True)
    def complaint_dispute(self, number, customer_id):
        return {"number": ENTERED.get(number, ""), "url": "", "may_enter": number not in ENTERED}

    @hookimpl(optionalhook=True)
    def enter_complaint_dispute(self, number, customer_id, happened_on, subject):
        """Numbers follow the complaint's; a dispute about nothing is none."""
        if "nothing" in subject:
            raise Refused("Say what the dispute is about.")
        ENTERED[number] = number.replace("TS", "D")
        return ENTERED[number]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def grave(customer, subject="Short by 12"):
    """A complaint of a customer that was judged valid and grave."""
    from kezhi import writing
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND

    with writing():
        heard = {"complainant": "Wang", "phone": "13900017718", "subject": subject, "course": "36 of 48 came."}
        lists = {f"{name}_id": services.entries(name)[0]["id"] for name in (KIND, CHANNEL)}
        complaint = services.register({**heard, **lists, "customer_id": customer})
        complaint.validity, complaint.severity = "valid", "grave"
        return complaint.id


def check(customer):
    import pytest

    from kezhi_complaints import services

    case, other = grave(customer), grave(customer, "nothing")
    number = services.complaint_by_id(case).number
    assert services.enter_dispute(case) == number.replace("TS", "D")
    assert [event.kind for event in services.events_of(case)] == ["registered", "noted"], "it is on record there, too"
    with pytest.raises(Refused):
        services.enter_dispute(case)  # once only
    with pytest.raises(Refused):
        services.enter_dispute(other)
    assert [event.kind for event in services.events_of(other)] == ["registered"]


def gone(customer):
    import pytest

    from kezhi import NotFound
    from kezhi_complaints import services

    with pytest.raises(NotFound):
        services.enter_dispute(grave(customer))
