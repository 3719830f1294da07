// In a frame: send the height of this page to the page around it. Nothing else is sent, and
// nothing is received.
(function () {
  if (window.parent === window) return;
  let told = 0;

  /** Narrow: as high as its content. Wide: the map next to its panel, which scrolls. */
  function wanted() {
    const width = document.documentElement.clientWidth;
    if (width <= 760) return Math.ceil(document.body.getBoundingClientRect().height);
    return Math.round(Math.min(Math.max(width * 0.62, 520), 760));
  }

  function tell() {
    const height = wanted();
    if (height === told) return;
    told = height;
    window.parent.postMessage({ type: "zoneblanche:height", height }, "*");
  }

  new ResizeObserver(tell).observe(document.body);
  window.addEventListener("resize", tell);
  window.addEventListener("load", tell);
})();
