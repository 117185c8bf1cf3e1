// The collector's rating page in a web-view. There is no onShareAppMessage: a ticket is one person's and is not passed on.

const { collector } = require("../../config.js");
const app = getApp();

/** What the rating page says, and all it says. */
const RATED = "haochaping:rated";

Page({
  data: { src: "" },

  /** Whose rating this is. */
  caseNumber: "",

  onLoad() {
    const handed = app.handedOver;
    // Without one this page was opened by itself, as after a restart.
    if (!handed) return;
    this.caseNumber = handed.caseNumber;
    this.setData({ src: collector + "/r/" + encodeURIComponent(handed.ticket) });
    handed.ticket = "";
  },

  /**
   * Comes when the person leaves the page, with every message since it was opened.
   * @param {{detail: {data: {type: string, receipt: string}[]}}} event
   */
  onMessage(event) {
    // A hint to show 已评价 at once. It proves nothing: what holds is what the collector tells the back end.
    if (event.detail.data.some((message) => message.type === RATED)) app.markRated(this.caseNumber);
  },

  onError() {
    this.setData({ src: "" });
  },
});
