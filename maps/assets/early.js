// What the reader does before all data are read: it is kept, and done when they are. What the page can do already, such
// as another theme, it does at once; the rest is noted in the address with which it is filled, or waits its turn.

const USES = ["pointerdown", "keydown", "wheel", "click", "input", "change", "paste", "drop"];

const EARLY = {
  /** Whether the reader uses the page, and from which view; else it may be built again. */
  watchUse() {
    this.opened = { center: this.map.getCenter(), zoom: this.map.getZoom(), used: false };
    const use = () => { this.opened.used = true; };
    for (const name of USES) document.addEventListener(name, use, { once: true, capture: true, passive: true });
  },

  /** Whether names and all figures are there. */
  isWhole() {
    return Boolean(this.base.names);
  },

  /** Wait for all data, in a page that says so. */
  async whenWhole() {
    if (!this.isWhole()) this.sayBusy();
    await this.whole;
  },

  /** What the reader chose is on its way: after a moment the style shows a line over the map. */
  sayBusy() {
    this.root.setAttribute("aria-busy", "true");
  },

  /** Note parts of the address, with which the page is filled. */
  note(parts) {
    Object.assign(this.address, parts);
    this.sayBusy();
  },

  /** The layer is named at once; its colours follow. */
  noteLayer(layer) {
    this.choices++;
    this.wanted = layer;
    this.note({ layer: layer.id, method: "" });
    this.chooser?.show();
  },

  /** The level, without the table's filters of the former one. */
  noteLevel(level) {
    this.choices++;
    this.note({ level: level === AUTO ? "" : level || this.base.head.level.id, levelLast: true });
    Object.assign(this.table, { text: "", within: "", flag: "", columns: null, sort: "" });
  },

  /** The table: its button has the state that it will have. */
  noteTable(open) {
    this.table.open = open;
    this.sayBusy();
    this.press("table", open);
  },

  /** A second map: with that layer ("" for one that matches the first), or none (null). */
  noteBeside(id) {
    this.note({ beside: id === null ? "" : id || this.counterpart(this.wanted ?? this.layer).id });
    this.press("compare", id !== null);
  },

  press(tool, on) {
    this.root.querySelector(`[data-tool=${tool}]`)?.setAttribute("aria-pressed", String(on));
  },

  /** A territory of the map, by the way it was selected: outlined now, its card later. -1 is none. */
  notePin(i, { focus, model }) {
    this.picked = { i, focus, model };
    Object.assign(this.address, { at: "", levelLast: false });
    this.sought = "";
    for (const layer of this.allLayers()) layer.setOutlined(layer.hovered, i + 1, model.geometry);
    if (i >= 0) this.sayBusy();
  },

  /** The view that the reader moved to goes before that of the address, if no other address came. */
  noteView() {
    const { map, opened, address } = this;
    const [center, zoom] = [map.getCenter(), map.getZoom()];
    if (opened.anew || !opened.used || (zoom === opened.zoom && center.equals(opened.center))) return;
    if (address.view || address.at) address.view = [center.lat, center.lng, zoom];
  },

  /** What could not be noted in the address, once the page is filled. */
  carryOut() {
    const { picked } = this;
    if (picked && picked.i >= 0) {
      const here = [document.body, this.map.getContainer()].includes(document.activeElement);
      this.pin(picked.i, { focus: picked.focus && here, model: picked.model });
    }
    if (this.address.levelLast) this.pinAtLevel(); // chosen after the territory
    this.picked = null;
    this.wanted = null;
  },
};
