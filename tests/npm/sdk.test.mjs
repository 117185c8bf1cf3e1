// The SDK in Node against a running collector: COLLECTOR, and TICKETS separated by commas.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";

const { HcpError, load } = await import(resolve(import.meta.dirname, "../../target/npm/index.js"));
const collector = process.env.COLLECTOR;
const tickets = (process.env.TICKETS || "").split(",");
const hcp = await load();

test("five levels and forty options, none of them invented here", () => {
  const levels = hcp.levels("en");
  assert.deepEqual(levels.map((choice) => choice.isBad), [false, false, false, true, true]);
  const list = JSON.parse(readFileSync(resolve(import.meta.dirname, "../../sdk/data/indicators.v1.json"), "utf8"));
  const official = JSON.stringify(list);
  const options = levels.flatMap((choice) => hcp.options(choice.level, "en"));
  assert.equal(options.length, 40);
  for (const option of options) assert.ok(official.includes(option.text) && official.includes(option.code));
});

test("a bad rating without a reason is refused before it is sent, in the reader's words", async () => {
  const faults = hcp.check({ ticket: tickets[0], level: "dissatisfied", lang: "zh-Hans" });
  assert.deepEqual(faults.map((fault) => [fault.code, fault.message]), [["reason-missing", "请至少选择一项，或写几句话"]]);
  await assert.rejects(hcp.submit(collector, { ticket: tickets[0], level: "dissatisfied" }), (error) => error instanceof HcpError && error.code === "invalid-rating" && error.violations.length === 1);
});

test("a rating gets its receipt, the same again for the same key, and can be looked up", async () => {
  const rating = { ticket: tickets[0], key: hcp.newKey(), level: "dissatisfied", indicators: ["213"], comment: "窗口\u0041\u030a" };
  const first = await hcp.submit(collector + "/", rating);
  assert.match(first.receipt, /^[0-9A-Z-]{19}$/);
  assert.equal(first.outcome, "accepted");
  const again = await hcp.submit(collector, rating);
  assert.deepEqual([again.receipt, again.outcome], [first.receipt, "replayed"]);
  const progress = await hcp.lookUp(collector, first.lookup);
  assert.deepEqual([progress.receipt, progress.handling.stage], [first.receipt, "opened"]);
  await assert.rejects(hcp.submit(collector, { ...rating, key: hcp.newKey() }), (error) => error.code === "already-rated" && /^\d{4}-\d\d-\d\d$/.test(error.ratedOn));
});

test("what networks do is tried again, and the rating is one", async () => {
  const answers = [() => Promise.reject(new TypeError("reset")), () => Promise.resolve(new Response("<html>login</html>")), () => Promise.resolve(new Response("", { status: 503, headers: { "retry-after": "1" } }))];
  let sent = 0;
  const broken = (url, init) => (sent++ < answers.length ? answers[sent - 1]() : fetch(url, init));
  const accepted = await hcp.submit(collector, { ticket: tickets[1], level: "satisfied" }, { fetch: broken });
  assert.deepEqual([accepted.outcome, sent], ["accepted", 4]);
});

test("an unreachable collector is named, not retried for ever", async () => {
  const nobody = () => Promise.reject(new TypeError("nobody"));
  await assert.rejects(hcp.submit(collector, { ticket: tickets[2], level: "satisfied" }, { fetch: nobody }), (error) => error.code === "unreachable");
});

test("links say what they are, and nonsense says nothing", () => {
  const parsed = hcp.parseTicket(collector + "/r/" + tickets[2] + "?lang=en");
  assert.equal(parsed.ticket, tickets[2]);
  assert.match(parsed.endsAt, /^\d{4}-\d\d-\d\dT/);
  assert.equal(hcp.parseTicket("nonsense"), undefined);
  assert.equal(hcp.parseCard("HTTPS://HCP.YZ.GOV.CN/C/8000018G8CX1GXPB4GBENRF8").serial, 1);
  assert.match(hcp.qrSvg("HTTPS://HCP.YZ.GOV.CN/C/8000018G8CX1GXPB4GBENRF8"), /^<svg[^>]*>/);
  assert.throws(() => hcp.qrSvg("x".repeat(400)), /400 characters/);
});

test("one's own markup opens a link, and learns that it was rated", async () => {
  const rating = await hcp.open(collector, { ticket: tickets[2] });
  assert.equal(rating.set({ level: "very_dissatisfied" }).check()[0].code, "reason-missing");
  assert.deepEqual(rating.set({ comment: "不好" }).check(), []);
  assert.equal(rating.options().length, 8);
  assert.equal(rating.service.date.length, 10);
  assert.equal(rating.card, null);
  assert.deepEqual(rating.languages, ["zh-Hans", "zh-Hant", "en"]);
  await assert.rejects(hcp.open(collector, { ticket: "WRONG" }), (error) => error.code === "malformed");
  await assert.rejects(hcp.open(collector, { ticket: tickets[0] }), (error) => error.code === "already-rated" && error.ratedOn.length === 10);
});

test("a back end registers, and its page has the public address only", async () => {
  const { HcpError, Portal } = await import(resolve(import.meta.dirname, "../../target/npm/server.js"));
  const portal = new Portal({ collector: collector + "/", publicUrl: "https://hcp.example.gov.cn/", apiKey: process.env.API_KEY });
  const service = (number) => ({ case_number: "示例-JS-" + number, service_number: 1, item_name: "示例事项", agency_code: "11321000014216389W", region: "321002", finished_at: "2026-11-20T15:04:05+08:00", mode: "online", real_name: true });
  const services = Array.from({ length: 1002 }, (_, number) => service(number));
  services[1001].region = "999999";
  const { tickets, rejected } = await portal.register(services);
  assert.deepEqual([tickets.length + rejected.length, rejected.map((one) => one.index)], [1002, [1001]]);
  const html = await portal.element(tickets[0].ticket);
  assert.match(html, /collector="https:\/\/hcp\.example\.gov\.cn">/);
  assert.match(html, /data-hcp-form/);
  const slow = new Portal({ collector, apiKey: "x", fetch: () => Promise.reject(new TypeError("down")) });
  assert.match(await slow.element("T"), /<a href="http[^"]+\/r\/T">评价本次服务<\/a>/);
  await assert.rejects(slow.register([service(1)]), (error) => error instanceof HcpError && error.code === "unreachable");
  await assert.rejects(new Portal({ collector, apiKey: "wrong" }).register([service(1)]), (error) => error.status === 401);
  assert.ok(!JSON.stringify(portal).includes(process.env.API_KEY));
});

test("a webhook is believed if it is signed, just now, as it came", async () => {
  const { verify } = await import(resolve(import.meta.dirname, "../../target/npm/server.js"));
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const body = '{"type":"work_order.dispatch"}';
  const mac = createHmac("sha256", Buffer.from(secret.slice(6), "base64")).update("msg_1.1614265330." + body).digest("base64");
  const headers = { "webhook-id": "msg_1", "webhook-timestamp": "1614265330", "webhook-signature": "v1,AAAA v1," + mac };
  const now = 1614265331000;
  assert.deepEqual(await verify(secret, headers, body, now), JSON.parse(body));
  assert.deepEqual(await verify(secret, new Headers(headers), new TextEncoder().encode(body), now), JSON.parse(body));
  const refused = (code, ...given) => assert.rejects(verify(...given), (error) => error.code === code);
  await refused("webhook-signature", secret, headers, body + " ", now);
  await refused("webhook-timestamp", secret, headers, body, now + 400000);
  await refused("webhook-id", secret, { ...headers, "webhook-id": "" }, body, now);
  await refused("malformed-secret", "secret", headers, body, now);
});

test("the outbox judges answers as the domain does", async () => {
  const { judge } = await import(resolve(import.meta.dirname, "../../widget/element/js/outbox.js"));
  const table = JSON.parse(readFileSync(resolve(import.meta.dirname, "../fixtures/answers.json"), "utf8"));
  for (const { name, status, body, outcome } of table) assert.equal(judge(status, body), outcome, name);
});

test("the outbox waits as the domain does", () => {
  const read = (path) => readFileSync(resolve(import.meta.dirname, path), "utf8");
  const retry = JSON.parse(read("../fixtures/retry.json"));
  const source = read("../../widget/element/js/outbox.js");
  const number = (name) => Number(source.match(new RegExp(`const ${name} = (\\d+);`))[1]);
  assert.equal(number("MAX_ENTRIES"), retry.max_entries);
  assert.equal(number("FIRST_LIMIT"), retry.first_limit_millis);
  assert.equal(number("LONGEST_WAIT"), retry.longest_wait_millis);
  // The shapes, as the source has them.
  assert.ok(source.includes("FIRST_LIMIT << Math.min(run.tries++, 3)"));
  assert.deepEqual(retry.limits_millis, [0, 1, 2, 3, 4].map((tries) => retry.first_limit_millis << Math.min(tries, 3)));
  assert.ok(source.includes("Math.min(LONGEST_WAIT, 1000 << Math.min(run.tries, 6))"));
  assert.deepEqual(retry.ceilings_millis, [0, 1, 2, 3, 4, 5, 6, 7].map((tries) => Math.min(retry.longest_wait_millis, 1000 << Math.min(tries, 6))));
});

test("the element's life is what its table says, in every state and for every event", async () => {
  const { LIFE } = await import(resolve(import.meta.dirname, "../../widget/element/js/life.js"));
  const states = Object.keys(LIFE);
  const events = ["connect", "leave", "named", "changed", "form", "notice", "unreachable", "unnamed", "online", "submit", "queued", "refused", "ended"];
  const leads = Object.fromEntries(states.map((state) => [state, events.map((event) => LIFE[state][event] || "-").join(" ")]));
  assert.deepEqual(leads, {
    //       connect leave named changed form notice unreachable unnamed online submit queued refused ended
    away: "asking - - - - - - - - - - - -",
    idle: "- away asking asking - - - - - - - - -",
    asking: "- away asking asking open closed failed idle - - - - -",
    failed: "- away asking asking - - - - asking - - - -",
    open: "- away asking open open closed open - - sending waiting - ended",
    sending: "- away asking - - - - - - - waiting open ended",
    waiting: "- away asking - - - - - - - waiting open ended",
    closed: "- away asking closed open closed closed - - - - - -",
    ended: "- away asking - - - - - - - - - -",
  });
  for (const state of states) {
    assert.deepEqual(Object.keys(LIFE[state]).filter((event) => !events.includes(event)), [], "no event is unknown");
    assert.ok(state == "away" || (LIFE[state].leave == "away" && LIFE[state].named == "asking"), "it can be taken out and be given another matter in every state");
  }
  // Nothing is sent twice, nothing is said to have ended that was not, and no answer hides a rating on its way.
  assert.deepEqual(states.filter((state) => LIFE[state].submit), ["open"]);
  assert.deepEqual(states.filter((state) => LIFE[state].ended), ["open", "sending", "waiting"]);
  assert.deepEqual(states.filter((state) => LIFE[state].form), ["asking", "open", "closed"]);
});

test("what lies in the stores is foreign until it is checked", async () => {
  const { isEntry, parsed } = await import(resolve(import.meta.dirname, "../../widget/element/js/entry.js"));
  const whole = { id: "K", ticket: "T", body: '{"level":"satisfied"}' };
  const foreign = ["null", "", "1", '"x"', "U2FsdGVkX1+vupppZksvRf5pq5g5XjFRIipRkwB0K1Y=", "[]", "{}", '{"data":{"id":"K"},"expire":1}', '{"id":"K"}', '{"id":"K","body":""}', '{"id":"K","body":"null"}', '{"id":"K","body":"{half"}', '{"id":"K","body":{"level":"satisfied"}}', '{"id":"K","end":{}}'];
  for (const text of foreign) assert.equal(isEntry(parsed(text)), false, text);
  assert.equal(isEntry(parsed(JSON.stringify(whole))), true);
  assert.equal(isEntry({ id: "K", ticket: "T", body: "", end: { outcome: "accepted", body: null } }), true);
});

test("a rating is given up after the time that was seen to pass, not after what a clock says", async () => {
  const { isSpent } = await import(resolve(import.meta.dirname, "../../widget/element/js/entry.js"));
  const table = JSON.parse(readFileSync(resolve(import.meta.dirname, "../fixtures/spent.json"), "utf8"));
  for (const { name, hours, isSpent: expected } of table) {
    const entry = { id: "K", ticket: "", body: "{}", at: 0 };
    const last = hours.map((hour) => isSpent(entry, 3600000 * hour)).pop();
    assert.equal(last, expected, name);
  }
});
