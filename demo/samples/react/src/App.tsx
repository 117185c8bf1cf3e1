import { useState } from "react";
import type { HaoChaPingEvents } from "haochaping/widget";
// Types alone: what JSX knows of <hao-cha-ping>.
import type {} from "haochaping/widget/react";
import { collector, ratingPage, ticket } from "../../query.js";

/** 办件结果: what was served, the rating form, and what the element has said. */
export function App() {
  const [said, setSaid] = useState(ticket && collector ? "等待" : "请在网址后加 ?ticket=…&collector=…");

  // While the rating waits for the network (queued) there is no receipt; the event comes again when the collector has it.
  const onRated = ({ detail: { receipt, outcome } }: HaoChaPingEvents["hcp-rated"]) =>
    setSaid(`hcp-rated outcome=${outcome} receipt=${receipt}`);
  const onError = ({ detail: { code } }: HaoChaPingEvents["hcp-error"]) => setSaid(`hcp-error code=${code}`);

  return (
    <>
      <p className="note">示例页面：单位、编号和日期均为虚构</p>
      <header className="band">
        <div className="inner">
          <p className="name">示例政务服务网</p>
          <p>React 19</p>
        </div>
      </header>
      <main className="inner">
        <h1>办件结果（示例）</h1>
        <Case />
        {ticket && collector && (
          <section className="card rate" aria-label="评价本次服务">
            {/* React 19 takes what follows `on` for the event's name as it stands: onhcp-rated, not onHcpRated. */}
            <hao-cha-ping
              key={ticket}
              ticket={ticket}
              collector={collector}
              onhcp-ready={() => setSaid("hcp-ready")}
              onhcp-rated={onRated}
              onhcp-already-rated={() => setSaid("hcp-already-rated")}
              onhcp-error={onError}
            >
              <a href={ratingPage}>评价本次服务</a>
            </hao-cha-ping>
          </section>
        )}
        <p className="said">
          组件事件：<code id="said">{said}</code>
        </p>
      </main>
      <footer className="foot">
        <div className="inner">
          <p>政务服务“好差评”接入示例</p>
        </div>
      </footer>
    </>
  );
}

function Case() {
  return (
    <article className="card">
      <header>
        <h2>社会保障卡申领</h2>
        <p className="state">已办结</p>
      </header>
      <dl className="facts">
        <div><dt>办件编号</dt><dd>示例-2026-0004</dd></div>
        <div><dt>办理部门</dt><dd>示例社会保障服务所</dd></div>
        <div><dt>办结时间</dt><dd>2026年11月20日 15:04</dd></div>
        <div><dt>领取方式</dt><dd>邮寄送达</dd></div>
      </dl>
    </article>
  );
}
