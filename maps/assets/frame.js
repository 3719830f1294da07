// In a frame: send the height of this page to the page around it. Nothing else is sent, and
// nothing is received.
(function () {
  if (window.parent === window) return;
  let told = 0;

  /** As high as its content, whose height depends on the width only. */
  function wanted() {
    return Math.ceil(document.getElementById("zb").getBoundingClientRect().height);
  }

  function tell() {
    const height = wanted();
    if (height === told) return;
    told = height;
    window.parent.postMessage({ type: "zoneblanche:height", height }, "*");
  }

  new ResizeObserver(tell).observe(document.getElementById("zb"));
  window.addEventListener("resize", tell);
  window.addEventListener("load", tell);
})();
