// The same page inside a folium map: a layer with its panel, legend and card.

const AtlasLayer = L.Layer.extend({
  initialize(prefix) {
    this._prefix = prefix;
  },

  async onAdd(map) {
    if (!this._root) {
      this._root = el("div", { class: "zb-root zb-embedded" });
      L.DomEvent.disableScrollPropagation(this._root);
      this._stand(map);
      this._page = await startPage(this._root, { map, prefix: this._prefix });
      this._watchFoot();
      return;
    }
    this._stand(map);
    this._page?.main.addTo(map);
  },

  onRemove() {
    this._root.parentElement.classList.remove("zb-around");
    this._root.remove();
    this._page?.main.remove();
  },

  /** On top of the map, whose own controls leave space for the panel and the sources. */
  _stand(map) {
    map.getContainer().append(this._root);
    map.getContainer().classList.add("zb-around");
  },

  _watchFoot() {
    const foot = this._root.querySelector(".zb-foot");
    new ResizeObserver(() => this._root.parentElement?.style
      .setProperty("--zb-foot", `${foot.offsetHeight}px`)).observe(foot);
  },
});

/** A Leaflet layer for the data blocks with that prefix. */
function layerFor(prefix) {
  return new AtlasLayer(prefix);
}
