// Which territories are shown at which zoom: those that read at a glance on a map of the whole, the
// page's own when the reader comes near; or always those of the level that the reader chose.

const AUTO = "auto"; // the level that follows the zoom
const OWN_FROM = 8; // zoom from which the page's own territories are shown

const SCALE = {
  /** The level for a zoom, "" for the page's own territories. */
  levelAt(zoom) {
    if (this.level !== AUTO) return this.level;
    return zoom < OWN_FROM ? this.base.head.opening : "";
  },

  /** The model of a level, created when it is first needed. */
  modelOf(level) {
    if (!this.models.has(level)) {
      const told = this.base.head.upper.find(({ id }) => id === level);
      this.models.set(level, new UpperModel(this.base, told));
      this.joinOwn(this.models.get(level), level);
      this.yourIndex?.join(this.models.get(level));
    }
    return this.models.get(level);
  },

  /** The model that the address asks for, before there is a map. */
  firstModel() {
    const { view, at } = this.address;
    if (this.level !== AUTO || (view ? view[2] >= OWN_FROM : at)) return this.base;
    return this.modelOf(this.base.head.opening);
  },

  /** After a zoom: other territories, if the level follows it. An open card stays. */
  followZoom() {
    const wanted = this.levelAt(this.map.getZoom());
    if (wanted !== this.model.id && this.isWhole()) this.showModel(this.modelOf(wanted));
  },

  /** Show other territories in the same interface. */
  showModel(model) {
    const { beside, grid } = this;
    this.model = model;
    this.yourIndex?.join(model); // the weights may have changed since it was shown
    this.layer = this.findLayer(this.layer.id) || this.firstLayer();
    this.speech = new Speech(model.head, this.speech.lang);
    this.kept = null;
    this.hovered = -1;
    if (grid) Object.assign(this.table, newTableState(), { open: true });
    if (grid || beside) {
      this.rebuild();
      if (beside) this.setBeside(beside.layer.id);
      this.repin();
    } else {
      this.shown = this.classes();
      this.look = lookOf(model, this.shown, this.colours);
      const options = this.layerOptions();
      for (const layer of this.layers) layer.setGeometry({ ...options, look: this.look });
      this.fill();
      this.fillTools();
      this.fillWeights();
      this.drawNames();
    }
    this.remember();
  },

  /** The reader chooses a level, or that it follows the zoom. */
  setLevel(level) {
    if (!this.isWhole()) {
      this.noteLevel(level);
      return;
    }
    this.level = level;
    const model = this.modelOf(this.levelAt(this.map.getZoom()));
    Object.assign(this.table, { text: "", within: "", flag: "", columns: null, sort: "" });
    if (model !== this.model) this.showModel(model);
    else this.fillTools();
    this.pinAtLevel();
    this.status.textContent = this.speech.say("level_shown",
      { level: this.speech.territories(model.count) });
  },

  /** After a choice of level: the card of what contains the territory of the open one there, or none. */
  pinAtLevel() {
    const { pinned, pinnedIn, model } = this;
    if (pinned >= 0 && pinnedIn === this.base) this.pin(model.unitOf(pinned));
    else if (pinnedIn !== model) this.pin(-1);
  },

  /** The models that the search looks in: the page's own territories, then those that contain them. */
  findable() {
    return ["", ...this.base.head.upper.map(({ id }) => id)].map((level) => this.modelOf(level));
  },

  /** Go to a territory that was found, at its level, and open its card. */
  visit(model, i, focus) {
    if (model !== this.base) this.setLevel(model.id);
    else if (this.level !== "" && this.level !== AUTO) {
      this.setLevel(this.base.head.opening && !this.given ? AUTO : "");
    }
    this.goTo(i, model);
    this.pin(i, { focus, model });
  },

  /** A territory by its code: in the territories shown, else at any level. Null if there is none. */
  locate(code) {
    const { base } = this;
    const levels = [this.model.id, "", ...base.head.upper.map(({ id }) => id)];
    for (const level of levels) {
      const at = level ? base.containers[level].findIndex(([one]) => one === code)
        : base.codes.indexOf(code);
      if (at > -1) return { model: this.modelOf(level), at };
    }
    return null;
  },
};
