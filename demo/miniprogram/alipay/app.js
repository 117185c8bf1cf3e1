// What the two pages share: matters, and the ticket on its way from one page to the other.

const config = require("./config.js");

/**
 * A finished matter of the person who is logged in. A real mini-program gets them from its back end.
 * @typedef {object} Matter
 * @property {string} caseNumber
 * @property {string} name
 * @property {string} agency
 * @property {string} finishedOn
 * @property {boolean} isRated
 */

App({
  /** @type {Matter[]} */
  matters: [
    {
      caseNumber: "DEMO-321002001-0020",
      name: "城乡居民养老保险待遇申领",
      agency: "扬州市广陵区示例便民服务所",
      finishedOn: "2026-11-20",
      isRated: false,
    },
  ],

  /**
   * The matter being rated, and its ticket: in memory, for one hand-over, never in storage or in a page's address.
   * @type {{caseNumber: string, ticket: string} | null}
   */
  handedOver: null,

  /** Called when a matter's state is known anew; set by the page that shows it. */
  onChange: () => {},

  /**
   * Asks the portal's back end for a matter's ticket, or the day on which it was rated. The back end knows who asks by the
   * portal's own session (not shown here), registers the service again, which is safe, and answers {ticket, rated_on}.
   * @param {string} caseNumber
   * @returns {Promise<{ticket: string, rated_on: string | null}>}
   */
  ask(caseNumber) {
    if (!config.portal) return Promise.resolve({ ticket: config.ticket, rated_on: null });
    return new Promise((resolve, reject) => {
      my.request({
        url: config.portal + "/mini-program/ticket",
        method: "POST",
        headers: { "content-type": "application/json" },
        data: { case_number: caseNumber },
        success: (answer) => (answer.status === 200 ? resolve(/** @type {any} */ (answer.data)) : reject(new Error("status " + answer.status))),
        fail: (error) => reject(new Error(error.errorMessage)),
      });
    });
  },

  /** @param {string} caseNumber */
  markRated(caseNumber) {
    const matter = this.matters.find((one) => one.caseNumber === caseNumber);
    if (matter) matter.isRated = true;
    this.onChange();
  },
});
