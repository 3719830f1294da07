// Distant parts of the country: each is a small map, on the same arcs.

/** One frame for each inset part. page: { model, speech, map, newLayer, wire }. */
function drawInsets(page) {
  const { head } = page.model;
  const frames = head.parts.map((part) => {
    const title = page.speech.text(part.title);
    const place = el("div", { class: "zb-inset-map", "aria-hidden": "true" }); // its button says all
    const frame = el("div", { class: "zb-inset" }, place,
      el("div", { class: "zb-inset-name" }, el("button", { type: "button", title: page.speech.say("enlarge",
        { title }), "aria-label": page.speech.say("enlarge", { title }),
      click: () => {
        page.moveTo(() => page.map
          .fitBounds(part.bounds, { animate: false, padding: [20, 20] }));
        page.map.getContainer().focus({ preventScroll: true });
      } }, title)));
    return { part, place, frame };
  });
  return frames;
}

/** The frames as one group, or nothing. */
function insetGroup(frames, speech) {
  if (!frames.length) return null;
  return el("div", { class: "zb-insets", role: "group", "aria-label": speech.say("insets") },
    frames.map(({ frame }) => frame));
}

/** Create the maps, once their frames are in the page and have a size. */
function startInsets(page, frames) {
  const maps = frames.map(({ place }) => L.map(place, {
    zoomControl: false, attributionControl: false, zoomSnap: 0, zoomDelta: 1, keyboard: false,
    maxZoom: page.map.getMaxZoom(), wheelPxPerZoomLevel: 90, boxZoom: false,
  }));
  frames.forEach(({ part }, k) => fitInset(maps[k], part)); // all, before anything is laid out again
  const insets = frames.map(({ part, place }, k) => {
    const map = maps[k];
    map.on("resize", () => fitInset(map, part));
    const watch = new ResizeObserver(() => map.invalidateSize({ animate: false }));
    watch.observe(place);
    map.on("unload", () => watch.disconnect());
    // Below the map, where it covers no land.
    const scale = L.control.scale({ imperial: false, maxWidth: 50 }).addTo(map).getContainer();
    scale.setAttribute("aria-hidden", "true");
    place.after(scale);
    const layer = page.newLayer().addTo(map);
    page.wire(map, layer);
    return { map, layer, part };
  });
  page.map.on("zoomend", () => stepAside(page, insets));
  stepAside(page, insets);
  return insets;
}

/** All of a part in its frame; zooming out always leads back to it. */
function fitInset(map, part) {
  map.setMinZoom(0).setMaxBounds(null).fitBounds(part.bounds, { animate: false, padding: [3, 3] });
  map.setMinZoom(map.getZoom()).setMaxBounds(L.latLngBounds(part.bounds).pad(0.25));
}

const NEAR = 0.8; // zoom levels beyond the whole from which the map needs the room of its frames

/** The frames are hidden while the reader looks at a part of the map, and whole when they return. */
function stepAside(page, insets) {
  const near = page.map.getZoom() > page.map.getBoundsZoom(page.model.head.home) + NEAR;
  if (!near && page.root.classList.contains("zb-near")) {
    for (const { map, part } of insets) fitInset(map, part);
  }
  page.root.classList.toggle("zb-near", near);
}
