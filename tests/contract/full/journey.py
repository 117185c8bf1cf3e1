"""Registers a service, rates it, acts on the work order, and reads it back, by the client of another generator. Its models hold
every answer against the lengths, patterns and values of the contract."""

import os
import time
from datetime import datetime

import openapi_client as api

COLLECTOR = os.environ["COLLECTOR"]


def client(key=None):
    return api.ApiClient(api.Configuration(host=COLLECTOR, access_token=os.environ[key] if key else None))


service = api.ServiceRegistration(
    case_number="OG-2026-1",
    service_number=1,
    agency_code="11321000014216389W",
    agency_name="扬州市公安局",
    item_name="护照补发",
    region="321002",
    finished_at=datetime.fromisoformat("2026-11-20T15:04:05+08:00"),
    mode=api.ServiceMode.ONLINE,
    real_name=True,
)
portal = api.RegisterApi(client("PORTAL_KEY"))
registered = portal.register_services(api.ServicesRequest(services=[service]))
assert registered.rejected == [], registered.rejected
ticket = registered.tickets[0].ticket

ratings = api.RatingsApi(client())
link = ratings.get_link(ticket)
rating = api.RatingRequest(
    ticket=ticket,
    key=link.key,
    level=api.Level.VERY_DISSATISFIED,
    indicators=["110"],
    indicator_version="2020-05",
    comment="跑了三趟",
    contact=api.Contact(name="示例甲", phone="13800131234"),
    lang=api.Language.ZH_MINUS_HANS,
)
rated = ratings.create_rating(rating)
rating.key = "another-key-of-22-signs-"
try:
    ratings.create_rating(rating)
    raise AssertionError("rated twice")
except api.ApiException as refused:
    assert refused.status == 409 and refused.data.code == "already-rated", refused

orders = api.WorkOrdersApi(client("DEPARTMENT_KEY"))


def first_order():
    for _ in range(100):
        found = orders.list_work_orders(after=0, limit=10).orders
        if found:
            return found[0]
        time.sleep(0.1)
    raise AssertionError("no order came")


order = first_order()
reach = api.ActionRequestReach(
    action="reach", cause=api.WorkOrderCause.MATTER, demand="希望一次告知", n_entries=order.n_entries
)
orders.act_on_work_order(order.id, api.ActionRequest(reach))
read = orders.get_work_order(order.id)
last = read.history[-1].actual_instance
assert isinstance(last, api.WorkOrderEntryReach) and last.demand == "希望一次告知", read.history
progress = ratings.get_rating_progress(rated.lookup)
assert progress.handling.stage == api.Stage.CONTACTED, progress
print(f"rated {rated.receipt}, {read.stage.value}")
