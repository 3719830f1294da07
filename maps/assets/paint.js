// From the id image to colours: one lookup per pixel, lines where neighbouring ids differ.

const COARSE_STRIPES = [2, 8]; // pixels of a stripe, and from one to the next, over figures of larger areas
const HATCH = 1; // stands in a colour table where a territory has no figure
const COAST = 1; // kinds of border: of the whole, of a group, of one territory
const GROUP = 2;
const FINE = 3;
const SHARE = { coast: 150, group: 160, fine: 90 }; // of 256, how much of a line covers a colour

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

/** The colour of a border pixel: `kind` as in markEdges, `part` 256 for a whole line. */
function bordered(colour, kind, look, part) {
  const { lines } = look;
  // Visible on pale and on deep colours: towards ink on the former, paper on the latter.
  const green = (colour >>> 8) & 255;
  if (kind === FINE) {
    const line = green > 190 ? lines.group : green < 70 ? lines.contrary : lines.fine;
    return mixed(colour, line, (SHARE.fine * part) >> 8);
  }
  if (kind === GROUP) {
    return mixed(colour, green > 105 ? lines.group : lines.contrary, (SHARE.group * part) >> 8);
  }
  return mixed(colour >>> 24 ? colour : look.sea, lines.coast, (SHARE.coast * part) >> 8);
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
 * Write into `edges` (a byte per pixel) where lines run: on a pixel whose right or lower neighbour
 * is in another territory. Computed once for a view; a change of colours uses it again.
 */
function markEdges(ids, width, height, groups, fine, edges) {
  for (let y = 0, p = 0; y < height; y++) {
    const down = y + 1 < height ? width : 0;
    for (let x = 0; x < width; x++, p++) {
      const id = ids[p];
      const beside = x + 1 < width ? ids[p + 1] : id;
      const below = ids[p + down];
      edges[p] = id === beside && id === below ? 0
        : edgeBetween(id, beside, below, groups, fine);
    }
  }
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
 * Paint `ids` into `out` (RGBA as Int32), both width × height.
 *
 * look: `table` colour by id (`HATCH` where missing, 0 transparent); `striped` the same on stripes, null
 * without; `lines` the colours { fine,
 * group, contrary, coast }; `sea`; `hatch` [ground, stripe].
 */
function paint(ids, edges, width, height, look, out) {
  const { table } = look;
  const [paper, stripe] = look.hatch;
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const colour = table[ids[p]];
      if (colour !== HATCH) out[p] = colour;
      else out[p] = (x + y) % 6 < 2 ? stripe : paper;
    }
  }
  if (look.striped) paintStripes(ids, width, height, look.striped, out);
  const fours = new Uint32Array(edges.buffer);
  for (let k = 0; k < fours.length; k++) {
    if (fours[k] === 0) continue; // few pixels are on a line
    for (let p = 4 * k; p < 4 * k + 4; p++) {
      if (edges[p] !== 0) out[p] = bordered(out[p], edges[p], look, 256);
    }
  }
}

function paintStripes(ids, width, height, striped, out) {
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const colour = striped[ids[p]];
      if (colour !== HATCH && onStripe(x, y)) out[p] = colour;
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
