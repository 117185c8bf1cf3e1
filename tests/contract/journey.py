"""Registers a service, rates it, acts on the work order, and reads it back, by a client that was generated from the contract."""

import os
import time
from datetime import datetime

from collector_client import AuthenticatedClient, Client
from collector_client.api.ratings import create_rating, get_link, get_rating_progress
from collector_client.api.register import register_services
from collector_client.api.work_orders import act_on_work_order, get_work_order, list_work_orders
from collector_client.models import (
    ActionRequestReach,
    Contact,
    Language,
    Level,
    Problem,
    RatingRequest,
    ServiceMode,
    ServiceRegistration,
    ServicesRequest,
    Stage,
    WorkOrderCause,
    WorkOrderEntryReach,
)

COLLECTOR = os.environ["COLLECTOR"]


def with_key(name):
    return AuthenticatedClient(base_url=COLLECTOR, token=os.environ[name])


def wants(answer):
    assert answer is not None and not isinstance(answer, Problem), answer
    return answer


service = ServiceRegistration(
    case_number="PY-2026-1",
    service_number=1,
    agency_code="11321000014216389W",
    agency_name="扬州市公安局",
    item_name="护照补发",
    region="321002",
    finished_at=datetime.fromisoformat("2026-11-20T15:04:05+08:00"),
    mode=ServiceMode.ONLINE,
    real_name=True,
)
registered = wants(register_services.sync(client=with_key("PORTAL_KEY"), body=ServicesRequest(services=[service])))
assert registered.rejected == [], registered.rejected
ticket = registered.tickets[0].ticket

anybody = Client(base_url=COLLECTOR)
link = wants(get_link.sync(ticket, client=anybody))
rating = RatingRequest(
    ticket=ticket,
    key=link.key,
    level=Level.VERY_DISSATISFIED,
    indicators=["110"],
    indicator_version="2020-05",
    comment="跑了三趟",
    contact=Contact(name="示例甲", phone="13800131234"),
    lang=Language.ZH_HANS,
)
rated = wants(create_rating.sync(client=anybody, body=rating))
rating.key = "another-key-of-22-signs-"
again = create_rating.sync(client=anybody, body=rating)
assert isinstance(again, Problem) and again.code == "already-rated", again

department = with_key("DEPARTMENT_KEY")


def first_order():
    for _ in range(100):
        orders = wants(list_work_orders.sync(client=department)).orders
        if orders:
            return orders[0]
        time.sleep(0.1)
    raise AssertionError("no order came")


order = first_order()
reach = ActionRequestReach(
    action="reach", cause=WorkOrderCause.MATTER, demand="希望一次告知", n_entries=order.n_entries
)
wants(act_on_work_order.sync(order.id, client=department, body=reach))
read = wants(get_work_order.sync(order.id, client=department))
last = read.history[-1]
assert isinstance(last, WorkOrderEntryReach) and last.demand == "希望一次告知", read.history
progress = wants(get_rating_progress.sync(rated.lookup, client=anybody))
assert progress.handling.stage == Stage.CONTACTED, progress
print(f"rated {rated.receipt}, {read.stage.value}")
