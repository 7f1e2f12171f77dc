// One slider: its name, what it says, and the range below them.

/** A slider of 0 to 100. */
export interface Slider {
  readonly row: HTMLElement;
  readonly input: HTMLInputElement;
  /** Says where it stands; `spoken` to those who hear it, if that is another text. */
  say(shown: string, spoken?: string): void;
}

/** Makes one. Its colour is that of the class `kind`. */
export function slider(id: string, name: string, kind: string): Slider {
  const input = document.createElement("input");
  Object.assign(input, { type: "range", min: "0", max: "100", step: "5", id });
  const label = document.createElement("label");
  label.htmlFor = id;
  label.textContent = name;
  const output = document.createElement("output");
  output.htmlFor.add(id);
  const row = document.createElement("div");
  row.className = `slider ${kind}`;
  row.append(label, output, input);
  const say = (shown: string, spoken = shown): void => {
    output.textContent = shown;
    input.setAttribute("aria-valuetext", spoken);
  };
  return { row, input, say };
}

/** A share of 1 as a whole number of 100. */
export const hundredths = (share: number): number => Math.round(share * 100);
