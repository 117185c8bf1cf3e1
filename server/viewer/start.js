// Shows the contract in the place of the plain list, which stays where this cannot run.
(function () {
  "use strict";
  var place = document.getElementById("docs");
  if (!place || !window.Redoc) return;
  // The viewer sets markup that it makes of the contract, which is ours; scripts and their addresses stay refused.
  if (window.trustedTypes) {
    window.trustedTypes.createPolicy("default", {
      createHTML: function (html) {
        return html;
      },
    });
  }
  window.Redoc.init(
    place.getAttribute("data-contract"),
    {
      // Its search needs a worker made of text, which the page's policy does not allow; the browser's own finds everything.
      disableSearch: true,
      nativeScrollbars: true,
      hideLoading: true,
      pathInMiddlePanel: true,
      expandResponses: "200,201",
      jsonSampleExpandLevel: 4,
      maxDisplayedEnumValues: 12,
      labels: {
        enum: "取值",
        enumSingleValue: "取值",
        enumArray: "各项取值",
        default: "默认",
        deprecated: "已弃用",
        example: "示例",
        examples: "示例",
        recursive: "递归",
        arrayOf: "数组，各项为 ",
        webhook: "推送",
        const: "固定为",
        download: "下载 openapi.json",
        downloadSpecification: "OpenAPI 3.1",
        responses: "答复 Responses",
        requestSamples: "请求示例 Request",
        responseSamples: "答复示例 Response",
      },
      theme: {
        spacing: { sectionVertical: 24 },
        colors: { primary: { main: "#1857a4" }, text: { primary: "#1b2a3a" } },
        typography: {
          fontSize: "15px",
          fontFamily: 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
          headings: { fontFamily: "inherit" },
          code: { fontFamily: 'ui-monospace, Consolas, "Noto Sans Mono CJK SC", monospace', fontSize: "13px" },
        },
        sidebar: { width: "300px" },
      },
    },
    place
  );
})();
