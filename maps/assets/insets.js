// Parts of the country that lie far away: each a small map of its own, on the same arcs.

/** One frame for each inset part. page: { model, speech, map, newLayer, wire }. */
function drawInsets(page) {
  const { head } = page.model;
  const frames = head.parts.map((part) => {
    const title = page.speech.text(part.title);
    const place = el("div", { class: "zb-inset-map", role: "application", "aria-label": title });
    const frame = el("figure", { class: "zb-inset" }, place,
      el("figcaption", {}, el("button", { type: "button", title: page.speech.say("enlarge",
        { title }), "aria-label": page.speech.say("enlarge", { title }),
      click: () => page.map.fitBounds(part.bounds, { padding: [20, 20] }) }, title)));
    return { part, place, frame };
  });
  return frames;
}

/** Make the maps, once their frames stand in the page and have a size. */
function startInsets(page, frames) {
  return frames.map(({ part, place }) => {
    const map = L.map(place, {
      zoomControl: false, attributionControl: false, zoomSnap: 0, zoomDelta: 1, keyboard: true,
      minZoom: 3, maxZoom: page.map.getMaxZoom(), scrollWheelZoom: true, boxZoom: false,
    });
    map.fitBounds(part.bounds, { animate: false, padding: [3, 3] });
    L.control.scale({ imperial: false, maxWidth: 50 }).addTo(map);
    const layer = page.newLayer().addTo(map);
    page.wire(map, layer);
    return { map, layer };
  });
}
