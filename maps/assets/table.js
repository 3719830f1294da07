// The table next to the map: every territory is a row, but only visible rows are elements.
// A grid for the keyboard: https://www.w3.org/WAI/ARIA/apg/patterns/grid/

const ROW_PIXELS = 30; // as .zb-grid td in page.css
const LEAST_COLUMN = 108; // pixels that a column has at least
const SPARE_ROWS = 8; // drawn above and below what is in sight

class TerritoryTable {
  /** page: { model, speech, table (its state), layer, pinned, pin, point, goTo, filtered, remember,
   *  saveCsv }. */
  constructor(page) {
    this.page = page;
    this.active = { row: 0, column: 0 };
    this.element = el("section", { class: "zb-table", "aria-label": page.speech.say("table") });
    this.build();
  }

  build() {
    const { speech } = this.page;
    this.count = el("p", { class: "zb-table-count", role: "status" });
    this.above = el("td", {});
    this.below = el("td", {});
    this.head = el("tr", { role: "row", "aria-rowindex": "1" });
    this.body = el("tbody", { role: "rowgroup" });
    const pad = (cell) => el("tbody", { "aria-hidden": "true", class: "zb-pad" }, el("tr", {}, cell));
    this.grid = el("table", { class: "zb-grid", role: "grid", tabindex: "0",
      "aria-label": speech.say("table_label"),
      keydown: (event) => this.press(event), focus: () => this.mark() },
    el("thead", { role: "rowgroup" }, this.head), pad(this.above), this.body, pad(this.below));
    this.scroller = el("div", { class: "zb-scroller", tabindex: "-1", // the grid in it is the stop
      scroll: () => this.later(), pointerleave: () => this.page.point(-1) }, this.grid);
    this.element.replaceChildren(drawTableBar(this.page, this), this.count, this.scroller);
    this.watch ??= new ResizeObserver(() => this.later());
    this.watch.disconnect();
    this.watch.observe(this.scroller);
  }

  /** Compute columns, rows and their order again; keep the scroll position if possible. */
  fill() {
    const { page } = this;
    const { model, speech } = page;
    this.columns = tableColumns(page);
    const { rows, kept } = tableRows(page, this.columns);
    this.rows = rows;
    this.active.row = Math.min(this.active.row, Math.max(rows.length - 1, 0));
    this.active.column = Math.min(this.active.column, this.columns.length - 1);
    this.grid.setAttribute("aria-rowcount", String(rows.length + 1));
    this.grid.setAttribute("aria-colcount", String(this.columns.length));
    this.grid.style.minWidth = `${LEAST_COLUMN * (this.columns.length + 1)}px`;
    this.head.replaceChildren(...this.columns.map((column, k) => this.heading(column, k)));
    this.count.textContent = speech.say("table_count", {
      count: speech.number(rows.length), all: speech.territories(model.count) });
    this.drawn = "";
    this.draw();
    page.filtered(kept);
  }

  heading(column, k) {
    const { table, speech } = this.page;
    const sorted = table.sort === column.id ? (table.down ? "descending" : "ascending") : "none";
    const mark = { ascending: "\u00a0▲", descending: "\u00a0▼", none: "" }[sorted];
    return el("th", { role: "columnheader", scope: "col", "aria-colindex": String(k + 1),
      "aria-sort": sorted, class: column.right ? "zb-right" : null },
    el("button", { type: "button", title: speech.say("sort_by", { title: column.title }),
      click: () => this.sortBy(column) }, isolated(column.title),
    mark ? el("span", { "aria-hidden": "true" }, mark) : null));
  }

  /** The usual order first: names from A, figures from the highest. */
  sortBy(column) {
    const { table } = this.page;
    const first = Boolean(column.right && !column.id.startsWith("rank "));
    table.down = table.sort === column.id ? !table.down : first;
    table.sort = column.id;
    this.active.row = 0;
    this.scroller.scrollTop = 0;
    this.fill();
    this.page.remember();
    const { speech, status } = this.page;
    status.textContent = speech.say(table.down ? "sorted_down" : "sorted_up",
      { title: column.title });
    const at = this.columns.findIndex(({ id }) => id === column.id);
    this.head.children[at]?.querySelector("button").focus();
  }

  later() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  /** The visible rows. */
  draw() {
    if (!this.rows || !this.scroller.clientHeight) return;
    const from = Math.max(0, Math.floor(this.scroller.scrollTop / ROW_PIXELS) - SPARE_ROWS);
    const count = Math.ceil(this.scroller.clientHeight / ROW_PIXELS) + 2 * SPARE_ROWS;
    const to = Math.min(this.rows.length, from + count);
    const key = `${from} ${to}`;
    if (key !== this.drawn) {
      this.drawn = key;
      this.from = from;
      this.above.style.height = `${from * ROW_PIXELS}px`;
      this.below.style.height = `${(this.rows.length - to) * ROW_PIXELS}px`;
      this.body.replaceChildren(...this.rows.slice(from, to).map((i, k) => this.row(i, from + k)));
    }
    this.mark();
  }

  row(i, place) {
    const { page } = this;
    return el("tr", {
      role: "row", "aria-rowindex": String(place + 2),
      pointerenter: () => page.point(i),
      click: (event) => {
        this.active.row = place;
        this.active.column = Math.max(0, event.target.closest("td, th")?.cellIndex ?? 0);
        this.choose(i);
      },
      dblclick: () => page.goTo(i),
    }, this.columns.map((column, k) => {
      const why = column.why(i);
      return el(k ? "td" : "th", {
        role: k ? "gridcell" : "rowheader", scope: k ? null : "row", id: `zb-cell-${place}-${k}`,
        "aria-colindex": String(k + 1), class: column.right && !why ? "zb-right" : null,
        title: column.right ? null : why || column.text(i),
      }, why ? el("span", { class: "zb-none" }, why) : isolated(column.text(i)));
    }));
  }

  /** Which row is selected, which is pointed at on the map, and which cell has the focus. */
  mark() {
    const { hovered } = this.page;
    const pinned = this.page.pinnedHere();
    const focused = document.activeElement === this.grid;
    [...this.body.children].forEach((row, k) => {
      const place = this.from + k;
      row.setAttribute("aria-selected", String(this.rows[place] === pinned));
      row.classList.toggle("zb-pointed", this.rows[place] === hovered);
      [...row.children].forEach((cell, at) => cell.classList.toggle("zb-at",
        focused && place === this.active.row && at === this.active.column));
    });
    const id = `zb-cell-${this.active.row}-${this.active.column}`;
    if (document.getElementById(id)) this.grid.setAttribute("aria-activedescendant", id);
    else this.grid.removeAttribute("aria-activedescendant");
  }

  /** Show the row of territory i, if it is in the table. */
  reveal(i) {
    const place = this.rows ? this.rows.indexOf(i) : -1;
    if (place < 0) return this.mark();
    this.active.row = place;
    this.scrollTo(place);
  }

  /** Scroll as little as needed to make a row visible below the headings. */
  scrollTo(place) {
    const { scroller } = this;
    const head = this.head.offsetHeight;
    const top = place * ROW_PIXELS;
    const room = scroller.clientHeight - head;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + ROW_PIXELS > scroller.scrollTop + room) {
      scroller.scrollTop = top + ROW_PIXELS - room;
    }
    this.draw();
  }

  choose(i) {
    this.page.pin(i, { from: "table" });
    this.mark();
  }

  press(event) {
    if (event.target !== this.grid || !this.rows.length) return;
    const { active } = this;
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / ROW_PIXELS) - 2);
    const last = this.rows.length - 1;
    const whole = event.ctrlKey || event.metaKey;
    const moves = {
      ArrowDown: () => { active.row++; },
      ArrowUp: () => { active.row--; },
      ArrowRight: () => { active.column++; },
      ArrowLeft: () => { active.column--; },
      PageDown: () => { active.row += page; },
      PageUp: () => { active.row -= page; },
      Home: () => { active.column = 0; if (whole) active.row = 0; },
      End: () => { active.column = this.columns.length - 1; if (whole) active.row = last; },
      " ": () => this.choose(this.rows[active.row]),
      Enter: () => {
        this.choose(this.rows[active.row]);
        this.page.goTo(this.rows[active.row]);
      },
    };
    if (!Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    moves[event.key]();
    active.row = Math.min(Math.max(active.row, 0), last);
    active.column = Math.min(Math.max(active.column, 0), this.columns.length - 1);
    this.page.point(this.rows[active.row]);
    this.scrollTo(active.row);
  }

  remove() {
    this.watch.disconnect();
    cancelAnimationFrame(this.frame);
    this.element.remove();
  }
}

/** The filters, the choice of columns, and the download. */
function drawTableBar(page, grid) {
  const { speech, table, model } = page;
  const changed = (name) => (event) => {
    table[name] = event.target.value;
    grid.active.row = 0;
    grid.scroller.scrollTop = 0;
    grid.fill();
    if (name === "within") page.showKept();
    page.remember();
  };
  const level = placeLevel(model);
  const places = level ? [...model.containers[level]].sort(([, one], [, other]) =>
    (folded(one) < folded(other) ? -1 : 1)) : [];
  const flags = model.layers.filter(({ role }) => role === "flag");
  const choice = (name, title, options) => el("label", {}, el("span", {}, title),
    el("select", { "data-filter": name, change: changed(name) },
      el("option", { value: "" }, speech.say("all")),
      options.map(([value, text]) => el("option", { value, selected: table[name] === value }, text))));
  return el("div", { class: "zb-table-bar", role: "group", "aria-label": speech.say("filters") },
    el("label", {}, el("span", {}, speech.say("filter_text")),
      el("input", { type: "search", value: table.text, "data-filter": "text",
        placeholder: speech.say("search_hint"), input: changed("text") })),
    level ? choice("within", capital(speech.text(
      model.head.levels.find(({ id }) => id === level).title), speech), places) : null,
    flags.length ? choice("flag", speech.say("flagged_as"),
      flags.map(({ id, title }) => [id, speech.text(title)])) : null,
    columnChoice(page, grid),
    el("button", { type: "button", class: "zb-button", click: () => page.saveCsv() },
      speech.say("save_csv")));
}

function columnChoice(page, grid) {
  const { speech, table } = page;
  const list = el("div", { class: "zb-columns-list" });
  const fill = () => {
    const chosen = table.columns ?? defaultColumns(page);
    list.replaceChildren(...offeredColumns(page).map(({ id, title }) => el("label", {},
      el("input", { type: "checkbox", value: id, checked: chosen.includes(id), change: (event) => {
        const now = table.columns ?? defaultColumns(page);
        table.columns = event.target.checked ? [...now, id] : now.filter((one) => one !== id);
        grid.fill();
        page.remember();
      } }), el("span", {}, isolated(title)))));
  };
  const details = el("details", { class: "zb-columns",
    toggle: (event) => { if (event.target.open) fill(); },
    keydown: (event) => {
      if (event.key !== "Escape" || !details.open) return;
      event.stopPropagation();
      details.open = false;
      details.firstChild.focus();
    } },
  el("summary", { class: "zb-button" }, speech.say("columns")), list);
  return details;
}
