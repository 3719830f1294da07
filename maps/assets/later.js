// What may follow a moment after the reader's choice: one thing a frame, so that none is felt.

class Later {
  constructor() {
    this.waiting = new Map(); // by name: of two that were asked for under one name the newer is done
  }

  add(name, act) {
    this.waiting.delete(name);
    this.waiting.set(name, act);
    if (!this.called) this.call();
  }

  /** Of what is no longer so. */
  drop(name) {
    this.waiting.delete(name);
  }

  /** Do the next when the frame that is due has been painted; a page in the background has none. */
  call() {
    this.called = true;
    const next = () => setTimeout(() => this.next());
    if (document.hidden) next();
    else requestAnimationFrame(next);
  }

  next() {
    this.called = false;
    for (const [name, act] of this.waiting) {
      this.waiting.delete(name);
      if (this.waiting.size) this.call();
      act();
      return;
    }
  }

  /** Do all of it now: paper waits for no frame. */
  finish() {
    while (this.waiting.size) this.next();
  }
}
