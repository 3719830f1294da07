// What the page shows, in its address, so that a link leads back to it.

/** The parts of an address such as #layer=density&at=48095&view=44.5,3.5,9. */
function readAddress() {
  let hash = "";
  try {
    hash = window.location.hash.slice(1);
  } catch {
    // Some embedding pages give their frames no readable address.
  }
  const found = new URLSearchParams(hash);
  const view = (found.get("view") || "").split(",").map(Number);
  return {
    layer: found.get("layer"),
    at: found.get("at"),
    lang: found.get("lang"),
    view: view.length === 3 && view.every(Number.isFinite) ? view : null,
  };
}

function writeAddress({ layer, at, lang, view }) {
  const parts = new URLSearchParams();
  if (layer) parts.set("layer", layer);
  if (at) parts.set("at", at);
  if (lang) parts.set("lang", lang);
  if (view) parts.set("view", view);
  try {
    window.history.replaceState(null, "", `#${parts.toString().replace(/%2C/g, ",")}`);
  } catch {
    // In a frame without an address of its own there is nothing to write to.
  }
}
