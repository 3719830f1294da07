// The scripts of a page are compressed to a third of their size. The policy of the page lists
// the hash of each, so nothing else can run in their place.
(async function () {
  // Without a task between: the browser would use it to read what the first picture does not need.
  async function textOf(packed) {
    const { readable, writable } = new DecompressionStream("gzip");
    const writer = writable.getWriter();
    Promise.all([writer.write(packed), writer.close()]).catch(() => {}); // the reader meets it too
    const decoder = new TextDecoder();
    const reader = readable.getReader();
    for (let text = ""; ;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
    }
  }

  const blocks = [...document.querySelectorAll("script[data-packed]")];
  const opened = blocks.map((block) => {
    const text = block.textContent;
    const bytes = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    return textOf(bytes);
  });
  for (const [k, block] of blocks.entries()) {
    const script = document.createElement("script");
    script.textContent = await opened[k];
    block.replaceWith(script);
  }
})();
