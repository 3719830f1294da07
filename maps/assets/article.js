// The page as a map in an article: title, map, short legend, source. The card opens inside the map, and
// the wheel scrolls the article unless Ctrl is held or the map was clicked.

const ARTICLE = {
  /** Build the parts of the page that an article's map has; the others are there, outside the document. */
  buildArticle() {
    const { model, speech } = this;
    this.root.classList.add("zb-article");
    this.drawHead();
    this.drawMethod();
    this.paneTitle = el("div", {});
    const several = model.layers.length > 1;
    this.root.replaceChildren(
      el("header", { class: "zb-head" }, this.headline,
        this.readingPlace, several ? this.chooser.element : null),
      el("main", { class: "zb-stage" }, el("div", { class: "zb-maps" },
        el("div", { class: "zb-pane" }, el("div", { class: "zb-pane-map" }, this.mapPlace,
          insetGroup(this.frames, speech))),
        tipSpace(this.tip), this.cardPlace)),
      this.legendPlace, this.drawFoot(), this.pictures, this.status);
  },

  /** Leave the wheel to the article until the reader uses the map. */
  leaveWheel() {
    const { map } = this;
    const place = map.getContainer();
    map.scrollWheelZoom.disable();
    place.addEventListener("wheel", (event) => {
      if (event.ctrlKey) map.scrollWheelZoom.enable();
      else if (!this.clicked) map.scrollWheelZoom.disable();
    }, { capture: true, passive: true });
    map.on("click", () => {
      this.clicked = true;
      map.scrollWheelZoom.enable();
    });
    place.addEventListener("pointerleave", () => {
      this.clicked = false;
      map.scrollWheelZoom.disable();
    });
  },
};

/** The legend of an article's map: swatches in a row, and which end is worse off. */
function shortLegend(page) {
  const { shown, speech, colours } = page;
  const { layer } = shown;
  if (layer.kind === "bivariate") return squareLegend(page);
  const note = legendNote(layer, speech);
  return el("section", { class: "zb-short-legend", "aria-label": speech.say("legend") },
    el("p", { class: "zb-legend-note" }, el("b", {}, isolated(speech.text(layer.title))),
      note.length ? " · " : "", note),
    el("ul", {}, shown.classes.map(({ colour, label }) =>
      el("li", {}, swatch(colour, colours), isolated(label))),
    shown.missingCount ? el("li", {}, swatch(colours.missing[0], colours, colours.missing[1]),
      speech.say("no_data")) : null));
}
