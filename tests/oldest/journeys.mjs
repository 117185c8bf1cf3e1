// Journeys in Chromium 71, of 2018: the kernel of browsers that government computers still have. It has no wasm of ours, no
// `:has` and no adopted style sheets: form, element and outbox work without them.
//
// Environment: COLLECTOR, PORTAL_PORT (an origin that the collector allows, on localhost), TICKETS (comma-separated).

import assert from "node:assert/strict";
import { chmodSync, createReadStream, createWriteStream, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { after, before, test } from "node:test";
import { createBrotliDecompress } from "node:zlib";
import puppeteer from "puppeteer-core";

const { COLLECTOR, PORTAL_PORT, TICKETS } = process.env;
const tickets = TICKETS.split(",");
const portal = "http://localhost:" + PORTAL_PORT;
const DONE = "评价已提交";
const SAVED = "已保存，联网后自动提交";
/** What each ticket's rating says, for whoever reads the store. */
const WORDS = ["示例：本页", "示例：门户", "示例：断网", "示例：一个标签", "示例：窗口"];

const profile = mkdtempSync(join(tmpdir(), "haochaping-oldest-"));
let browser;
let server;

/** The browser, unpacked once. */
async function chromium() {
  const folder = join(import.meta.dirname, "node_modules/chrome-aws-lambda/bin");
  const program = join(folder, "chromium");
  if (!existsSync(program)) {
    const packed = readdirSync(folder).find((name) => name.endsWith(".br"));
    await pipeline(createReadStream(join(folder, packed)), createBrotliDecompress(), createWriteStream(program + ".part"));
    chmodSync(program + ".part", 0o755);
    renameSync(program + ".part", program);
  }
  return program;
}

before(async () => {
  server = createServer((request, response) => {
    const [, kind, ticket] = request.url.split("/");
    const element = `<hao-cha-ping ticket="${ticket}"><a href="${COLLECTOR}/r/${ticket}">评价本次服务</a></hao-cha-ping><script src="${COLLECTOR}/v1/haochaping.js?v=71"></script>`;
    const tag = `<script src="${COLLECTOR}/r/${ticket}/widget.js"></script>`;
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="zh-Hans"><title>示例门户</title><main>${kind === "tag" ? tag : element}</main>`);
  }).listen(PORTAL_PORT);
  const args = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync", "--lang=zh-CN"];
  browser = await puppeteer.launch({ executablePath: await chromium(), userDataDir: profile, args });
  assert.match(await browser.version(), /\/71\./);
});

after(async () => {
  if (browser) await browser.close();
  server.close();
  rmSync(profile, { recursive: true, force: true });
});

/** A page whose complaints are kept. */
async function opened(url) {
  const page = await browser.newPage();
  page.failed = [];
  page.on("pageerror", (error) => page.failed.push(String(error)));
  await page.goto(url);
  return page;
}

/** In the element's shadow or in the page. */
const PART = (selector) => {
  const host = document.querySelector("hao-cha-ping");
  return (host && host.shadowRoot && host.shadowRoot.querySelector(selector)) || document.querySelector(selector);
};

async function fill(page, words) {
  await page.waitForFunction(`(${PART})("[name=level]")`);
  await page.evaluate(`(${PART})("[value=dissatisfied]").click()`);
  const area = await page.evaluateHandle(`(${PART})("textarea")`);
  await area.type(words);
  assert.equal(await page.evaluate(`(${PART})("textarea").value`), words);
}

const submit = (page) => page.evaluate(`(${PART})(".hcp-submit").click()`);
const reads = (page, text) =>
  page.waitForFunction((wanted) => {
    const hosts = [...document.querySelectorAll("hao-cha-ping")].map((host) => host.shadowRoot);
    return [document.body, ...hosts].some((root) => root && root.textContent.includes(wanted));
  }, { timeout: 20000 }, text);

test("the collector's own page", async () => {
  const page = await opened(COLLECTOR + "/r/" + tickets[0] + "?lang=zh-Hans");
  await fill(page, WORDS[0]);
  await submit(page);
  await reads(page, DONE);
  assert.deepEqual(page.failed, []);
});

test("the element on a portal", async () => {
  const page = await opened(portal + "/element/" + tickets[1]);
  await fill(page, WORDS[1]);
  await submit(page);
  await reads(page, DONE);
  assert.deepEqual(page.failed, []);
});

test("without a network it waits, says so, and is sent when the network is back", async () => {
  const page = await opened(portal + "/element/" + tickets[2]);
  await fill(page, WORDS[2]);
  await page.setOfflineMode(true);
  await submit(page);
  await reads(page, SAVED);
  await page.setOfflineMode(false);
  await reads(page, DONE);
  assert.deepEqual(page.failed, []);
});

test("one tag", async () => {
  const page = await opened(portal + "/tag/" + tickets[3]);
  await fill(page, WORDS[3]);
  await submit(page);
  await reads(page, DONE);
  assert.deepEqual(page.failed, []);
});

test("a rating that was left waiting goes from the next page", async () => {
  const page = await opened(portal + "/element/" + tickets[4]);
  await fill(page, WORDS[4]);
  await page.setOfflineMode(true);
  await submit(page);
  await reads(page, SAVED);
  await page.close();
  const next = await opened(portal + "/element/" + tickets[5]);
  await reads(next, "这是您此前保存的评价，现已提交");
});
