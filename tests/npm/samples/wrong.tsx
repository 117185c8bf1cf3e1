import type {} from "haochaping/widget/react";

export const Result = () => <hao-cha-ping ticket="T" theme="pink" onhcp-rated={(event) => console.log(event.detail.level)} />;
