// The state of the page in its address, so that a link leads back to it. The code that uses a value
// from the address checks it: a user can type anything there.

const MOST_TYPED = 200; // letters of any one part that are looked at

/** The parts of an address such as #layer=density&at=48095&view=44.5,3.5,9. */
function readAddress() {
  let hash = "";
  try {
    hash = window.location.hash.slice(1);
  } catch {
    // Some embedding pages give their frames no readable address.
  }
  const found = new URLSearchParams(hash);
  const part = (name) => (found.get(name) || "").slice(0, MOST_TYPED);
  return {
    layer: part("layer"),
    method: part("method"),
    certain: part("certain") === "1",
    counting: part("count") === "people" ? "people" : "territories",
    level: part("level"),
    outline: part("outline"),
    names: part("names") !== "0",
    at: part("at"),
    beside: part("beside"),
    weights: part("weights"),
    lang: part("lang"),
    theme: ["light", "dark"].includes(part("theme")) ? part("theme") : "",
    view: readView(part("view")),
    table: readTable(found, part),
  };
}

/** Latitude, longitude and zoom, or null. */
function readView(text) {
  const [lat, lng, zoom, ...more] = text.split(",").map((one) => (one.trim() ? Number(one) : NaN));
  const right = Math.abs(lat) <= 85 && Math.abs(lng) <= 360 && zoom >= 0 && zoom <= 30;
  return right && !more.length ? [lat, lng, zoom] : null;
}

function readTable(found, part) {
  const sort = part("sort");
  return {
    ...newTableState(),
    open: part("table") === "1",
    text: part("q"),
    within: part("in"),
    flag: part("flag"),
    sort: sort.replace(/^-/, ""),
    down: sort.startsWith("-"),
    columns: found.has("columns") ? (found.get("columns") || "").split(",").slice(0, 60) : null,
  };
}

/** Write the parts that have changed since the page was opened; `step` adds one that Back undoes. */
function writeAddress(state, step) {
  const { table } = state;
  const parts = new URLSearchParams();
  const set = (name, value) => { if (value) parts.set(name, value); };
  set("layer", state.layer);
  set("method", state.method);
  set("certain", state.certain ? "1" : "");
  set("weights", state.weights);
  set("count", state.counting === "people" ? "people" : "");
  set("level", state.level);
  set("outline", state.outline);
  set("names", state.names ? "" : "0");
  set("at", state.at);
  set("beside", state.beside);
  set("lang", state.lang);
  set("theme", state.theme);
  set("table", table.open ? "1" : "");
  set("q", table.text);
  set("in", table.within);
  set("flag", table.flag);
  set("sort", table.sort && (table.down ? "-" : "") + table.sort);
  if (table.columns) parts.set("columns", table.columns.join(","));
  set("view", state.view);
  try {
    window.history[step ? "pushState" : "replaceState"](null, "", `#${parts.toString().replace(/%2C/g, ",")}`);
  } catch {
    // A frame without its own address has nothing to write to.
  }
}
