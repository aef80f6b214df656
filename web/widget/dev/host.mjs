/** A shop's page with the strictest policy that the widget promises to work under. */
export function hostPage(request, response, batonOrigin) {
  const url = new URL(request.url ?? "/", "http://shop");
  if (url.pathname === "/shop.css") {
    response.writeHead(200, { "content-type": "text/css" }).end(CSS);
    return;
  }
  if (url.pathname === "/shop.js") {
    response.writeHead(200, { "content-type": "text/javascript" }).end(JS);
    return;
  }
  if (url.pathname === "/favicon.ico") {
    response.writeHead(404).end();
    return;
  }
  const attributes = [...url.searchParams]
    .filter(([name]) => /^[a-z-]+$/.test(name))
    .map(([name, value]) => `data-${name}="${value.replace(/["&<>]/g, "")}"`)
    .join(" ");
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": [
      "default-src 'none'",
      `script-src 'self' ${batonOrigin}`,
      "style-src 'self'",
      `connect-src 'self' ${batonOrigin}`,
      `frame-src ${batonOrigin}`,
      "img-src 'self'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join("; "),
  });
  response.end(
    page(
      url.pathname,
      `<script async src="${batonOrigin}/widget.js" data-agent-id="agent-1" ${attributes}></script>`,
    ),
  );
}

const page = (path, tag) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fernbank ${path === "/" ? "" : path.slice(1)}</title>
<link rel="stylesheet" href="/shop.css">
<script src="/shop.js"></script>
${tag}
</head>
<body>
<header><b>Fernbank</b><nav><a href="/">Shop</a> <a href="/plants">Plants</a> <a href="/plans">Plans</a> <a href="https://fernbank.example/help" data-baton-open data-baton-prefill="I need help with my order">Help</a></nav></header>
<main>
<h1>Plants that stay alive</h1>
<p>Every plant comes with a card that says what it needs, and a doctor you can write to.</p>
<div class="grid">${Array.from({ length: 9 }, (_, at) => `<article><div class="leaf leaf-${at % 3}"></div><h2>${["Monstera", "Calathea", "Fern"][at % 3]}</h2><p>from ${19 + at * 4} €</p></article>`).join("")}</div>
</main>
<footer>Fernbank, 2026</footer>
</body>
</html>`;

const CSS = `
* { box-sizing: border-box }
div { outline: 0 }
button { background: hotpink; font-family: serif; border-radius: 0 !important }
section { background: yellow; padding: 40px }
body { margin: 0; font: 16px/1.5 Georgia, serif; color: #22302a; background: #f6f4ee }
header { display: flex; justify-content: space-between; padding: 24px 48px; border-bottom: 1px solid #ddd8ca }
nav a { margin-left: 24px; color: inherit }
main { max-width: 1000px; margin: 0 auto; padding: 56px 24px }
h1 { font-size: 44px; line-height: 1.1; margin: 0 0 16px }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 24px; margin-top: 40px }
.leaf { height: 180px; border-radius: 12px; background: #c9d8c5 }
.leaf-1 { background: #d9cfb8 } .leaf-2 { background: #b8cfc6 }
article h2 { font-size: 18px; margin: 12px 0 0 } article p { margin: 0; color: #66705f }
footer { padding: 48px; text-align: center; color: #66705f }
@media (max-width: 480px) { header { padding: 16px } nav a { margin-left: 12px } h1 { font-size: 32px } }
`;

const JS = `
window.violations = [];
addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective + " " + event.blockedURI));
window.heard = [];
for (const name of ["ready", "open", "close", "unread", "message:sent", "message:received", "answer:done", "handoff:requested", "handoff:joined", "conversation:closed"]) {
  addEventListener("baton:" + name, (event) => window.heard.push([name, event.detail]));
}
`;
