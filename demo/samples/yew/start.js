// The portal's only script of its own: what `wasm-bindgen --target web` wants, and what stands there where it cannot run.

import init from "./portal.js";

const start = async () => init({ module_or_path: new URL("./portal_bg.wasm", import.meta.url) });

start().catch((error) => {
  console.warn("the portal did not start: " + error);
  const query = new URLSearchParams(location.search);
  const main = document.createElement("main");
  main.className = "inner";
  const text = document.createElement("p");
  text.textContent = "这个浏览器打不开本页面，评价可以从下面的链接完成：";
  main.append(text);
  query.getAll("ticket").forEach((ticket, place) => {
    const link = document.createElement("a");
    link.href = query.get("collector") + "/r/" + encodeURIComponent(ticket) + "?lang=zh-Hans";
    link.textContent = "评价第 " + (place + 1) + " 个办件";
    const line = document.createElement("p");
    line.append(link);
    main.append(line);
  });
  document.body.append(main);
});
