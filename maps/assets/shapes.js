// The map as lines and areas, for a vector picture: territories of one class are one area.

const FINENESS = 4; // steps of a picture's coordinates to a pixel of the page

/** Arcs of a view as the numbers of a path, in steps: integers, and none that repeats the last. */
class Pen {
  constructor(geometry, view) {
    this.geometry = geometry;
    this.scale = view.scale * FINENESS;
    this.west = view.west;
    this.north = view.north;
  }

  /** Write arc k, backwards or not; `join` continues from the end of the last arc. */
  arc(k, { back = false, join = false } = {}) {
    const { x, y, starts } = this.geometry;
    const [from, to] = [starts[k], starts[k + 1] - 1];
    const parts = [];
    for (let n = 0; n <= to - from; n++) {
      const v = back ? to - n : from + n;
      const px = Math.round((x[v] - this.west) * this.scale);
      const py = Math.round((this.north - y[v]) * this.scale);
      if (n === 0 && !join) {
        parts.push(`M${px} ${py}`);
      } else {
        const [dx, dy] = [px - this.x, py - this.y];
        if (!dx && !dy) continue;
        parts.push(`l${dx} ${dy}`);
      }
      this.x = px;
      this.y = py;
    }
    return parts.join("");
  }
}

/** Which ids have a part in the view, by their boxes: a byte per id. */
function idsInView(model, view) {
  const extent = model.extents();
  const seen = new Uint8Array(model.count + 1);
  const east = view.west + view.width / view.scale;
  const south = view.north - view.height / view.scale;
  for (let id = 1; id <= model.count; id++) {
    const at = 4 * id;
    if (extent[at] <= east && extent[at + 2] >= view.west && extent[at + 1] <= view.north
      && extent[at + 3] >= south) seen[id] = 1;
  }
  return seen;
}

/** The outline of each class as a path: `classOf` a class by id, -1 for nothing. */
function classPaths(geometry, view, classOf, count) {
  const around = Array.from({ length: count }, () => []);
  for (let k = 0; k < geometry.arcs; k++) {
    const left = classOf[geometry.leftId[k]];
    const right = classOf[geometry.rightId[k]];
    if (left === right) continue;
    if (left >= 0) around[left].push({ k, back: false });
    if (right >= 0) around[right].push({ k, back: true });
  }
  return around.map((arcs) => closedPath(geometry, view, arcs));
}

/** Directed arcs as closed rings: each continues with one that begins where it ends. */
function closedPath(geometry, view, arcs) {
  const { x, y, starts } = geometry;
  const place = (v) => `${x[v]} ${y[v]}`;
  const begin = ({ k, back }) => place(back ? starts[k + 1] - 1 : starts[k]);
  const end = ({ k, back }) => place(back ? starts[k] : starts[k + 1] - 1);
  const waiting = new Map();
  for (const arc of arcs) {
    const key = begin(arc);
    if (!waiting.has(key)) waiting.set(key, []);
    waiting.get(key).push(arc);
  }
  const pen = new Pen(geometry, view);
  const used = new Set();
  const parts = [];
  for (const first of arcs) {
    if (used.has(first)) continue;
    let join = false;
    for (let arc = first; arc;) {
      used.add(arc);
      parts.push(pen.arc(arc.k, { back: arc.back, join }));
      join = true;
      const next = waiting.get(end(arc)) || [];
      while (next.length && used.has(next[next.length - 1])) next.pop();
      arc = end(arc) === begin(first) ? null : next.pop();
    }
    parts.push("z");
  }
  return parts.join("");
}

/** Visible borders by kind: of single territories, of groups, of the whole. */
function borderPaths(geometry, view, seen, groups, fine) {
  const pen = new Pen(geometry, view);
  const parts = { fine: [], group: [], coast: [] };
  for (let k = 0; k < geometry.arcs; k++) {
    const [left, right] = [geometry.leftId[k], geometry.rightId[k]];
    if (left === right || (!seen[left] && !seen[right])) continue;
    const kind = left === 0 || right === 0 ? "coast"
      : groups && groups[left] !== groups[right] ? "group" : fine ? "fine" : "";
    if (kind) parts[kind].push(pen.arc(k));
  }
  return { fine: parts.fine.join(""), group: parts.group.join(""), coast: parts.coast.join("") };
}

/** The border of one territory. */
function outlinePath(geometry, view, id) {
  const { first, list } = arcsAround(geometry);
  const pen = new Pen(geometry, view);
  let path = "";
  for (let i = first[id]; i < first[id + 1]; i++) path += pen.arc(list[i]);
  return path;
}
