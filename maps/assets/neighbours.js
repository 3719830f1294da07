// What the map shows of a territory's surroundings, as text and by keyboard: which territories touch it,
// in which direction, how far, and with which figure.

const COMPASS = ["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"];

/** The territories that share a border with i, clockwise from the north: [{ i, direction, km }]. */
function neighboursOf(model, i) {
  const { geometry } = model;
  const { first, list } = arcsAround(geometry);
  const id = i + 1;
  const found = new Set();
  for (let k = first[id]; k < first[id + 1]; k++) {
    for (const side of [geometry.leftId[list[k]], geometry.rightId[list[k]]]) {
      if (side && side !== id && side <= geometry.territories) found.add(side - 1);
    }
  }
  const here = placeOf(model, i);
  return [...found].map((other) => {
    const there = placeOf(model, other);
    const east = (there.lng - here.lng) * Math.cos((here.lat * Math.PI) / 180);
    const turn = Math.atan2(east, there.lat - here.lat) / (2 * Math.PI); // of a circle, from north
    return { i: other, turn: (turn + 1 + 1 / 16) % 1, km: here.distanceTo(there) / 1000 };
  }).sort((one, other) => one.turn - other.turn)
    .map(({ turn, ...one }) => ({ ...one, direction: COMPASS[Math.floor(8 * turn)] }));
}

/** The middle of a territory's box, in degrees. */
function placeOf(model, i) {
  const { grid, origin } = model.geometry;
  const [left, low, right, high] = model.extents().subarray(4 * i + 4, 4 * i + 8);
  return L.Projection.SphericalMercator.unproject(L.point(
    ((left + right) / 2) * grid + origin[0], ((low + high) / 2) * grid + origin[1]));
}

/** A list of the neighbours, each of which leads to its own card. */
function neighbourList(page, i) {
  const { model, speech, layer } = page;
  const shown = [layer, model.layers[0]].find((one) => one && model.layer(one.id)?.column);
  const found = neighboursOf(model, i);
  if (!found.length || !shown) return null;
  const told = model.layer(shown.id);
  return el("details", { class: "zb-fold zb-neighbours" },
    el("summary", {}, el("span", {}, speech.say("neighbours")),
      el("span", { class: "zb-value" }, speech.number(found.length))),
    el("p", { class: "zb-meaning" }, isolated(speech.text(told.title))),
    el("ul", {}, found.map(({ i: other, direction, km }) => el("li", {},
      el("button", { type: "button", class: "zb-link", click: () => {
        page.pin(other, { focus: true, model });
      } }, isolated(model.names[other])),
      el("span", { class: "zb-where" }, speech.say("where", {
        direction: speech.say(direction), km: speech.number(km, km < 10 ? 1 : 0) })),
      el("span", { class: "zb-value" }, isolated(figureText(page, told.id, other)))))));
}
