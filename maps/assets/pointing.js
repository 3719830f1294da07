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
    this.point(id - 1);
    if (!id || !this.model.names || !event) {
      this.tip.hidden = true;
      return;
    }
    if (id !== this.tipId) {
      this.tip.replaceChildren(...drawTooltip(this, id - 1).flat());
      this.tipId = id;
    }
    this.tip.hidden = false;
    const stage = this.tip.parentElement.getBoundingClientRect();
    const { clientX, clientY } = event.originalEvent;
    const x = Math.min(clientX - stage.left + 14, stage.width - this.tip.offsetWidth - 6);
    const below = clientY - stage.top + 18;
    const y = below + this.tip.offsetHeight > stage.height
      ? clientY - stage.top - this.tip.offsetHeight - 12 : below;
    this.tip.style.transform = `translate(${Math.max(x, 4)}px, ${Math.max(y, 4)}px)`;
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
    if (!this.model.names) return;
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
    this.pin(this.pinned, { model: this.pinnedIn });
  },
};
