// Names on the map: each inside its territory, so that names do not overlap, and only where it
// fits. The id image of the view shows where there is room.

const NAME_PIXELS = 11; // height of the letters, in pixels of the page
const ROWS_APART = 3; // rows of the id image that are looked at: every third
const ENOUGH = 0.5; // share of what is in sight that must have room for its name

/**
 * Where to write the name of each group: for each, the widest stretch that is inside it on all the
 * rows that the letters take.
 *
 * of: the group of each id (0 for none); widths: of the names, by group, in image pixels; high: of
 * the letters. Returns [{ group, x, y }] of the names that fit, and the number of visible groups.
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
      if (to - from > (known ? known.to - known.from : 0)) {
        best.set(group, { from, to, y: y - ((need - 1) * ROWS_APART) / 2 });
      }
    }
  }
  const placed = [];
  for (const [group, { from, to, y }] of best) {
    if (to - from >= widths[group]) placed.push({ group, x: (from + to) / 2, y });
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

/** The levels whose names can be written, the finest first: [{ of, names }]. */
function namedLevels(model) {
  const own = new Uint32Array(model.count + 1);
  for (let id = 1; id <= model.count; id++) own[id] = id;
  const levels = [{ of: own, names: model.names }];
  for (const { id, count } of model.head.levels) {
    if (count < 2) continue;
    const of = new Uint32Array(model.count + 1);
    of.set(model.parents(id), 1);
    levels.push({ of, names: model.containers[id].map(([, name]) => name) });
  }
  return levels;
}

/** A function for a layer's `names`: the finest level of which enough names fit is written. */
function nameWriter(model, colours) {
  let levels = null;
  const widths = new Map();
  return (context, ids, width, height, ratio) => {
    if (!model.names) return;
    levels ??= namedLevels(model);
    const size = NAME_PIXELS * ratio;
    context.font = `600 ${size}px system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif`;
    for (const level of levels) {
      const typical = roomFor(ids, width, height, level.of);
      if (typical < 3 * size) continue; // a name is wider than that: none would fit
      const wanted = level.names.map((name, k) => {
        const key = `${ratio} ${name}`;
        if (!widths.has(key)) widths.set(key, context.measureText(name).width + 0.9 * size);
        return widths.get(key);
      });
      const { placed, seen } = placeNames(ids, width, height, level.of, [0, ...wanted], 1.5 * size);
      if (placed.length < ENOUGH * seen) continue;
      writeNames(context, placed, level.names, colours, ratio);
      return;
    }
  };
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

function writeNames(context, placed, names, colours, ratio) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3 * ratio;
  context.strokeStyle = colours.paper;
  context.fillStyle = colours.ink;
  for (const { group, x, y } of placed) {
    context.strokeText(names[group - 1], x, y);
    context.fillText(names[group - 1], x, y);
  }
}
