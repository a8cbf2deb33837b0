/** A set of ids from 0 to 2³¹−1 that stays small: at most about 2 bytes per scattered id, 1 bit per dense one. */
export interface IdSet {
  /** False when the id was already there. */
  add(id: number): boolean;
  has(id: number): boolean;
}

const LIST_MAX = 4096;

/** Sorted list of the low 16 bits, or once that would be larger, a bitmap of 65,536 bits. */
type Container = { list: Uint16Array; size: number } | { bits: Uint32Array };

/** A compressed bitmap after Roaring (Lemire et al., 2016): one container per 65,536 ids, list or bitmap by what is smaller. */
export function createIdSet(): IdSet {
  const containers = new Map<number, Container>();
  return {
    has(id) {
      const container = containers.get(id >>> 16);
      if (!container) return false;
      const low = id & 0xffff;
      if ('bits' in container) return hasBit(container.bits, low);
      const at = position(container.list, container.size, low);
      return at < container.size && container.list[at] === low;
    },
    add(id) {
      const high = id >>> 16;
      const low = id & 0xffff;
      let container = containers.get(high);
      if (!container) {
        container = { list: new Uint16Array(4), size: 0 };
        containers.set(high, container);
      }
      if ('bits' in container) return addBit(container.bits, low);
      const at = position(container.list, container.size, low);
      if (at < container.size && container.list[at] === low) return false;
      if (container.size === LIST_MAX) {
        const bits = toBits(container.list);
        containers.set(high, { bits });
        return addBit(bits, low);
      }
      if (container.size === container.list.length) {
        const larger = new Uint16Array(container.size * 2);
        larger.set(container.list);
        container.list = larger;
      }
      container.list.copyWithin(at + 1, at, container.size);
      container.list[at] = low;
      container.size++;
      return true;
    },
  };
}

/** Where `low` is, or belongs, by binary search. */
function position(list: Uint16Array, size: number, low: number): number {
  let from = 0;
  let to = size;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((list[middle] ?? 0) < low) from = middle + 1;
    else to = middle;
  }
  return from;
}

function toBits(list: Uint16Array): Uint32Array {
  const bits = new Uint32Array(2048);
  for (const low of list) addBit(bits, low);
  return bits;
}

function hasBit(bits: Uint32Array, low: number): boolean {
  return ((bits[low >>> 5] ?? 0) & (1 << (low & 31))) !== 0;
}

function addBit(bits: Uint32Array, low: number): boolean {
  const before = bits[low >>> 5] ?? 0;
  const after = before | (1 << (low & 31));
  bits[low >>> 5] = after;
  return after >>> 0 !== before;
}
