// Names on the map: the selected territory, seats and large towns, and a containing level in light
// capitals where it has room. None overlaps another. The id image of the view shows where there is room.

const NAME_PIXELS = 11; // height of the letters, in pixels of the page
const ROWS_APART = 3; // rows of the id image that are looked at: every third
const INSIDE_FROM = 40; // width in pixels of a typical territory that holds its own name
const CAPITALS_FROM = 100; // the same for a containing level
const ROOM_FOR_TOWN = [46_000, 24_000]; // pixels for each town, on a map of the whole and of a part
const SEAT_WEIGHT = [1, 1, 2, 5, 8]; // of a town's people, by its rank as a seat

/**
 * Where to write the name of each group: for each, the widest stretch that is inside it on all the
 * rows that the letters take.
 *
 * of: the group of each id (0 for none); widths: of the names, by group, in image pixels; high: of
 * the letters. Returns [{ group, x, y, wide }] of the names that fit, and the number of visible groups.
 */
function placeNames(ids, width, height, of, widths, high) {
  const need = Math.max(1, Math.ceil(high / ROWS_APART));
  const open = new Map(); // by group: the stretches of the last rows, newest last
  const best = new Map();
  const seen = new Set();
  for (let y = 0; y < height; y += ROWS_APART) {
    const runs = longestRuns(ids, width, y, of);
    for (const group of open.keys()) if (!runs.has(group)) open.delete(group);
    for (const [group, run] of runs) {
      seen.add(group);
      const last = open.get(group) || [];
      last.push(run);
      if (last.length > need) last.shift();
      open.set(group, last);
      if (last.length < need) continue;
      const from = Math.max(...last.map(([start]) => start));
      const to = Math.min(...last.map(([, end]) => end));
      const known = best.get(group);
      const row = y - ((need - 1) * ROWS_APART) / 2;
      if (to - from > (known ? known.to - known.from : 0)) {
        best.set(group, { from, to, y: row, first: row });
      } else if (known && to === known.to && from === known.from) {
        known.y = (known.first + row) / 2; // the middle of equal rows, as in a rectangle
      }
    }
  }
  const placed = [];
  for (const [group, { from, to, y }] of best) {
    if (to - from >= widths[group]) placed.push({ group, x: (from + to) / 2, y, wide: to - from });
  }
  return { placed, seen: seen.size };
}

/** The longest stretch of each group along one row: by group [start, end]. */
function longestRuns(ids, width, y, of) {
  const runs = new Map();
  const row = y * width;
  for (let x = 0; x < width;) {
    const group = of[ids[row + x]];
    const start = x;
    while (x < width && of[ids[row + x]] === group) x++;
    if (!group) continue;
    const known = runs.get(group);
    if (!known || x - start > known[1] - known[0]) runs.set(group, [start, x]);
  }
  return runs;
}

/** The page's own territories, the largest and the seats first: positions; or the towns that the page
 *  of an embed names: { name, x, y }. */
function townsOf(base) {
  if (base.towns) return base.towns;
  if (base.head.towns?.length) {
    base.towns = base.head.towns.map(([name, lat, lng]) => ({ name,
      ...L.Projection.SphericalMercator.project(L.latLng(lat, lng)) }));
    return base.towns;
  }
  const rank = new Map(base.seats || []);
  const people = base.population;
  const extent = base.extents();
  const size = (i) => (people ? Math.max(people.values[i], 0)
    : extent[4 * i + 6] - extent[4 * i + 4]);
  const weight = Float64Array.from({ length: base.count }, (_, i) =>
    (people?.reasons[i] ? 0 : size(i)) * SEAT_WEIGHT[Math.min(rank.get(i) || 0, 4)]);
  base.towns = Array.from(weight.keys()).filter((i) => extent[4 * i + 4] <= extent[4 * i + 6])
    .sort((one, other) => weight[other] - weight[one]);
  return base.towns;
}

/** Names on a canvas, each where no other is. */
class NamePlaces {
  constructor(context, { width, height, ratio, colours }) {
    Object.assign(this, { context, width, height, ratio, colours });
    this.boxes = [];
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
  }

  font(size, weight, spaced = 0) {
    const { context, ratio } = this;
    context.font = `${weight} ${size * ratio}px system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif`;
    context.letterSpacing = `${spaced * ratio}px`;
    this.high = 1.25 * size * ratio;
  }

  wide(text) {
    return this.context.measureText(text).width;
  }

  /** Whether a box is inside the picture and free, with a margin; if so it is taken. */
  take(x, y, wide, high, margin) {
    const box = [x - wide / 2 - margin, y - high / 2 - margin / 2, x + wide / 2 + margin,
      y + high / 2 + margin / 2];
    if (box[0] < 0 || box[1] < 0 || box[2] > this.width || box[3] > this.height) return false;
    if (this.boxes.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3]
      && other[1] < box[3])) return false;
    this.boxes.push(box);
    return true;
  }

  write(text, x, y, { ink = this.colours.ink, halo = 3 } = {}) {
    const { context, ratio, colours } = this;
    context.lineWidth = halo * ratio;
    context.strokeStyle = colours.paper;
    context.fillStyle = ink;
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }

  /** A name in the middle of a place if there is room; returns whether there was. */
  name(text, x, y, margin = 2) {
    const free = this.take(x, y, this.wide(text), this.high, margin * this.ratio);
    if (free) this.write(text, x, y);
    return free;
  }

  /** A town: a dot, and its name above, below or at a side of it. */
  town(text, x, y, margin) {
    const wide = this.wide(text);
    const [up, side] = [0.75 * this.high, wide / 2 + 6 * this.ratio];
    const tried = [[0, -up], [0, up], [side, 0], [-side, 0]];
    const at = tried.find(([dx, dy]) => this.take(x + dx, y + dy, wide, this.high,
      margin * this.ratio));
    if (!at) return false;
    this.dot(x, y);
    this.write(text, x + at[0], y + at[1]);
    return true;
  }

  dot(x, y) {
    const { context, ratio, colours } = this;
    if (context.dot) {
      context.dot(x, y);
      return;
    }
    context.beginPath();
    context.arc(x, y, 2.2 * ratio, 0, 2 * Math.PI);
    context.lineWidth = 2.4 * ratio;
    context.strokeStyle = colours.paper;
    context.fillStyle = colours.ink;
    context.stroke();
    context.fill();
  }
}

/** A function for a layer's `names`, called when a view rests. page: { base, model, naming, pinned,
 *  pinnedIn, colours }. */
function nameWriter(page) {
  return (context, ids, width, height, ratio, view) => {
    const { base, model, naming } = page;
    if (!base.names) return;
    const places = new NamePlaces(context, { width, height, ratio, colours: page.colours });
    nameChosen(page, places, view);
    if (!naming) return;
    const typical = (base.head.typical_width / base.geometry.grid) * view.scale / ratio;
    if (typical >= INSIDE_FROM && model === base) nameInside(page, places, ids, view);
    else nameTowns(page, places, view, typical);
    nameContainers(page, places, ids);
  };
}

/** Where the middle of a territory's box is in a view. */
function middleIn(model, i, { west, north, scale }) {
  const extent = model.extents();
  const [left, low, right, high] = extent.subarray(4 * i + 4, 4 * i + 8);
  return [((left + right) / 2 - west) * scale, (north - (low + high) / 2) * scale];
}

/** Where a point in metres of the projection is in a view. */
function pointIn({ geometry: { grid, origin } }, { x, y }, { west, north, scale }) {
  return [((x - origin[0]) / grid - west) * scale, (north - (y - origin[1]) / grid) * scale];
}

function nameChosen({ pinned, pinnedIn }, places, view) {
  if (pinned < 0) return;
  places.font(NAME_PIXELS + 1.5, 700);
  const [x, y] = middleIn(pinnedIn, pinned, view);
  places.name(pinnedIn.names[pinned], x, y);
}

/** The names of the page's own territories: seats and the largest inside their territory or, where
 *  that is too narrow, at a dot; then all others that are wide enough for their own. */
function nameInside({ base, pinned, pinnedIn }, places, ids, view) {
  places.font(NAME_PIXELS, 600);
  const of = Uint32Array.from({ length: base.count + 1 }, (_, id) => id);
  const widths = base.names.map((name) => name.length * 0.4 * places.high); // at least so wide
  const { placed } = placeNames(ids, places.width, places.height, of, [0, ...widths], places.high);
  const inside = new Map();
  for (const { group, x, y, wide } of placed) {
    if (places.wide(base.names[group - 1]) <= wide) inside.set(group - 1, [x, y]);
  }
  if (pinnedIn === base) inside.delete(pinned);
  let left = mostTowns(places, 1) / 2;
  for (const [i, x, y] of townsIn(base, places, view)) {
    if (left < 1) break;
    if (pinnedIn === base && pinned === i) continue;
    const named = inside.has(i) ? places.name(base.names[i], ...inside.get(i))
      : places.town(base.names[i], x, y, 5);
    if (named) left--;
    inside.delete(i);
  }
  for (const [i, at] of inside) places.name(base.names[i], ...at);
}

/** The towns in a view, the largest and the seats first: [town, x, y]. */
function* townsIn(base, { width, height }, view) {
  for (const town of townsOf(base)) {
    const [x, y] = town.name ? pointIn(base, town, view) : middleIn(base, town, view);
    if (x >= 0 && y >= 0 && x <= width && y <= height) yield [town, x, y];
  }
}

/** How many towns a picture has room for; near: 0 on a map of the whole, 1 close to its ground. */
function mostTowns({ width, height, ratio }, near) {
  const room = ROOM_FOR_TOWN[0] + near * (ROOM_FOR_TOWN[1] - ROOM_FOR_TOWN[0]);
  return Math.max(5, Math.round(width * height / ratio ** 2 / room));
}

/** Seats and large towns, as many as the picture has room for. */
function nameTowns({ base, model, pinned, pinnedIn }, places, view, typical) {
  const most = mostTowns(places, Math.min(Math.max((typical - 4) / 16, 0), 1));
  let written = 0;
  for (const [i, x, y] of townsIn(base, places, view)) {
    if (written >= most) break;
    if (pinned >= 0 && pinnedIn === base && pinned === i) continue;
    places.font(written < most / 4 ? NAME_PIXELS + 1 : NAME_PIXELS, 600);
    if (places.town(i.name || base.names[i], x, y, model === base ? 5 : 8)) written++;
  }
}

/** The level of the outlines, or that of the map, in light capitals where it has room. */
function nameContainers({ base, model, speech }, places, ids) {
  const own = model !== base;
  if (!own && !model.outlined) return;
  const of = new Uint32Array(model.count + 1);
  if (own) for (let id = 1; id <= model.count; id++) of[id] = id;
  else of.set(model.parents(model.outlined), 1);
  const typical = roomFor(ids, places.width, places.height, of) / places.ratio;
  if (typical < CAPITALS_FROM) return;
  const names = own ? model.names : model.containers[model.outlined].map(([, name]) => name);
  places.font(NAME_PIXELS - 1, 400, 1.5);
  const { placed } = placeNames(ids, places.width, places.height, of,
    new Float64Array(names.length + 1), places.high);
  for (const { group, x, y, wide } of placed) {
    const text = names[group - 1].toLocaleUpperCase(speech.lang);
    const needs = places.wide(text);
    if (needs <= wide && places.take(x, y, needs, places.high, 2)) {
      places.write(text, x, y, { halo: 2 });
    }
  }
}

/** Width in pixels of a typical visible group, from every twentieth row. */
function roomFor(ids, width, height, of) {
  let inside = 0;
  let runs = 0;
  for (let y = 10; y < height; y += 20) {
    let last = 0;
    for (let x = 0, p = y * width; x < width; x++, p++) {
      const group = of[ids[p]];
      if (group) inside++;
      if (group && group !== last) runs++;
      last = group;
    }
  }
  return runs ? inside / runs : 0;
}
