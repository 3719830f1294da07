// The same page inside a folium map: a layer that brings its panel, legend and card along.

const AtlasLayer = L.Layer.extend({
  initialize(prefix) {
    this._prefix = prefix;
  },

  async onAdd(map) {
    if (!this._root) {
      this._root = el("div", { class: "zb-root zb-embedded" });
      L.DomEvent.disableScrollPropagation(this._root);
      map.getContainer().append(this._root);
      this._page = await startPage(this._root, { map, prefix: this._prefix });
      return;
    }
    map.getContainer().append(this._root);
    this._page?.main.addTo(map);
  },

  onRemove() {
    this._root.remove();
    this._page?.main.remove();
  },
});

/** A Leaflet layer for the data blocks of that prefix. */
function layerFor(prefix) {
  return new AtlasLayer(prefix);
}
