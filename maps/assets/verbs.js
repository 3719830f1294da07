// The actions of the bar above the map and of the table; a part of Page.

const VERBS = {
  speak(lang) {
    this.speech.lang = lang;
    this.address.lang = lang;
    for (const control of [this.zoomControl, this.homeControl, this.scaleControl]) {
      control?.remove();
    }
    const { beside } = this;
    this.rebuild();
    if (!this.given) this.addControls();
    if (this.hint) this.addMoveButton();
    if (beside) this.setBeside(beside.layer.id);
    this.repin();
    this.remember();
    this.root.querySelector(".zb-lang").focus();
  },

  setOutline(level) {
    if (!this.isWhole()) {
      this.note({ outline: level });
      return;
    }
    this.model.outline(level === "none" ? null : level);
    for (const layer of this.allLayers()) layer.setGeometry({ ...this.layerOptions(), look: layer.options.look });
    this.repin();
    this.remember();
  },

  setNaming(on) {
    this.naming = on;
    if (!this.isWhole()) this.note({ names: on });
    this.drawNames();
    this.remember();
  },

  setTable(open) {
    if (!this.isWhole()) {
      this.noteTable(open);
      return;
    }
    const { beside } = this;
    this.table.open = open;
    this.rebuild();
    if (beside) this.setBeside(beside.layer.id);
    this.repin();
    this.refocus("[data-tool=table]");
    if (open) this.later.add("said", () => { this.status.textContent = this.grid?.count.textContent ?? ""; });
  },

  /** A second map with that layer ("" for one that matches the first), or none (null). */
  setBeside(id) {
    if (this.given) return;
    if (!this.isWhole()) {
      this.noteBeside(id);
      return;
    }
    const whole = this.atHome();
    this.beside?.remove();
    this.beside = null;
    this.tipId = 0;
    if (id !== null) {
      this.beside = new Beside(this, this.findLayer(id) || this.counterpart(this.layer));
      this.root.querySelector(".zb-pane").after(this.beside.element);
    }
    this.root.classList.toggle("zb-two", Boolean(this.beside));
    this.fit(whole);
    this.beside?.start();
    this.press("compare", Boolean(this.beside));
    this.repin();
  },

  /** The layer to compare a layer with. */
  counterpart(layer) {
    const { layers } = this.model;
    return ["indicator", "dimension", "context"].map((role) => layers.find((one) =>
      one.role === role && one !== layer)).find(Boolean) || layer;
  },

  /** The territories that pass the table's filters; the others fade on the maps. */
  filtered(kept) {
    if (sameBytes(kept, this.kept)) return;
    this.kept = kept;
    this.recolour();
    this.beside?.recolour();
  },

  /** Focus what the reader used last, which may be a new element, and update the address. */
  refocus(selector) {
    this.root.querySelector(selector)?.focus();
    this.remember();
  },

  async saveCsv() {
    await this.whenWhole();
    const columns = tableColumns(this);
    const { rows } = tableRows(this, columns);
    saveFile(fileName(this, "csv"), tableAsCsv(this, columns, rows));
    return this.speech.sayOf("saved_rows", rows.length);
  },

  async savePicture(kind) {
    await this.whenWhole();
    this.later.finish();
    saveFile(fileName(this, kind), await pictureFile(this, kind));
    return this.speech.say("saved_picture");
  },

  async copyLink() {
    await this.whenWhole();
    this.writeAddress();
    try {
      await navigator.clipboard.writeText(window.location.href);
      return this.speech.say("link_copied");
    } catch {
      return this.speech.say("link_by_hand", { link: window.location.href });
    }
  },
};

/** Whether two lists of bytes, either of which may be null, are the same. */
function sameBytes(one, other) {
  if (one === null || other === null) return one === other;
  return one.length === other.length && one.every((byte, k) => byte === other[k]);
}
