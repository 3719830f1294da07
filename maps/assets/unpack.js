// The scripts of a page are compressed to a third of their size. The policy of the page lists
// the hash of each, so nothing else can run in their place.
(async function () {
  for (const block of document.querySelectorAll("script[data-packed]")) {
    const bytes = Uint8Array.from(atob(block.textContent), (sign) => sign.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    block.replaceWith(script);
  }
})();
