// 我的办件: finished matters, each with the way to its rating.

const app = getApp();

Page({
  data: { matters: app.matters, isAsking: false, fault: "" },

  onLoad() {
    app.onChange = () => this.setData({ matters: app.matters });
  },

  /** Back from a rating, or from leaving it: what was rated, the back end knows; a message may never have come. */
  onShow() {
    const left = app.handedOver;
    if (!left) return;
    app.handedOver = null;
    app.ask(left.caseNumber).then(
      (known) => known.rated_on && app.markRated(left.caseNumber),
      () => {}, // The button stays; a second rating is refused by the collector.
    );
  },

  /** @param {{currentTarget: {dataset: {case: string}}}} event */
  rate(event) {
    const caseNumber = event.currentTarget.dataset.case;
    this.setData({ isAsking: true, fault: "" });
    app.ask(caseNumber).then(
      ({ ticket, rated_on }) => {
        this.setData({ isAsking: false });
        if (rated_on) return app.markRated(caseNumber);
        if (!ticket) return this.setData({ fault: "没有评价链接：请先在 config.js 中填写 portal 或 ticket。" });
        app.handedOver = { caseNumber: caseNumber, ticket: ticket };
        my.navigateTo({ url: "/pages/rate/rate" });
      },
      () => this.setData({ isAsking: false, fault: "暂时无法打开评价页面，请稍后再试。" }),
    );
  },
});
