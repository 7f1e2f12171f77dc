// Lays options and manifests flat, for value.rs to read: all texts in one string, and numbers that say what
// comes, each kind by the number that it has there.

/** More numbers than any call within its limits takes: what would lead beyond them is as good as nothing. */
const MOST = 1_000_000;
/** Deeper than any call within its limits nests. */
const DEEPEST = 32;

let laid = [];

/** Lays a value flat and returns its texts; the numbers wait for the next call of `numbers`. */
export function texts(value) {
  let texts = '';
  const numbers = [];
  const text = (text) => {
    numbers.push(text.length);
    texts += text;
  };
  const put = (value, depth) => {
    if (value === false) numbers.push(1);
    else if (value === true) numbers.push(2);
    else if (typeof value === 'number') numbers.push(3, value);
    else if (typeof value === 'string') {
      numbers.push(4);
      text(value);
    } else if (typeof value !== 'object' || value === null || depth > DEEPEST) numbers.push(0);
    else if (value instanceof Date) numbers.push(5, value.getTime());
    else if (Array.isArray(value)) list(value, depth);
    else object(value, depth);
  };
  // As long as it was when it was reached; one of billions of holes is not walked.
  const list = (values, depth) => {
    const { length } = values;
    if (length + numbers.length > MOST) return numbers.push(0);
    numbers.push(6, length);
    for (let at = 0; at < length; at++) put(values[at], depth + 1);
  };
  const object = (value, depth) => {
    const given = Object.entries(value).filter(([, value]) => value !== null && value !== undefined);
    if (given.length + numbers.length > MOST) return numbers.push(0);
    numbers.push(7, given.length);
    for (const [key, value] of given) {
      text(key);
      put(value, depth + 1);
    }
  };
  put(value, 0);
  laid = numbers;
  return texts;
}

/** The numbers of what was laid flat last. */
export function numbers() {
  return laid;
}
