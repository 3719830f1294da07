// Which territory is each pixel in? The id image of a view, swept from the arcs.
//
// Along a row of pixels, each border that is crossed leads from one territory into another.
// Writing `left XOR right` at the pixel of each crossing, and running an XOR along the row,
// gives the territory of each pixel: crossings in the same pixel need no order, because
// the territories between them cancel. So nothing is sorted.

/** For so many pixels: `ends` are the positions behind the last pixel of each run of one id, of which the
 *  first `count` are used; `edges` those of lines, see paint.js. */
function newRuns(pixels) {
  return { ends: new Uint32Array(pixels >> 3), count: 0, edges: new Uint32Array(pixels >> 3), edgeCount: 0 };
}

/** The same numbers in an array with room for more. */
function enlarged(numbers, more = 1) {
  const larger = new Uint32Array(2 * numbers.length + more);
  larger.set(numbers);
  return larger;
}

/**
 * Fill `ids` (width × height, 0 = none, territory k = k + 1) for a view.
 *
 * view: width, height in pixels; `scale` pixels a grid step; `west`, `north` the grid coordinates
 * of the image's corner. A pixel is in the territory that contains its centre. runs: gets the runs of
 * the image, or null.
 */
function rasterise(geometry, view, ids, runs = null) {
  const { width, height } = view;
  if (geometry.layered) {
    rasteriseLayered(geometry, view, ids);
    for (let p = width * height - 1; p > 0; p--) if (p % width) ids[p] ^= ids[p - 1]; // changes again
    sweep(ids, width, height, runs);
    return;
  }
  ids.fill(0);
  walkCrossings(geometry, view, (row, column, k) => {
    ids[row * width + column] ^= geometry.leftId[k] ^ geometry.rightId[k];
  });
  sweep(ids, width, height, runs);
}

function sweep(ids, width, height, runs) {
  if (runs === null) {
  for (let row = 0, p = 0; row < height; row++) {
    let current = 0;
    for (const end = p + width; p < end; p++) {
      current ^= ids[p];
      ids[p] = current;
    }
  }
  return;
  }
  let { ends } = runs;
  let count = 0;
  for (let row = 0, p = 0; row < height; row++) {
    let current = 0;
    if (count + width > ends.length) ends = enlarged(ends, width); // a run a pixel, at most
    const end = p + width;
    current = ids[p++];
    for (; p < end; p++) {
      const change = ids[p];
      if (change !== 0) {
        ends[count++] = p;
        current ^= change;
      }
      ids[p] = current;
    }
    ends[count++] = end;
  }
  Object.assign(runs, { ends, count });
}

/**
 * Call `meet(row, column, arc, northward)` for each crossing of an arc with the centre line of a
 * row; the column is that of the first pixel whose centre lies beyond it, 0 for all that are left
 * of the view. Crossings right of the view are skipped.
 */
function walkCrossings(geometry, view, meet, exact = false) {
  const { arcs, x, y, starts, boxes } = geometry;
  const { width, height, scale, west, north } = view;
  for (let k = 0; k < arcs; k++) {
    const b = 4 * k;
    const top = Math.ceil((north - boxes[b + 3]) * scale - 0.5);
    const bottom = Math.ceil((north - boxes[b + 1]) * scale - 0.5);
    if (bottom <= 0 || top >= height || top === bottom) continue;
    const first = Math.ceil((boxes[b] - west) * scale - 0.5);
    if (first >= width) continue;
    const last = Math.ceil((boxes[b + 2] - west) * scale - 0.5);
    const from = starts[k];
    const to = starts[k + 1] - 1;
    if (!exact && (last <= 0 || first === last)) {
      // All its crossings are in one column: only the rows between its two ends count, because
      // what goes up and comes down again cancels.
      const one = Math.ceil((north - y[from]) * scale - 0.5);
      const other = Math.ceil((north - y[to]) * scale - 0.5);
      const column = first > 0 ? first : 0;
      const end = Math.min(Math.max(one, other), height);
      for (let row = Math.max(Math.min(one, other), 0); row < end; row++) {
        meet(row, column, k, other < one);
      }
      continue;
    }
    let px = (x[from] - west) * scale;
    let py = (north - y[from]) * scale;
    let row = Math.ceil(py - 0.5);
    for (let i = from + 1; i <= to; i++) {
      const nextX = (x[i] - west) * scale;
      const nextY = (north - y[i]) * scale;
      const nextRow = Math.ceil(nextY - 0.5);
      if (nextRow !== row) {
        const slope = (nextX - px) / (nextY - py);
        const northward = nextRow < row;
        const end = Math.min(northward ? row : nextRow, height);
        for (let r = Math.max(northward ? nextRow : row, 0); r < end; r++) {
          const column = Math.ceil(px + (r + 0.5 - py) * slope - 0.5);
          if (column < width) meet(r, column > 0 ? column : 0, k, northward);
        }
      }
      px = nextX;
      py = nextY;
      row = nextRow;
    }
  }
}

/**
 * The same where territories overlap: each crossing goes into its row's list; along the row, a
 * territory is entered and left, and the last entered of the open ones is shown.
 */
function rasteriseLayered(geometry, view, ids) {
  const { width, height } = view;
  const rows = Array.from({ length: height }, () => []);
  walkCrossings(geometry, view, (row, column, k, northward) => {
    const enter = northward ? geometry.rightId[k] : geometry.leftId[k];
    const leave = northward ? geometry.leftId[k] : geometry.rightId[k];
    rows[row].push([column, leave, enter]);
  }, true);
  for (let row = 0; row < height; row++) {
    const crossings = rows[row].sort((one, other) => one[0] - other[0]);
    const depth = new Map(); // how many times each territory was entered and not left
    let p = row * width;
    let shown = 0;
    for (const [column, leave, enter] of crossings) {
      ids.fill(shown, p, row * width + column);
      p = Math.max(p, row * width + column);
      if (leave) depth.set(leave, (depth.get(leave) || 0) - 1);
      if (enter) {
        const before = depth.get(enter) || 0;
        depth.delete(enter);
        depth.set(enter, before + 1);
      }
      shown = 0;
      for (const [id, times] of depth) {
        if (times > 0) shown = id;
        else if (times === 0) depth.delete(id);
      }
    }
    ids.fill(shown, p, (row + 1) * width);
  }
}
