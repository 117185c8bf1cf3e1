// Plays the bridges of WeChat and Alipay in an ordinary browser. Put into every new document before its own scripts:
//
//     <this file> ; playBridge({"host": "wechat", "mode": "late"});
//
// and the real weixin-js-sdk after it, which as a CommonJS module makes no global of its own:
//
//     (() => { const module = { exports: {} }; <node_modules/weixin-js-sdk/index.js>
//       window.wx = window.jWeixin = module.exports; })();
//
// The user agent is the test's to set, before the page is opened: the collector reads it, and so does the SDK, which keeps
// silent where it lacks MicroMessenger.
//
// What was called is in `bridgeCalls`, oldest first: {api, arg, via}. `api` is `postMessage`, `navigateBack`,
// `closeWindow`, `popWindow` and so on; `via` is `weixin-js-sdk`, `WeixinJSBridge`, `my` or `AlipayJSBridge`.
//
// mode    early     there before any script
//         late      there when the test calls `bridgeArrives()`, with the app's event
//         absent    never there, though the user agent says so
//         throwing  there early; every call is noted and then throws
// answer  ok (default), fail, none: what callbacks hear
// my      false: Alipay without its page script, which only the app can give
// miniProgram  false: the app's own browser

function playBridge({ host, mode, answer = "ok", my = true, miniProgram = true }) {
  window.bridgeCalls = [];

  /** Notes a call as it is now; the caller may change its objects later. */
  function note(via, api, arg) {
    bridgeCalls.push({ api: api, arg: arg === undefined ? null : JSON.parse(JSON.stringify(arg)), via: via });
    if (mode === "throwing") throw new Error("示例: this bridge is broken");
  }

  function reply(callback, value) {
    if (callback && answer !== "none") setTimeout(() => callback(value), 0);
  }

  const wechat = {
    event: "WeixinJSBridgeReady",
    install() {
      if (miniProgram) window.__wxjs_environment = "miniprogram";
      window.WeixinJSBridge = {
        invoke(name, params, callback) {
          const isForMiniProgram = name === "invokeMiniProgramAPI";
          // Only the SDK signs what it passes on.
          const via = params && "verifySignType" in params ? "weixin-js-sdk" : "WeixinJSBridge";
          note(via, isForMiniProgram ? params.name : name, isForMiniProgram ? params.arg : params);
          reply(callback, { err_msg: name + ":" + answer });
        },
        call: (name, params) => note("WeixinJSBridge", name, params),
        on() {},
      };
    },
  };

  const alipay = {
    event: "AlipayJSBridgeReady",
    install() {
      window.AlipayJSBridge = {
        call(name, params, callback) {
          note("AlipayJSBridge", name, params);
          reply(callback, {});
        },
      };
      if (!my || !miniProgram) return;
      window.my = {
        postMessage: (message) => note("my", "postMessage", message),
        navigateBack(options = {}) {
          note("my", "navigateBack", options);
          reply(answer === "ok" ? options.success : options.fail, {});
        },
        // Nobody may wait for it.
        getEnv() {},
      };
    },
  };

  const played = host === "alipay" ? alipay : wechat;
  window.bridgeArrives = () => {
    played.install();
    document.dispatchEvent(new Event(played.event));
  };
  if (mode === "early" || mode === "throwing") played.install();
}
