// The scripts of a page are compressed to a third of their size. The policy of the page lists
// the hash of each, so nothing else can run in their place.

/** Run the scripts of the page, in their order. */
async function unpackScripts() {
  const blocks = [...document.querySelectorAll("script[data-packed]")];
  const opened = blocks.map((block) => unpacked(block.textContent));
  for (const [k, block] of blocks.entries()) {
    const script = document.createElement("script");
    script.textContent = new TextDecoder().decode(await opened[k]);
    block.replaceWith(script);
  }
}
