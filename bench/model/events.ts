interface Timed {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

/** Simulated time: acts in the order of their instants, those of one instant in the order in which they were set. */
export interface Events {
  at(atMs: number, act: () => void): void;
  /** Runs what is due up to an instant; the clock ends there. */
  runUntil(untilMs: number): void;
  now(): number;
}

export function events(): Events {
  const heap: Timed[] = [];
  let order = 0;
  let clockMs = 0;
  const before = (left: Timed, right: Timed): boolean =>
    left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);

  function push(event: Timed): void {
    heap.push(event);
    let index = heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || before(above, event)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  function pop(): Timed | undefined {
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const right = heap[child + 1];
      const left = heap[child];
      if (!left) break;
      if (right && before(right, left)) child++;
      const lesser = heap[child];
      if (!lesser || before(last, lesser)) break;
      heap[index] = lesser;
      index = child;
    }
    heap[index] = last;
    return top;
  }

  return {
    at: (atMs, act) => push({ atMs: Math.max(atMs, clockMs), order: order++, act }),
    now: () => clockMs,
    runUntil(untilMs) {
      for (let next = heap[0]; next && next.atMs <= untilMs; next = heap[0]) {
        pop();
        clockMs = next.atMs;
        next.act();
      }
      clockMs = untilMs;
    },
  };
}
