// Where the reader gives a table: a button, a drop on the page, or pasted cells. A dialog says what
// became of its rows, and lets the reader say what its figures mean. Nothing is sent or stored.

const FAULTS_SHOWN = 20;
const LISTED_SHOWN = 100;

/** The dialog of the reader's table. page.own is the table, or null. */
class OwnDialog {
  constructor(page) {
    this.page = page;
    this.refused = null; // { file, faults } of a table that could not be used
    this.turn = 0; // number of tables given; a large one may be read after the next
    this.element = el("dialog", { class: "zb-own", "aria-labelledby": "zb-own-title",
      close: () => this.closed(),
      keydown: (event) => { if (event.key === "Escape") event.stopPropagation(); } });
    this.veil = el("div", { class: "zb-own-veil", hidden: true });
    watchDrops(this);
  }

  open() {
    this.closedAt = null;
    this.draw();
    if (!this.element.open) {
      this.page.root.append(this.element); // moved while open, it would no longer be modal
      this.element.showModal();
    }
  }

  /** Show what the reader decided in the dialog, and give the focus back. */
  closed() {
    this.closedAt = this.page.choices;
    this.show();
    this.page.refocus("[data-own=open]");
  }

  show() {
    if (this.changed) this.page.showOwn(this.wanted);
    this.changed = false;
  }

  readFile(file) {
    return this.read(file.name, async () => tableOfFile(new Uint8Array(await file.arrayBuffer()), file.name));
  }

  readText(text) {
    const file = this.page.speech.say("own_pasted");
    return this.read(file, () => cutTable(plainLines(text), { file, encoding: "utf-8" }));
  }

  /** cut: gives the table or a promise of it, or raises TableRefused. The table given last is shown. */
  async read(file, cut) {
    const { page } = this;
    const turn = ++this.turn;
    performance.mark("zb-own-start");
    this.refused = null;
    this.closedAt = null;
    try {
      const table = await cut();
      await page.whenWhole();
      if (turn !== this.turn) return;
      page.own = new OwnTable(page, table);
      this.changed = true;
      this.wanted = page.own.figures[0]?.id ?? null;
    } catch (error) {
      if (!(error instanceof TableRefused)) throw error;
      if (turn !== this.turn) return;
      this.refused = { file, faults: error.faults };
    }
    performance.measure("zb-own", "zb-own-start");
    if (this.closedAt !== null && this.wanted && !this.refused) { // while the table was read
      if (this.closedAt !== page.choices) this.wanted = null; // a layer that was chosen since stays
      this.show();
      return;
    }
    this.open();
    this.element.querySelector(".zb-own-result").focus({ preventScroll: true });
    this.element.scrollTop = 0;
  }

  draw() {
    const { page } = this;
    const { speech } = page;
    const paste = el("textarea", { id: "zb-own-paste", rows: 4, spellcheck: "false",
      autocomplete: "off", "aria-describedby": "zb-own-hint" });
    this.element.replaceChildren(
      el("header", {}, el("h2", { id: "zb-own-title" }, speech.say("own_table")),
        el("button", { type: "button", class: "zb-close", "aria-label": speech.say("own_close"),
          title: speech.say("own_close"), click: () => this.element.close() }, "×")),
      el("p", {}, speech.say("own_private")),
      ...[this.result()].filter(Boolean),
      el("div", { class: "zb-own-give" },
        // The field itself speaks the browser's language, not the page's.
        el("label", { class: "zb-button zb-own-file" }, speech.say("own_file"),
          el("input", { class: "zb-hidden", type: "file",
            accept: ".csv,.tsv,.txt,.tab,.xlsx,text/csv,text/tab-separated-values",
            change: (event) => { if (event.target.files[0]) this.readFile(event.target.files[0]); } })),
        el("label", { for: "zb-own-paste" }, speech.say("own_paste")), paste,
        el("p", { id: "zb-own-hint", class: "zb-own-note" }, speech.say("own_paste_hint")),
        el("button", { type: "button", class: "zb-button",
          click: () => { if (paste.value.trim()) this.readText(paste.value); } }, speech.say("own_use"))));
  }

  result() {
    const { own, speech } = this.page;
    if (this.refused) {
      return el("section", { class: "zb-own-result zb-own-refused", tabindex: "-1" },
        el("h3", {}, speech.say("own_refused")), faultList(this.refused.faults, this.refused.file, speech));
    }
    if (!own) return null;
    return el("section", { class: "zb-own-result", tabindex: "-1" },
      el("h3", {}, isolated(own.table.file)), accountOf(own, speech), this.figures(own),
      this.actions(own));
  }

  figures(own) {
    const { speech } = this.page;
    const texts = own.columns.filter(({ layer, faults }) => !layer && !faults).map(({ name }) => name);
    return [
      el("h3", {}, speech.say("own_figures")),
      own.figures.length ? null : el("p", {}, speech.say("own_no_columns")),
      own.columns.filter(({ layer, faults }) => layer || faults).map((column) => this.figure(own, column)),
      texts.length ? el("p", { class: "zb-own-note" },
        speech.say("own_text_columns", { names: texts.join(", ") })) : null,
    ];
  }

  figure(own, column) {
    const { speech } = this.page;
    const choice = (name, word, values, now) => el("label", {}, el("span", {}, speech.say(word)),
      el("select", { "data-own": name, change: (event) => this.decide(own, column, name, event.target.value) },
        values.map((value) => el("option", { value, selected: value === now }, speech.say(`${word}_${value}`)))));
    return el("fieldset", { class: "zb-own-figure", "data-column": column.id },
      el("legend", {}, isolated(column.name.trim())),
      column.faults ? faultList(column.faults, own.table.file, speech)
        : [el("p", { class: "zb-own-note" }, missingText(column, this.page)),
          column.notices.map((notice) => el("p", { class: "zb-own-note" }, isolated(inWords(notice, speech))))],
      column.k < 0 ? null : el("div", { class: "zb-own-choices" },
        choice("unit", "own_unit", ["number", "percent", "count"], column.unit),
        choice("better", "own_better", ["none", "higher", "lower"], column.better ?? "none"),
        column.layer ? el("button", { type: "button", class: "zb-button", click: () => {
          Object.assign(this, { changed: true, wanted: column.id });
          this.element.close();
        } }, speech.say("own_show")) : null));
  }

  /** The reader says what a figure is: read the column again. */
  decide(own, column, name, value) {
    const now = { unit: column.unit, better: column.better };
    own.read(column, { ...now, [name]: value === "none" ? null : value });
    this.changed = true;
    this.wanted ??= column.layer ? column.id : null;
    this.draw();
    this.element.querySelector(`[data-column="${column.id}"] [data-own=${name}]`).focus();
  }

  actions(own) {
    const { page } = this;
    const { speech } = page;
    const told = el("p", { class: "zb-own-note", role: "status" });
    const save = () => {
      saveFile(`${ownId(own.table.file, new Set())}.zip`, zipFiles(projectFiles(own, page)));
      told.textContent = speech.say("own_project_saved");
    };
    const able = page.base.head.project && own.figures.length;
    return el("div", { class: "zb-own-actions" },
      own.figures.length ? el("button", { type: "button", class: "zb-button", "data-own": "project",
        disabled: !able, click: save }, speech.say("own_project")) : null,
      el("button", { type: "button", class: "zb-button", "data-own": "remove", click: () => {
        page.own = null;
        this.changed = true;
        this.wanted = null;
        this.draw();
        this.element.querySelector("input").focus();
      } }, speech.say("own_remove")),
      page.base.head.project ? null : el("p", { class: "zb-own-note" }, speech.say("own_project_none")),
      told);
  }
}

/** Files dropped anywhere on the page, and cells pasted anywhere but into a field. */
function watchDrops(dialog) {
  const { veil, page } = dialog;
  const offered = () => Boolean(page.root.querySelector("[data-own=open]")?.offsetParent);
  const hasFile = (event) => event.dataTransfer?.types.includes("Files") && offered();
  const unveil = () => { veil.hidden = true; };
  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    if (!veil.isConnected) page.root.append(veil);
    veil.textContent = page.speech.say("own_drop");
    veil.hidden = false;
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) unveil(); });
  document.addEventListener("drop", (event) => {
    unveil();
    if (!hasFile(event)) return;
    event.preventDefault();
    if (event.dataTransfer.files[0]) dialog.readFile(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => {
    if (!offered() || event.target.closest?.("input, textarea, [contenteditable]")) return;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (/\n/.test(text.trim()) && /[\t;,|]/.test(text)) dialog.readText(text);
  });
}

/** The button of the dialog, for the choices of the map. */
function drawOwnChoice(page) {
  const { speech, ownDialog } = page;
  if (!ownDialog) return null;
  return el("div", { class: "zb-own-choice" },
    el("button", { type: "button", class: "zb-button", "data-own": "open", "aria-haspopup": "dialog",
      click: () => ownDialog.open() }, speech.say("own_open")),
    el("p", { class: "zb-own-note" }, speech.say("own_open_note")));
}

function faultList(faults, file, speech) {
  const more = faults.length - FAULTS_SHOWN;
  return el("ul", { class: "zb-own-faults" },
    faults.slice(0, FAULTS_SHOWN).map((one) => el("li", {}, isolated(faultText(one, file, speech)))),
    more > 0 ? el("li", {}, inWords(sentence("more_faults", {}, more), speech)) : null);
}

/** What became of the rows, in sentences. */
function accountOf(own, speech) {
  const { table, match } = own;
  const matched = match.at.reduce((sum, i) => sum + (i >= 0 ? 1 : 0), 0);
  const all = match.level.codes.length;
  const level = speech.text(match.level.plural);
  const words = (name, slots) => el("p", {}, speech.say(name, slots));
  const [first] = match.padded;
  return el("div", { class: "zb-own-account" },
    [...(table.notices ?? []), ...match.notices].map((notice) => el("p", {}, isolated(inWords(notice, speech)))),
    words("own_matched", { matched: speech.number(matched), rows: speech.number(table.lines.length), level }),
    words(match.by === "code" ? "own_by_code" : "own_by_name", { column: pythonText(table.names[match.column]) }),
    all > matched ? words("own_without",
      { count: speech.number(all - matched), all: speech.number(all), level }) : null,
    first ? el("p", {}, inWords(sentence("own_padded", { first: `${first.text} → ${first.code}` },
      match.padded.length), speech)) : null,
    match.listed.length ? el("details", {},
      el("summary", {}, speech.say("own_listed", { count: speech.number(match.listed.length) })),
      el("ul", {}, match.listed.slice(0, LISTED_SHOWN).map(({ line, text, reason }) => el("li", {},
        isolated(speech.say("own_listed_row", { text: pythonText(text), reason: inWords(reason, speech),
          place: inWords(sentence("place_line", { line: String(line) }), speech) })))),
      match.listed.length > LISTED_SHOWN ? el("li", {}, inWords(sentence("own_listed_more", {},
        match.listed.length - LISTED_SHOWN), speech)) : null)) : null);
}

function missingText({ missing }, { speech, base }) {
  const count = [...missing.values()].reduce((sum, one) => sum + one, 0);
  if (!count) return speech.say("own_all_there");
  const reasons = [...missing].sort((one, other) => other[1] - one[1])
    .map(([reason, many]) => `${speech.text(base.head.reasons[reason])} ${speech.number(many)}`);
  return inWords(sentence("own_missing", { reasons: reasons.join(", ") }, count), speech);
}

const DROPPING = {
  /** Put the layers of the reader's table into every level, and show one; or take them away. */
  showOwn(id) {
    for (const [level, model] of this.models) this.joinOwn(model, level);
    const key = this.own?.match.level.key;
    this.schemes.delete(id);
    this.openThemes.add(this.speech.say("role_own")); // of the card
    if (id && key !== undefined && key !== this.model.id) {
      this.level = key;
      this.model = this.modelOf(key);
    }
    this.layer = this.findLayer(id) || this.findLayer(this.layer.id) || this.firstLayer();
    this.anew();
    const { speech } = this;
    this.status.textContent = this.own
      ? speech.say("now_shown", { title: speech.text(this.layer.title) }) : speech.say("own_removed");
  },

  joinOwn(model, level) {
    if (this.own) this.own.join(model, level);
    else model.forget(({ role }) => role === "own");
  },
};
