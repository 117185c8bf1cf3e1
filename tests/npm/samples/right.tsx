import type {} from "haochaping/widget/react";

export const Result = () => (
  <hao-cha-ping ticket="T" collector="https://hcp.example.gov.cn" className="rating" style={{ maxWidth: 640 }} hidden={false} aria-label="评价本次服务" onClick={(event) => event.preventDefault()} onhcp-rated={(event) => console.log(event.detail.outcome)}>
    <a href="https://hcp.example.gov.cn/r/T">评价本次服务</a>
  </hao-cha-ping>
);
