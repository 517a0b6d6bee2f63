"""pytest file: destroy one big customer, print seconds"""
import time, pytest
from tests.unit.test_destruction import *
from tests.unit.test_destruction import office
from kezhi import bulk_write
from kezhi.builtin.destruction.services import executing as ex
pytestmark = pytest.mark.services
@pytest.mark.timeout(1500)
def test_big(site, office, statements):
    t=time.time()
    from kezhi import tables
    import cProfile, pstats
    c = with_everything("嘉兴大大标记五金厂", 500)
    with writing():
        for at in range(9500): audit_record("test.entry","customer",c,at=at)
    # other people's rows: what the last look goes through
    from kezhi.builtin.customers.models import Customer, CustomerChange
    other = enter(name="别家商贸有限公司")
    from kezhi.builtin.tasks.models import Notice
    from sqlalchemy import insert
    with writing():
        db.session.execute(insert(Notice), [dict(user_id=office['clerk'].id, kind="x", text={"zh":f"第{i}条通知，请查看客户资料","en":"x"}, subject={"zh":f"别家商贸{i}"}, reference="", created_at=clock.now()) for i in range(100_000)])
    print("built", time.time()-t)
    p = proposed(office, c).id; signed(office, p)
    for name in ("subject_of","cross_out","_places","erase_file","leave_no_trace","certificate"):
        def wrap(f=getattr(ex,name), name=name):
            def g(*a, **k):
                t=time.time(); r=f(*a,**k); print("   ",name, round(time.time()-t,2)); return r
            return g
        setattr(ex,name,wrap())
    t=time.time()
    with statements() as told: execute_proposal(p)
    print("RESULT", round(time.time()-t,2), "s", len(told.texts), "statements", outcomes(p))
    print(db.session.scalar(select(Item.rows)))
