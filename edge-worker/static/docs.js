// The page of the API: everything on it comes from /openapi.json, and every answer from this deployment.

const api = await read().catch((error) => {
  document.getElementById("state").textContent = `openapi.json can't be read: ${error.message}`;
});
if (api) show();

async function read() {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

/** An element: its attributes, then what is in it. */
function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...inside.flat().filter((part) => part !== undefined));
  return element;
}

/** Text with `code` in it, a paragraph for each empty line. */
function prose(text = "") {
  return text.split("\n\n").map((paragraph) =>
    make("p", {}, paragraph.split("`").map((part, i) => (i % 2 ? make("code", {}, part) : part))),
  );
}

function show() {
  const { title, version, description } = api.info;
  document.title = `${title} ${version}: the API`;
  document.getElementById("title").textContent = `${title} ${version}: the API`;
  document.getElementById("about").replaceChildren(...prose(description));
  const routes = Object.entries(api.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = api.tags.map((tag, i) => [
    make("h2", { id: `kind-${i}` }, tag.name),
    prose(tag.description),
    routes.filter(({ operation }) => operation.tags.includes(tag.name)).map(route),
  ]);
  document.getElementById("routes").replaceChildren(...sections.flat(2), make("h2", { id: "problems" }, "Problems"), problems());
  const links = [...api.tags.map((tag, i) => [`kind-${i}`, tag.name]), ["problems", "Problems"]];
  document.getElementById("contents").append(
    make("ul", {}, links.map(([id, name]) => make("li", {}, make("a", { href: `#${id}` }, name)))),
  );
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.matches("details")) target.open = true;
    target?.scrollIntoView();
  };
  addEventListener("hashchange", open);
  if (location.hash) open();
}

function problems() {
  const row = ({ status, code, when }) =>
    make("tr", {}, make("td", {}, String(status)), make("td", {}, make("code", {}, code)), make("td", {}, prose(when)));
  const head = make("thead", {}, make("tr", {}, ["status", "code", "when"].map((name) => make("th", { scope: "col" }, name))));
  return make("table", {}, head, make("tbody", {}, api["x-problems"].map(row)));
}

/** One route: made when it is opened. */
function route({ path, method, operation }) {
  const summary = make(
    "summary", {},
    make("span", { class: `method ${method}` }, method.toUpperCase()), " ", make("code", {}, path), " ", operation.summary,
    operation.security ? make("span", { class: "lock" }, " · token") : undefined,
  );
  const inside = make("div");
  const fill = () => inside.childElementCount || inside.append(...form(path, method, operation), ...answers(operation));
  return make("details", { class: "route", id: operation.operationId, toggle: fill }, summary, inside);
}

/** What can be asked, and a way to ask it. */
function form(path, method, operation) {
  const inputs = operation.parameters.map((parameter) => {
    const schema = parameter.schema ?? parameter.content["application/json"].schema;
    const id = `${operation.operationId}.${parameter.name}`;
    const example = parameter.example ?? parameter.content?.["application/json"].example;
    const text = Array.isArray(example) ? example.join("\n") : typeof example === "object" ? JSON.stringify(example) : example;
    const many = schema.type === "array";
    const input = make(many ? "textarea" : "input", { id, rows: many ? 2 : undefined, spellcheck: "false", autocomplete: "off" });
    if (parameter.required) input.value = text;
    return { parameter, schema, input, text, many };
  });
  const body = operation.requestBody?.content["application/json"];
  const area = body && make("textarea", { id: `${operation.operationId}.body`, rows: 10, spellcheck: "false" });
  const choose = (name) => (area.value = JSON.stringify(body.examples[name].value, null, 2));
  const select = body && make(
    "select", { id: `${operation.operationId}.example`, change: (event) => choose(event.target.value) },
    Object.keys(body.examples).map((name) => make("option", {}, name)),
  );
  if (body) choose(select.value);
  const result = make("div", { role: "status" });
  const send = async (event) => {
    event.preventDefault();
    result.replaceChildren("Waiting …");
    result.replaceChildren(...(await ask(path, method, operation, inputs, area?.value)));
  };
  const examples = () => inputs.filter(({ parameter }) => parameter.in === "query").forEach(({ input, text }) => (input.value = text ?? ""));
  const clear = () => inputs.filter(({ parameter }) => !parameter.required).forEach(({ input }) => (input.value = ""));
  const optional = inputs.some(({ parameter }) => !parameter.required);
  return [
    make(
      "form", { submit: send },
      inputs.length > 0 ? make("h3", {}, "Parameters") : undefined,
      make("ul", { class: "fields" }, inputs.map(({ parameter, schema, input, many }) =>
        make(
          "li", { class: "parameter" },
          make("div", {}, make("label", { for: input.id }, make("code", {}, parameter.name)), " ",
            make("span", { class: "type" }, kind(schema), parameter.required ? ", required" : "", parameter.in === "query" ? "" : `, in the ${parameter.in}`,
              many ? ", one a line" : ""),
            prose(parameter.description), fields(schema)),
          input,
        ))),
      body ? [
        make("h3", {}, "Body"),
        make("label", { for: select.id }, "Example"), select,
        make("label", { for: area.id }, "JSON"), area,
        prose(operation.requestBody.description), fields(body.schema),
      ] : undefined,
      make("button", { type: "submit" }, "Send"),
      optional ? make("button", { type: "button", class: "plain", click: examples }, "Fill in examples") : undefined,
      optional ? make("button", { type: "button", class: "plain", click: clear }, "Clear") : undefined,
    ),
    result,
  ];
}

/** Sends a request; what to show of it. */
async function ask(path, method, operation, inputs, body) {
  const query = new URLSearchParams();
  const headers = {};
  let address = path;
  for (const { parameter, input, many } of inputs) {
    const { name } = parameter;
    if (parameter.in === "path") address = address.replace(`{${name}}`, encodeURIComponent(input.value));
    else if (input.value === "") continue;
    else if (parameter.in === "header") headers[name] = input.value;
    else for (const value of many ? input.value.split("\n").filter(Boolean) : [input.value]) query.append(name, value);
  }
  if (query.size > 0) address += `?${query}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const token = document.getElementById("token").value;
  if (operation.security && token) headers.Authorization = `Bearer ${token}`;
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const shown = Object.entries(headers).map(([name, value]) => ` \\\n  -H ${name === "Authorization" ? '"Authorization: Bearer $USERS_TOKEN"' : quoted(`${name}: ${value}`)}`);
  const curl = `curl ${quoted(location.origin + address)}${shown.join("")}${body === undefined ? "" : ` \\\n  -d ${quoted(body)}`}`;
  const request = [make("h3", {}, "Request"), make("pre", { tabindex: 0, "aria-label": "Request" }, curl)];
  try {
    // A 304 is worth seeing, so no cache of the browser's is between.
    const response = await fetch(address, { method: method.toUpperCase(), headers, body, cache: "no-store" });
    const text = await response.text();
    let pretty = text;
    try {
      pretty = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      // Shown as it is.
    }
    const lines = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    return [
      ...request,
      make("h3", { class: response.ok || response.status === 304 ? "" : "failed" }, `${response.status}, ${text.length} characters`),
      make("pre", { tabindex: 0, "aria-label": "Headers of the answer" }, lines),
      pretty ? make("pre", { tabindex: 0, "aria-label": "Answer" }, pretty) : undefined,
    ].filter(Boolean);
  } catch (error) {
    return [...request, make("p", { class: "failed" }, `No answer: ${error.message}`)];
  }
}

function answers(operation) {
  const one = ([status, { description, content }]) => {
    const [type, { schema } = {}] = Object.entries(content ?? {})[0] ?? [];
    return make("li", {}, make("code", {}, status), " ", make("span", { class: "type" }, type ?? "no body"), prose(description), schema && status === "200" ? fields(schema) : undefined);
  };
  return [make("h3", {}, "Answers"), make("ul", { class: "fields" }, Object.entries(operation.responses).map(one))];
}

/** What a reference refers to. */
function resolve(schema) {
  return schema.$ref ? api.components.schemas[schema.$ref.split("/").at(-1)] : schema;
}

/** A schema in a few words. */
function kind(schema) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ") + ends(schema);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return [...new Set(either.map(kind))].join(" or ");
  if (schema.allOf?.length === 1) return kind(schema.allOf[0]);
  const types = [schema.type ?? "anything"].flat().map((type) => (type === "array" ? `array of ${kind(schema.items ?? {})}` : type));
  return types.join(" or ") + ends(schema);
}

function ends({ minimum, exclusiveMinimum, maximum, maxItems, maxLength, default: standard }) {
  const low = exclusiveMinimum === undefined ? minimum : `above ${exclusiveMinimum}`;
  const range = low !== undefined && maximum !== undefined ? `, ${low} to ${maximum}` : low !== undefined ? `, from ${low}` : "";
  const most = maxItems ? `, at most ${maxItems}` : maxLength ? `, at most ${maxLength} bytes` : "";
  return range + most + (standard === undefined ? "" : `, default ${JSON.stringify(standard)}`);
}

/** The named parts of a schema, and of what it refers to. */
function parts(schema) {
  const own = resolve(schema);
  if (own.properties) return [own];
  const inside = [...(own.anyOf ?? []), ...(own.oneOf ?? []), ...(own.allOf ?? []), own.items ?? [], typeof own.additionalProperties === "object" ? own.additionalProperties : []].flat();
  return inside.flatMap(parts);
}

/** The fields of a schema, those of the fields folded: made when they are opened. */
function fields(schema) {
  const objects = parts(schema);
  if (objects.length === 0) return undefined;
  const field = (object, [name, inner]) =>
    make("li", {}, make("code", {}, name), " ", make("span", { class: "type" }, kind(inner), object.required?.includes(name) ? ", always there" : ""),
      prose(inner.description), fields(inner));
  const all = () => objects.map((object) => make("ul", { class: "fields" }, Object.entries(object.properties).map((entry) => field(object, entry))));
  const fold = make("details", { toggle: () => fold.childElementCount > 1 || fold.append(...all()) }, make("summary", {}, "Fields"));
  return fold;
}
