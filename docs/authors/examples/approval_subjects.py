from hashlib import sha256

from kezhi import Plugin, hookimpl


def digest(request):
    """Of what is proposed, computed anew at every signature: it must equal the one that was put up."""
    return sha256(request.snapshot["region"].encode()).hexdigest()


def apply(request):
    """Make it effective, in the last signature's transaction."""
    from kezhi.builtin.customers.services import customer_by_id, update_customer

    customer = customer_by_id(int(request.reference))
    update_customer(customer.id, customer.version, {"region": request.snapshot["region"]})


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "approvals": ">=0.1"}

    @hookimpl(optionalhook=True)
    def approval_subjects(self):
        from kezhi.builtin.approvals.contributions import Step, SubjectKind

        def nothing(request, outcome):
            """There is nothing to tidy up when it is refused."""

        shipped = (Step({"zh": "审批", "en": "Approval"}, role="sales-director"),)  # until the company has its own flow
        return [SubjectKind("example.region", "Move to a region", digest, apply, nothing, steps=lambda: shipped)]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(add_person, customer):
    from kezhi import acting_as
    from kezhi.builtin.approvals.contributions import Proposal
    from kezhi.builtin.approvals.services import propose, sign
    from kezhi.builtin.customers.services import customer_by_id

    title, signed = {"zh": "划区", "en": "Move"}, sha256(b"west").hexdigest()
    request = propose(Proposal("example.region", str(customer), title, signed, snapshot={"region": "west"}))
    assert customer_by_id(customer).region == ""  # nothing changes before it is signed
    with acting_as(add_person("sun", "sales-director")):
        sign(request.id)
    assert customer_by_id(customer).region == "west"


def gone():
    from kezhi.builtin.approvals.subjects import find_subject

    assert find_subject("example.region") is None
