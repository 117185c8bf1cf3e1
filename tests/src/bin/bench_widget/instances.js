// Runs before any script of a page: puts elements in and takes them out, and sees the memory of what runs in wasm.
(() => {
  const memories = new Set();
  const keep = (instance) => {
    Object.values(instance.exports).forEach((one) => one instanceof WebAssembly.Memory && memories.add(one));
    return instance;
  };
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct: (target, given) => keep(Reflect.construct(target, given)),
  });
  ["instantiate", "instantiateStreaming"].forEach((name) => {
    const real = WebAssembly[name];
    WebAssembly[name] = (...given) => real.apply(WebAssembly, given).then((made) => (keep(made.instance || made), made));
  });
  const frame = () => new Promise(requestAnimationFrame);
  const isTakenOver = (host) => host.shadowRoot && host.shadowRoot.querySelector(".hcp-count");

  const put = async (n) => {
    const template = document.getElementById("element").content;
    const hosts = Array.from({ length: n }, () => document.importNode(template, true).firstElementChild);
    document.body.append(...hosts);
    while (!hosts.every(isTakenOver)) await frame();
    return hosts;
  };
  window.bench = {
    put: (n) => put(n).then((hosts) => hosts.length),
    /** Puts `n` in and takes them out again, a few at a time. */
    cycle: async (n) => {
      for (let done = 0; done < n; done += 20) {
        const hosts = await put(20);
        hosts.forEach((host) => host.remove());
        await frame();
      }
      return n;
    },
    wasm: () => Array.from(memories, (memory) => memory.buffer.byteLength).reduce((sum, n) => sum + n, 0),
  };
})();
