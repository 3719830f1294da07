// The state of the page from an address, and back into it; a part of Page. The form of an address is in
// address.js.

const RESTORING = {
  /** Show the state in another address, now or when all is read. */
  follow(address) {
    if (this.isWhole()) {
      this.restore(address);
      return;
    }
    Object.assign(this, { address, table: address.table, wanted: null, picked: null, sought: "" });
    this.opened.anew = true;
    this.choices++;
    this.sayBusy();
  },

  /** Show the state in an address, as far as the page has it; `anew`: in an interface that is built again. */
  restore(address, { anew = true } = {}) {
    const { base } = this;
    this.endZoom(); // before the level of the address is chosen: its end may change the level
    if (Object.hasOwn(base.head.words, address.lang || base.head.lang)) {
      this.speech.lang = address.lang || base.head.lang;
    }
    this.table = address.table;
    this.naming = address.names;
    this.theme = address.theme;
    this.markTheme();
    this.level = levelIn(address, this);
    this.model = this.modelOf(this.levelAt(address.view ? address.view[2] : this.map.getZoom()));
    const { model } = this;
    this.restoreWeights(address.weights);
    const outlines = ["none", ...model.head.levels.map(({ id }) => id)];
    if (outlines.includes(address.outline)) {
      model.outline(address.outline === "none" ? null : address.outline);
    }
    this.layer = this.findLayer(address.layer) || this.findLayer(this.layer.id)
      || this.firstLayer();
    this.readMethod(address);
    this.certain = address.certain;
    this.counting = address.counting;
    this.pinned = -1;
    this.pinnedIn = model;
    if (anew) this.rebuild();
    else this.complete();
    if (address.view) {
      this.moveTo(() => this.map
        .setView([address.view[0], address.view[1]], address.view[2], { animate: false }));
    }
    if (this.findLayer(address.beside)) this.setBeside(address.beside);
    else this.press("compare", false); // it was pressed for a layer that the page does not have
    const found = address.at ? this.locate(address.at) : null;
    if (found) {
      if (!address.view) this.goTo(found.at, found.model);
      this.pin(found.at, { model: found.model });
    } else if (anew) {
      this.clearSearch?.();
    }
    this.lastKey = undefined; // what the address says is no step of the reader
    this.remember();
  },

  /** The method of classification in an address, which stays that of its layer. */
  readMethod({ method }) {
    const scheme = readScheme(method, this.layer);
    if (scheme) this.schemes.set(this.layer.id, scheme);
  },

  /** Update the address a moment later, because browsers take time for it. */
  remember() {
    clearTimeout(this.remembering);
    if (!this.isWhole()) return; // the address still says what the page will show
    this.remembering = setTimeout(() => this.writeAddress(), 200);
  },

  writeAddress() {
    clearTimeout(this.remembering);
    const { model, base, layer } = this;
    const { lat, lng } = this.map.getCenter();
    const method = this.schemes.get(layer.id);
    const outlined = model.outlined || "none";
    // Back undoes another layer, level, territory or second map; not a movement of the map.
    const key = [layer.id, this.level, this.pinned < 0 ? "" : this.pinnedIn.codes[this.pinned],
      this.beside?.layer.id].join();
    const step = this.lastKey !== undefined && this.lastKey !== key;
    this.lastKey = key;
    writeAddress({
      layer: layer.id,
      method: method && method !== layer.scheme ? writeScheme(method, layer) : "",
      certain: this.certain,
      counting: this.counting,
      level: levelWritten(this),
      outline: outlined === (model.head.outline || "none") ? "" : outlined,
      names: this.naming,
      at: this.pinned >= 0 ? this.pinnedIn.codes[this.pinned] : "",
      beside: this.beside?.layer.id,
      lang: this.speech.lang === base.head.lang ? "" : this.speech.lang,
      view: [lat.toFixed(4), lng.toFixed(4), this.map.getZoom().toFixed(1)].map(Number).join(","),
      theme: this.theme,
      weights: this.weights && Object.entries(this.weights).map((pair) => pair.join(":")).join(","),
      table: this.table,
    }, step);
  },
};

/** The level in an address, if the page has it; else the one with which it opens. */
function levelIn(address, { base, given }) {
  const { head } = base;
  const opening = head.opening && !given ? AUTO : "";
  if (address.level && address.level === head.level.id) return "";
  return head.upper.some(({ id }) => id === address.level) ? address.level : opening;
}

/** The level for the address, "" for the one with which the page opens. */
function levelWritten({ level, base, given }) {
  const { head } = base;
  if (level === (head.opening && !given ? AUTO : "")) return "";
  return level || head.level.id;
}
