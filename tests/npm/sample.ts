// A customer's code, compiled strictly: every entry point, and each event with its detail.

import { HcpError, load, type Accepted, type HeadlessRating, type Violation } from "haochaping";
import { define, HaoChaPing, type HaoChaPingEvents } from "haochaping/widget";
import "haochaping/widget/define";

define();

const element: HaoChaPing = document.createElement("hao-cha-ping");
element.ticket = "T";
element.mode = "elder";
// @ts-expect-error: there is no such theme
element.theme = "pink";

element.addEventListener("hcp-rated", (event) => {
  const outcome: "accepted" | "replayed" | "queued" = event.detail.outcome;
  const receipt: string = event.detail.receipt;
  // @ts-expect-error: an event never carries a level
  event.detail.level;
  console.log(outcome, receipt);
});
document.addEventListener("hcp-error", (event: HaoChaPingEvents["hcp-error"]) => console.log(event.detail.code));

async function rate(): Promise<Accepted | Violation[]> {
  const hcp = await load();
  const rating: HeadlessRating = await hcp.open("https://hcp.example.gov.cn", { ticket: "T", lang: "zh-Hans" });
  rating.set({ level: "dissatisfied", indicators: ["213"], comment: "排队很久" });
  // @ts-expect-error: levels are names, never digits
  rating.set({ level: 2 });
  const faults = rating.check();
  if (faults.length > 0) return faults;
  try {
    return await rating.submit((state) => console.log(state === "saved"));
  } catch (error) {
    if (error instanceof HcpError && error.code === "already-rated") console.log(error.ratedOn);
    throw error;
  }
}

void rate();
