// The scripts of a page are compressed to a third of their size. The policy of the page lists
// the hash of each, so nothing else can run in their place.
(async function () {
  const blocks = [...document.querySelectorAll("script[data-packed]")];
  const opened = blocks.map((block) => {
    const bytes = Uint8Array.from(atob(block.textContent), (sign) => sign.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  });
  for (const [k, block] of blocks.entries()) {
    const script = document.createElement("script");
    script.textContent = await opened[k];
    block.replaceWith(script);
  }
})();
