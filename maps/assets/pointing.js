// Pointing at a territory and selecting one, on any of the maps; a part of Page.

const POINTING = {
  /** Pointer and keyboard on one of the maps. */
  wire(map, layer) {
    map.on("mousemove", (event) => this.hover(layer.idAt(event.containerPoint), event));
    map.on("mouseout movestart", () => this.hover(0)); // what moves away is no longer pointed at
    map.on("click", (event) => this.pin(layer.idAt(event.containerPoint) - 1));
    map.on("moveend", () => this.sayMiddle(map, layer));
    map.getContainer().addEventListener("pointerdown", () => this.keys(false));
    map.getContainer().addEventListener("keyup", (event) => {
      this.keys(true);
      const came = ["Tab", "Escape"].includes(event.key); // from another element, or from the card
      if (came && event.target === map.getContainer()) this.sayMiddle(map, layer);
    });
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === map.getContainer()) {
        this.pin(layer.idAt(map.getSize().divideBy(2)) - 1, { focus: true });
      }
    });
  },

  /** Whether keys move the map, which then shows its middle. */
  keys(used) {
    this.root.classList.toggle("zb-keys", used);
  },

  /** While keys move a map: its middle in words, for those who do not see it. */
  sayMiddle(map, layer) {
    const used = this.root.classList.contains("zb-keys") && map.getContainer() === document.activeElement;
    if (!used || !this.model.names) return;
    layer.catchUp();
    const i = layer.idAt(map.getSize().divideBy(2)) - 1;
    const [id] = this.toldLayers();
    this.status.textContent = i < 0 ? this.speech.say("nothing_here")
      : `${this.model.names[i]}${this.speech.say("colon")}${figureText(this, id, i)}`;
  },

  hover(id, event) {
    const space = event && this.tip.parentElement.getBoundingClientRect(); // before anything changes
    this.point(id - 1);
    if (!id || !this.model.names || !event) {
      this.tip.hidden = true;
      return;
    }
    if (id !== this.tipId) {
      if (!this.tipId) { // of other layers, or in other words
        this.tooltip = drawTooltip(this);
        this.tip.replaceChildren(...this.tooltip.parts);
      }
      this.tooltip.show(id - 1);
      this.tipId = id;
    }
    this.tip.hidden = false;
    const { clientX, clientY } = event.originalEvent;
    this.tip.style.transform = besidePointer(clientX - space.left, clientY - space.top, space);
  },

  /** Outline territory i on every map, -1 for none. */
  point(i) {
    if (i === this.hovered) return;
    this.hovered = i;
    for (const layer of this.allLayers()) layer.setOutlined(i + 1, layer.chosen);
    this.grid?.mark();
  },

  allLayers() {
    return [...this.layers, ...(this.beside?.layers || [])];
  },

  /** Ids of the layers whose figures the tooltip shows. */
  toldLayers() {
    const told = [this.layer, this.beside?.layer].filter(Boolean)
      .flatMap((layer) => (layer.kind === "bivariate" ? [layer.x, layer.y] : [layer.id]));
    return [...new Set(told)];
  },

  /** The territory whose card is open, if the map shows its level; else -1. */
  pinnedHere() {
    return this.pinnedIn === this.model ? this.pinned : -1;
  },

  drawCard() {
    const { pinned, cardPlace } = this;
    cardPlace.replaceChildren(...(pinned < 0 ? [] : [drawCard(this.viewOf(this.pinnedIn), pinned)]));
  },

  /** The page with the territories of another level, as their card sees it. */
  viewOf(model) {
    const { speech } = this;
    if (model === this.model) return this;
    const shown = { layer: null, classes: [], classOf: [] };
    return Object.assign(Object.create(this), { model, shown,
      speech: new Speech(model.head, speech.lang) });
  },

  /** Open the card of territory i of a model; -1 closes it. */
  pin(i, { focus = false, from = "map", model = this.model } = {}) {
    if (!this.isWhole()) {
      this.notePin(i, { focus, model });
      return;
    }
    const back = this.pinned;
    this.pinned = i;
    this.pinnedIn = model;
    for (const layer of this.allLayers()) layer.setOutlined(layer.hovered, i + 1, model.geometry);
    if (from !== "table") this.grid?.reveal(this.pinnedHere());
    this.drawCard();
    if (back !== i) this.drawNames();
    if (i >= 0) this.closeTools?.();
    else if (back >= 0) this.clearSearch?.();
    if (i >= 0 && focus) this.cardPlace.firstChild.focus({ preventScroll: true });
    if (i < 0 && back >= 0 && document.activeElement === document.body) {
      this.map.getContainer().focus({ preventScroll: true });
    }
    this.remember();
  },

  /** Show the open card again, in a new interface. */
  repin() {
    if (this.isWhole()) this.pin(this.pinned, { model: this.pinnedIn });
  },
};

/** The room of the map for its tooltip, whose changes stay within. */
function tipSpace(tip) {
  return el("div", { class: "zb-tip-space" }, el("div", {}, tip));
}

/** Where the tooltip is in a space: to the right of the pointer and below, as far as there is room. Its own size is 100%
 *  here, so that nothing is laid out before the frame. */
function besidePointer(x, y, { width, height }) {
  const [below, above] = [y + 18, y - 12];
  const room = `max(0px, ${height - below}px - 100%)`; // below; times much, it outdoes what is above
  return `translate(max(4px, min(${x + 14}px, ${width - 6}px - 100%)), `
    + `max(4px, min(${below}px, ${above}px - 100% + 10000 * ${room})))`;
}
