// Decode the result of maps/page/encoding.py: blocks of the page to named streams, streams to arrays.

const REASON_CODES = 16; // packed codes below this are reasons, see encoding.py

/** The bytes of the data block with that id: base64, then gzip. */
async function readBlock(id) {
  return unpacked(document.getElementById(id).textContent.trim());
}

/** When the whole page is there; its last blocks are read after the first picture. */
function documentRead() {
  return document.readyState !== "loading" ? Promise.resolve()
    : new Promise((done) => { document.addEventListener("DOMContentLoaded", done, { once: true }); });
}

/** One stream of a block; `places` has the beginning and length of each. */
function stream(bytes, places, name) {
  const [start, length] = places[name];
  return bytes.subarray(start, start + length);
}

function readJson(bytes) {
  return JSON.parse(new TextDecoder().decode(bytes));
}

/**
 * Unsigned integers written as tokens and loose bits (`name` and `name.bits`, see encoding.py),
 * into `out`.
 */
function readTokens(bytes, places, name, out) {
  const tokens = stream(bytes, places, name);
  const bits = stream(bytes, places, `${name}.bits`);
  let held = 0; // bits read and not yet used, and how many of them
  let holding = 0;
  let at = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token < 16) {
      out[i] = token;
      continue;
    }
    const below = ((token - 16) >> 2) + 2; // bits under the three that the token tells
    const high = 4 | (token & 3);
    if (below < 24) {
      for (; holding < below; holding += 8) held |= bits[at++] << holding;
      out[i] = (high << below) | (held & ((1 << below) - 1));
      held >>>= below;
    } else {
      // Too many for bitwise arithmetic, which ends at 32.
      for (held >>>= 0; holding < below; holding += 8) held += bits[at++] * 2 ** holding;
      const unit = 2 ** below;
      out[i] = high * unit + (held % unit);
      held = Math.floor(held / unit);
    }
    holding -= below;
  }
  return out;
}

/** Running sums of differences (zigzag: 0, 1, 2, 3 … are 0, -1, 1, -2 …), into `out` (of a type that holds them). */
function readDifferences(bytes, places, name, out) {
  const count = places[name][1];
  const apart = readTokens(bytes, places, name, new Uint32Array(count));
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += (apart[i] >>> 1) ^ -(apart[i] & 1);
    out[i] = sum;
  }
  return out;
}

/** Unsigned integers written as byte planes. */
function readPlanes(bytes, count, size) {
  const out = size <= 4 ? new Uint32Array(count) : new Float64Array(count);
  for (let plane = 0; plane < size; plane++) {
    const unit = 2 ** (8 * plane);
    for (let i = 0, at = plane * count; i < count; i++, at++) out[i] += bytes[at] * unit;
  }
  return out;
}

/** A column: figures (NaN if missing), and why a cell is missing (0 if it is not). */
function readColumn(bytes, how, count) {
  const values = new Float64Array(count);
  const reasons = new Uint8Array(count);
  if (how.how === "float") {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < count; i++) {
      values[i] = view.getFloat64(8 * i, true);
      if (Number.isNaN(values[i])) reasons[i] = bytes[8 * i];
    }
    return { values, reasons };
  }
  const codes = readPlanes(bytes, count, how.bytes);
  const unit = 10 ** how.digits;
  for (let i = 0; i < count; i++) {
    if (codes[i] < REASON_CODES) {
      values[i] = NaN;
      reasons[i] = codes[i];
    } else {
      values[i] = (codes[i] - REASON_CODES + how.offset) / unit;
    }
  }
  return { values, reasons };
}

/**
 * Room for the arcs of a page: x, y on the grid; `starts`; `sides` = the ids left and right (0 is nobody,
 * territory k is k + 1); `boxes` = west, south, east, north of each arc. `arcs` and `vertices` are how many
 * are there: none before `addArcs`.
 */
function roomForArcs(head) {
  return {
    ...head,
    arcs: 0,
    vertices: 0,
    x: new Int32Array(head.vertices),
    y: new Int32Array(head.vertices),
    starts: new Uint32Array(head.arcs + 1),
    leftId: new Uint32Array(head.arcs),
    rightId: new Uint32Array(head.arcs),
    boxes: new Int32Array(4 * head.arcs),
  };
}

/** Add the arcs of a block to those of the blocks before. How they are written: maps/page/shapes/lines.py. */
function addArcs(geometry, bytes, places) {
  const { x, y, starts, leftId, rightId } = geometry;
  const from = geometry.arcs;
  const n = places.left[1];
  const tokens = (name) => readTokens(bytes, places, name, new Uint32Array(places[name][1]));
  const sums = (name) => readDifferences(bytes, places, name, new Int32Array(places[name][1]));
  const lengths = tokens("lengths");
  const left = sums("left");
  const apart = tokens("right");
  for (let i = 0, k = from; i < n; i++, k++) {
    starts[k + 1] = starts[k] + lengths[i] + 2;
    leftId[k] = left[i] + 1;
    rightId[k] = left[i] - ((apart[i] >>> 1) ^ -(apart[i] & 1)) + 1;
  }
  placeVertices(geometry, from, { begins: tokens("from"), ends: tokens("to"), lengths,
    junctionX: sums("junctions.x"), junctionY: sums("junctions.y"), apartX: tokens("x"), apartY: tokens("y") });
  boxArcs(geometry, from, from + n);
  Object.assign(geometry, { arcs: from + n, vertices: starts[from + n] });
}

/** The vertices of arcs from one on: from junction to junction, by differences between. */
function placeVertices({ x, y, starts }, from, { begins, ends, lengths, junctionX, junctionY, apartX, apartY }) {
  let met = 0; // junctions before
  let last = 0; // where the arc before ended
  for (let i = 0, read = 0; i < lengths.length; i++) {
    let at = starts[from + i];
    let begin = last;
    if (begins[i] === 1) begin = met++;
    else if (begins[i] > 1) begin = met + 1 - begins[i];
    x[at] = junctionX[begin];
    y[at] = junctionY[begin];
    for (const end = read + lengths[i]; read < end; read++, at++) {
      x[at + 1] = x[at] + ((apartX[read] >>> 1) ^ -(apartX[read] & 1));
      y[at + 1] = y[at] + ((apartY[read] >>> 1) ^ -(apartY[read] & 1));
    }
    last = ends[i] ? met - ends[i] : met++;
    x[at + 1] = junctionX[last];
    y[at + 1] = junctionY[last];
  }
}

/** The boxes of some arcs. */
function boxArcs({ x, y, starts, boxes }, from, to) {
  for (let k = from; k < to; k++) {
    let west = 2 ** 31 - 1;
    let south = west;
    let east = -(2 ** 31);
    let north = east;
    for (let i = starts[k]; i < starts[k + 1]; i++) {
      if (x[i] < west) west = x[i];
      if (x[i] > east) east = x[i];
      if (y[i] < south) south = y[i];
      if (y[i] > north) north = y[i];
    }
    boxes[4 * k] = west;
    boxes[4 * k + 1] = south;
    boxes[4 * k + 2] = east;
    boxes[4 * k + 3] = north;
  }
}

/** West, south, east and north of each id, on the grid; computed when first needed. */
function extents({ arcs, territories, leftId, rightId, boxes }) {
  const extent = new Float64Array(4 * (territories + 1));
  for (let id = 0; id <= territories; id++) {
    extent.set([Infinity, Infinity, -Infinity, -Infinity], 4 * id);
  }
  for (let k = 0; k < arcs; k++) {
    for (let side = 0; side < 2; side++) {
      const at = 4 * (side ? leftId[k] : rightId[k]);
      if (boxes[4 * k] < extent[at]) extent[at] = boxes[4 * k];
      if (boxes[4 * k + 1] < extent[at + 1]) extent[at + 1] = boxes[4 * k + 1];
      if (boxes[4 * k + 2] > extent[at + 2]) extent[at + 2] = boxes[4 * k + 2];
      if (boxes[4 * k + 3] > extent[at + 3]) extent[at + 3] = boxes[4 * k + 3];
    }
  }
  return extent;
}

/** The arcs around each id, computed once when an outline is first needed. */
function arcsAround(geometry) {
  if (geometry.around) return geometry.around;
  const { arcs, territories, leftId, rightId } = geometry;
  const first = new Uint32Array(territories + 2);
  for (let k = 0; k < arcs; k++) {
    first[leftId[k] + 1]++;
    first[rightId[k] + 1]++;
  }
  for (let id = 0; id <= territories; id++) first[id + 1] += first[id];
  const place = first.slice();
  const list = new Uint32Array(2 * arcs);
  for (let k = 0; k < arcs; k++) {
    list[place[leftId[k]]++] = k;
    list[place[rightId[k]]++] = k;
  }
  geometry.around = { first, list };
  return geometry.around;
}
