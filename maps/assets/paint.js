// From the id image to colours: one look-up a pixel, lines where neighbouring ids differ.

const HATCH = 1; // stands in a colour table where a territory has no figure

/** "#rrggbb" as the little-endian RGBA integer that an image holds. */
function pixel(colour, alpha = 255) {
  const value = parseInt(colour.slice(1), 16);
  return ((alpha << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

/** `share` (0 … 256) of `line` over `colour`; opaque. */
function mixed(colour, line, share) {
  const rest = 256 - share;
  const rb = (((colour & 0xff00ff) * rest + (line & 0xff00ff) * share) >>> 8) & 0xff00ff;
  const g = (((colour & 0x00ff00) * rest + (line & 0x00ff00) * share) >>> 8) & 0x00ff00;
  return (0xff000000 | rb | g) >>> 0;
}

/**
 * Paint `ids` into `out` (RGBA as Uint32, width × height).
 *
 * look: `table` colour by id (`HATCH` where missing, 0 transparent); `groups` a number by id, whose
 * borders get the stronger line; `fine` whether territories' own borders are drawn; `lines` the
 * colours { fine, group, coast }; `hatch` [ground, stripe].
 * `sampling` 2 reads a 2 × 2 times larger id image and averages: the smooth picture at rest.
 */
function paint(ids, width, height, look, out, sampling = 1) {
  if (sampling === 1) {
    for (let y = 0, p = 0; y < height; y++) {
      const down = y + 1 < height ? width : 0;
      for (let x = 0; x < width; x++, p++) {
        out[p] = sample(ids, p, x + 1 < width ? 1 : 0, down, x, y, look);
      }
    }
    return;
  }
  const wide = 2 * width;
  for (let y = 0, p = 0; y < height; y++) {
    const down = y + 1 < height ? 2 * wide : 0;
    for (let x = 0; x < width; x++, p++) {
      const q = 2 * y * wide + 2 * x;
      const right = x + 1 < width ? 2 : 0;
      const a = ids[q];
      if (a === ids[q + 1] && a === ids[q + wide] && a === ids[q + wide + 1]
        && a === ids[q + right] && a === ids[q + down] && a === ids[q + wide + right]
        && a === ids[q + down + 1]) {
        out[p] = plain(a, x, y, look);
        continue;
      }
      out[p] = average(
        sample(ids, q, right, down, x, y, look), sample(ids, q + 1, right, down, x, y, look),
        sample(ids, q + wide, right, down, x, y, look),
        sample(ids, q + wide + 1, right, down, x, y, look));
    }
  }
}

function plain(id, x, y, look) {
  const colour = look.table[id];
  if (colour !== HATCH) return colour;
  return (x + y) % 6 < 2 ? look.hatch[1] : look.hatch[0];
}

function sample(ids, p, right, down, x, y, look) {
  const id = ids[p];
  const beside = ids[p + right];
  const below = ids[p + down];
  const colour = plain(id, x, y, look);
  if (id === beside && id === below) return colour;
  const { groups, lines } = look;
  if (id === 0 || beside === 0 || below === 0) {
    // The outer border: on the land's side, or on the first pixel outside.
    return id === 0 ? mixed(look.sea, lines.coast, 150) : mixed(colour, lines.coast, 150);
  }
  if (groups && (groups[id] !== groups[beside] || groups[id] !== groups[below])) {
    // Seen on pale and on deep colours alike: towards ink on the one, towards paper on the other.
    return ((colour >>> 8) & 255) > 105 ? mixed(colour, lines.group, 170)
      : mixed(colour, lines.contrary, 150);
  }
  return look.fine ? mixed(colour, lines.fine, 90) : colour;
}

function average(a, b, c, d) {
  const solid = (a >>> 24 ? 1 : 0) + (b >>> 24 ? 1 : 0) + (c >>> 24 ? 1 : 0) + (d >>> 24 ? 1 : 0);
  if (!solid) return 0;
  if (solid === 4) {
    const rb = (((a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff)) >>> 2);
    const g = (((a & 0xff00) + (b & 0xff00) + (c & 0xff00) + (d & 0xff00)) >>> 2);
    return (0xff000000 | (rb & 0xff00ff) | (g & 0xff00)) >>> 0;
  }
  const channel = (shift) => Math.round(
    [a, b, c, d].reduce((sum, s) => sum + (s >>> 24 ? (s >>> shift) & 255 : 0), 0) / solid);
  const alpha = Math.round(255 * solid / 4);
  return ((alpha << 24) | (channel(16) << 16) | (channel(8) << 8) | channel(0)) >>> 0;
}
