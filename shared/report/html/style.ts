/** The only style sheet of a page; the page's policy names it by its hash. */
export const STYLE = `
:root { --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --ground: #fff; --band: #f6f8fa; --link: #0550ae; color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9da7b3; --line: #3d444d; --ground: #0d1117; --band: #161b22; --link: #79b8ff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 3rem 1.5rem 6rem; max-width: 62rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 "Noto Sans", system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 .75rem; padding-bottom: .3rem; border-bottom: 2px solid var(--line); }
p { max-width: 46rem; white-space: pre-line; }
header { padding-bottom: 1.5rem; border-bottom: 4px solid var(--ink); }
header .organisation { font-size: 1.15rem; margin: 0 0 1.5rem; color: var(--soft); }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .3rem 1.5rem; margin: 1rem 0; }
dt { color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; }
nav ol { padding-left: 1.5rem; columns: 2 20rem; }
.wide { overflow-x: auto; margin: 1.5rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; line-height: 1.4; }
caption { text-align: start; font-weight: 600; font-size: 1rem; padding-bottom: .4rem; }
th, td { text-align: start; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); min-width: 4.5rem; }
thead th { border-bottom: 2px solid var(--ink); background: var(--band); }
tbody th { font-weight: inherit; }
.number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
.note { color: var(--soft); font-size: .9rem; }
figure { margin: 1.5rem 0; }
figcaption { font-weight: 600; margin-bottom: .4rem; }
figure svg { width: 100%; height: auto; background: #fff; border: 1px solid var(--line); }
details { font-size: .9rem; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; }
@page { size: A4; margin: 18mm 16mm; }
@media print {
  :root { --ink: #000; --soft: #444; --line: #bbb; --ground: #fff; --band: #f2f2f2; --link: #000; color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  h2 { break-after: avoid; }
  .wide { overflow: visible; }
  table { font-size: 7.5pt; }
  thead { display: table-header-group; }
  tr, figure, dl { break-inside: avoid; }
  th, td { min-width: 0; }
  details { display: none; }
  a { text-decoration: none; }
}
`;
