// The collector's rating page in a web-view. A ticket is one person's, so the page is not shared.

const { collector } = require("../../config.js");
const app = getApp();

/** What the rating page says, and all it says. */
const RATED = "haochaping:rated";

Page({
  data: { src: "" },

  /** Whose rating this is. */
  caseNumber: "",

  onLoad() {
    // Alipay shares every page that does not say otherwise.
    my.hideShareMenu();
    const handed = app.handedOver;
    // Without one this page was opened by itself, as after a restart.
    if (!handed) return;
    this.caseNumber = handed.caseNumber;
    this.setData({ src: collector + "/r/" + encodeURIComponent(handed.ticket) });
    handed.ticket = "";
  },

  /**
   * Comes at once, and again when the person presses 返回小程序.
   * @param {{detail: {type: string, receipt: string} | {data: {type: string, receipt: string}}}} event
   */
  onMessage(event) {
    // The vendor's table of properties has the message in detail.data, its example in detail.
    const message = "data" in event.detail ? event.detail.data : event.detail;
    // A hint to show 已评价 at once. It proves nothing: what holds is what the collector tells the back end.
    if (message.type === RATED) app.markRated(this.caseNumber);
  },

  onError() {
    this.setData({ src: "" });
  },
});
