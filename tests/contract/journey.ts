// Registers a service, rates it, acts on the work order, and reads it back, by types that were generated from the contract.
// What must not compile is marked: a contract that lost a union or a list of values fails here.

import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Schemas = components["schemas"];

declare const process: { env: Record<string, string | undefined>; exitCode?: number };

const given = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing`);
  return value;
};

const client = (key: string) =>
  createClient<paths>({ baseUrl: given("COLLECTOR"), headers: { Authorization: `Bearer ${given(key)}` } });

const wants = <T>(answer: { data?: T; error?: unknown; response: Response }): T => {
  if (answer.data === undefined) throw new Error(`${answer.response.status}: ${JSON.stringify(answer.error)}`);
  return answer.data;
};

const service: Schemas["ServiceRegistration"] = {
  case_number: "TS-2026-1", service_number: 1, agency_code: "11321000014216389W", agency_name: "扬州市公安局",
  item_name: "护照补发", region: "321002", finished_at: "2026-11-20T15:04:05+08:00", mode: "online", real_name: true,
};

// @ts-expect-error no such way of serving
const asFax: Schemas["ServiceRegistration"] = { ...service, mode: "fax" };
// @ts-expect-error an action without what it requires
const withoutDemand: Schemas["ActionRequest"] = { action: "reach", n_entries: 1, cause: "matter" };
// @ts-expect-error a level by its number
const byNumber: Schemas["RatingRequest"] = { level: 1, indicator_version: "2020-05", lang: "zh-Hans" };
void [asFax, withoutDemand, byNumber];

const registered = wants(await client("PORTAL_KEY").POST("/api/v1/services", { body: { services: [service] } }));
const ticket = registered.tickets[0]?.ticket;
if (!ticket) throw new Error(JSON.stringify(registered.rejected));

const open = createClient<paths>({ baseUrl: given("COLLECTOR") });
const link = wants(await open.GET("/api/v1/links/{token}", { params: { path: { token: ticket } } }));
const rated = wants(
  await open.POST("/api/v1/ratings", {
    body: {
      ticket, key: link.key ?? "", level: "very_dissatisfied", indicators: ["110"], indicator_version: "2020-05",
      comment: "跑了三趟", anonymous: false, contact: { name: "示例甲", phone: "13800131234" }, lang: "zh-Hans",
    },
  }),
);
const again = await open.POST("/api/v1/ratings", {
  body: { ticket, key: "another-key-of-22-signs-", level: "satisfied", indicator_version: "2020-05", lang: "zh-Hans" },
});
if (again.error?.code !== "already-rated") throw new Error(`rated twice: ${JSON.stringify(again)}`);

const department = client("DEPARTMENT_KEY");
const firstOrder = async (): Promise<Schemas["WorkOrder"]> => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const page = wants(await department.GET("/api/v1/work-orders", { params: { query: { after: 0, limit: 10 } } }));
    const order = page.orders[0];
    if (order) return order;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("no order came");
};
const order = await firstOrder();
const path = { id: order.id };
const body: Schemas["ActionRequest"] = { action: "reach", n_entries: order.n_entries, cause: "matter", demand: "希望一次告知" };
wants(await department.POST("/api/v1/work-orders/{id}/actions", { params: { path }, body }));
const read = wants(await department.GET("/api/v1/work-orders/{id}", { params: { path } }));
const last = read.history.at(-1);
// The union is told by its action: `demand` is of no other.
if (last?.action !== "reach" || last.demand !== "希望一次告知") throw new Error(JSON.stringify(read.history));
const progress = wants(await open.GET("/api/v1/ratings/{lookup}", { params: { path: { lookup: rated.lookup } } }));
if (progress.handling?.stage !== "contacted") throw new Error(JSON.stringify(progress));
console.log(`rated ${rated.receipt}, ${read.stage}`);
