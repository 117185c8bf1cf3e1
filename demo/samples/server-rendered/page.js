// The page, as text.

/** @type {Record<string, string>} */
const MARKS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
/** @param {string} text */
const escape = (text) => text.replace(/[&<>"']/g, (mark) => MARKS[mark]);

/** @typedef {{style: string, content: string} | null} Form what the collector rendered, trusted as its script is */

/**
 * 办件结果 with the rating form in it.
 * @param {string} collector the collector's address
 * @param {string} ticket the single-use link's token; empty for a page without a form
 * @param {Form} form null where the collector did not answer in time
 */
export function render(collector, ticket, form) {
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>办件结果（示例）</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/samples.css">
<script type="module" src="/portal.js"></script>
<script type="module" src="${escape(collector)}/v1/haochaping.js"></script>
</head>
<body>
<p class="note">示例页面：单位、编号和日期均为虚构</p>
<header class="band"><div class="inner"><p class="name">示例政务服务网</p><p>服务器输出</p></div></header>
<main class="inner">
<h1>办件结果（示例）</h1>
<article class="card">
<header><h2>社会保障卡申领</h2><p class="state">已办结</p></header>
<dl class="facts">
<div><dt>办件编号</dt><dd>示例-2026-0005</dd></div>
<div><dt>办理部门</dt><dd>示例社会保障服务所</dd></div>
<div><dt>办结时间</dt><dd>2026年11月20日 15:04</dd></div>
<div><dt>领取方式</dt><dd>邮寄送达</dd></div>
</dl>
</article>
${ticket && rating(escape(collector), ticket, form)}
<p class="said">组件事件：<code id="said">${ticket ? "等待（不运行脚本时没有事件）" : "请在网址后加 ?ticket=…"}</code></p>
</main>
<footer class="foot"><div class="inner"><p>政务服务“好差评”接入示例</p></div></footer>
</body>
</html>
`;
}

/**
 * The element with the form inside, or the link.
 * @param {string} collector
 * @param {string} ticket
 * @param {Form} form
 */
function rating(collector, ticket, form) {
  const inside = form
    ? `<style data-hcp>${form.style}</style>${form.content}`
    : `<a href="${collector}/r/${encodeURIComponent(ticket)}">评价本次服务</a>`;
  return `<section class="card rate" aria-label="评价本次服务">
<hao-cha-ping ticket="${escape(ticket)}">${inside}</hao-cha-ping>
</section>`;
}
