// In a frame: tell the page around how high this one wants to be. Nothing else is said, and
// nothing is listened to.
(function () {
  if (window.parent === window) return;
  let told = 0;

  /** Narrow: as high as what it holds. Wide: the map beside its panel, which scrolls. */
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
