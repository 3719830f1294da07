// From the id image to colours: one lookup per pixel, lines where neighbouring ids differ.

const COARSE_STRIPES = [2, 8]; // pixels of a stripe, and from one to the next, over figures of larger areas
const LONG_RUN = 24; // pixels from which filling a run at once is faster
const SHORT_RUN = 16; // mean pixels of a run below which a pixel at a time is faster
const HATCH = 1; // stands in a colour table where a territory has no figure
const COAST = 1; // kinds of border: of the whole, of a group, of one territory
const GROUP = 2;
const FINE = 3;
const SHARES = [0, 150, 160, 90]; // of 256, by kind of border, how much of a line covers a colour

/** "#rrggbb" as the little-endian RGBA integer that an image holds: signed, as integers are that
 *  browsers reckon with fast. */
function pixel(colour, alpha = 255) {
  const value = parseInt(colour.slice(1), 16);
  return (alpha << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16);
}

/** `share` (0 … 256) of `line` over `colour`; opaque. */
function mixed(colour, line, share) {
  const rest = 256 - share;
  const rb = (((colour & 0xff00ff) * rest + (line & 0xff00ff) * share) >>> 8) & 0xff00ff;
  const g = (((colour & 0x00ff00) * rest + (line & 0x00ff00) * share) >>> 8) & 0x00ff00;
  return 0xff000000 | rb | g;
}

/** The colours of lines by kind of border and by the green (0 … 255) of what they cover: towards ink on pale
 *  colours, towards paper on deep ones, so that they are visible on both. */
function lineColours({ fine, group, contrary, coast }) {
  const colours = new Int32Array(4 * 256);
  for (let green = 0; green < 256; green++) {
    colours[256 * COAST + green] = coast;
    colours[256 * GROUP + green] = green > 105 ? group : contrary;
    colours[256 * FINE + green] = green > 190 ? group : green < 70 ? contrary : fine;
  }
  return colours;
}

/** The colour of a border pixel: `kind` as in edgeBetween, `part` 256 for a whole line. */
function bordered(colour, kind, look, part) {
  const line = look.lines[256 * kind + ((colour >>> 8) & 255)];
  const ground = kind === COAST && colour >>> 24 === 0 ? look.sea : colour;
  return mixed(ground, line, (SHARES[kind] * part) >> 8);
}

/** The kind of border between three ids that are not all the same, 0 if none is drawn. */
function edgeBetween(a, b, c, groups, fine) {
  if (a === 0 || b === 0 || c === 0) return COAST;
  if (groups !== null) {
    const group = groups[a];
    if (group !== groups[b] || group !== groups[c]) return GROUP;
  }
  return fine ? FINE : 0;
}

/**
 * Write into `runs` (see raster.js) the `edges`, of which the first `edgeCount` are used: pixels on a line
 * (four times their position, and the kind of border), whose right or lower neighbour is in another
 * territory. Computed once for a view; a change of colours uses it again.
 */
function findEdges(ids, width, height, groups, fine, runs) {
  const { ends, count } = runs;
  const last = (height - 1) * width; // the last row has nothing below
  let { edges } = runs;
  let edgeCount = 0;
  for (let k = 0, p = 0, under = 0; k < count; k++) {
    const end = ends[k];
    const id = ids[p];
    const beside = end % width ? ids[end] : id;
    if (edgeCount + end - p > edges.length) edges = enlarged(edges, end - p);
    while (p < end) {
      // As far as one territory is below.
      if (p < last) while (ends[under] <= p + width) under++;
      const stop = p < last ? Math.min(end, ends[under] - width) : end;
      const below = p < last ? ids[p + width] : id;
      const inside = beside !== id && stop === end ? stop - 1 : stop;
      if (below !== id) {
        const kind = edgeBetween(id, id, below, groups, fine);
        if (kind !== 0) for (let q = p; q < inside; q++) edges[edgeCount++] = 4 * q + kind;
      }
      if (inside < stop) {
        const kind = edgeBetween(id, beside, below, groups, fine);
        if (kind !== 0) edges[edgeCount++] = 4 * inside + kind;
      }
      p = stop;
    }
  }
  Object.assign(runs, { edges, edgeCount });
}

/** The colours of a stripe over figures of larger areas: paler; "missing" and nothing stay. */
function stripedTable(table, paper) {
  return table.map((colour) => (colour === HATCH || colour === 0 ? colour : mixed(colour, paper, 150)));
}

/** Whether a pixel is on such a stripe. They fall from left to right, those of missing figures rise. */
function onStripe(x, y) {
  const [wide, every] = COARSE_STRIPES;
  return (x + (every - 1) * y) % every < wide;
}

/**
 * Paint `ids` into `out` (RGBA as Int32), both width × height; `runs` with its edges, as findEdges found them.
 *
 * look: `table` colour by id (`HATCH` where missing, 0 transparent); `striped` the same on stripes, null
 * without; `lines` of lineColours; `sea`; `hatch` [ground, stripe].
 */
function paint(ids, runs, width, height, look, out) {
  const { table } = look;
  const { ends, count, edges, edgeCount } = runs;
  const short = width * height < SHORT_RUN * count;
  if (short) for (let p = 0; p < out.length; p++) out[p] = table[ids[p]];
  const each = !short || table.includes(HATCH);
  for (let k = 0, p = 0; each && k < count; k++) {
    const end = ends[k];
    const colour = table[ids[p]];
    if (colour === HATCH) hatchRun(p, end, width, look.hatch, out);
    else if (!short && end - p > LONG_RUN) out.fill(colour, p, end);
    else if (!short) for (let q = p; q < end; q++) out[q] = colour;
    p = end;
  }
  if (look.striped) paintStripes(ids, width, height, look.striped, out);
  for (let k = 0; k < edgeCount; k++) {
    const p = edges[k] >>> 2;
    out[p] = bordered(out[p], edges[k] & 3, look, 256);
  }
}

/** The hatching of a run, which is within one row. */
function hatchRun(from, to, width, [paper, stripe], out) {
  const apart = Math.floor(from / width) + (from % width) - from; // x + y - p
  for (let p = from; p < to; p++) out[p] = (p + apart) % 6 < 2 ? stripe : paper;
}

/** The stripes over figures of larger areas, pixel by pixel as onStripe tells. */
function paintStripes(ids, width, height, striped, out) {
  const [wide, every] = COARSE_STRIPES;
  for (let y = 0; y < height; y++) {
    for (let first = y % every - every; first < width; first += every) {
      for (let x = Math.max(first, 0); x < Math.min(first + wide, width); x++) {
        const p = y * width + x;
        const colour = striped[ids[p]];
        if (colour !== HATCH) out[p] = colour;
      }
    }
  }
}

/** The same from an id image twice as wide and high, averaged: the smooth picture at rest, from
 *  row `from` up to row `to`. */
function paintSmooth(ids, width, height, groups, fine, look, out, from, to) {
  const { striped } = look;
  const [paper, stripe] = look.hatch;
  const wide = 2 * width;
  for (let y = from, p = from * width; y < to; y++) {
    const down = y + 1 < height ? wide : 0;
    for (let x = 0, q = 2 * y * wide; x < width; x++, p++, q += 2) {
      const right = x + 1 < width ? 2 : 1;
      const a = ids[q];
      const b = ids[q + 1];
      const c = ids[q + wide];
      const d = ids[q + wide + 1];
      const beside = ids[q + right];
      const below = ids[q + wide + down];
      const hatched = (x + y) % 6 < 2 ? stripe : paper;
      const table = striped !== null && onStripe(x, y) ? striped : look.table;
      const first = table[a] === HATCH ? hatched : table[a];
      if (a === b && a === c && a === d) {
        const kind = a === beside && a === below ? 0
          : edgeBetween(a, beside, below, groups, fine);
        out[p] = kind === 0 ? first : bordered(first, kind, look, 192);
        continue;
      }
      const second = table[b] === HATCH ? hatched : table[b];
      const third = table[c] === HATCH ? hatched : table[c];
      const fourth = table[d] === HATCH ? hatched : table[d];
      const colour = average(first, second, third, fourth);
      const kind = edgeBetween(a, a === b ? c : b, d, groups, fine);
      out[p] = kind === 0 ? colour
        : bordered(colour, kind, look, a !== b && c !== d ? 256 : 192);
    }
  }
}

/** The mean of four colours; transparent ones only make the mean more transparent. */
function average(a, b, c, d) {
  const solid = (a >>> 31) + (b >>> 31) + (c >>> 31) + (d >>> 31);
  if (solid === 4) {
    const rb = ((a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff)) >>> 2;
    const g = ((a & 0xff00) + (b & 0xff00) + (c & 0xff00) + (d & 0xff00)) >>> 2;
    return 0xff000000 | (rb & 0xff00ff) | (g & 0xff00);
  }
  if (solid === 0) return 0;
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let k = 0; k < 4; k++) {
    const colour = k === 0 ? a : k === 1 ? b : k === 2 ? c : d;
    if (!(colour >>> 31)) continue;
    red += colour & 255;
    green += (colour >>> 8) & 255;
    blue += (colour >>> 16) & 255;
  }
  return ((255 * solid) >> 2 << 24) | ((blue / solid) << 16) | ((green / solid) << 8)
    | (red / solid);
}
