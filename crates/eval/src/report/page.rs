//! The report as one HTML page that needs nothing else: no script, no style sheet, no network.

use crate::metrics::Bin;
use crate::report::{Report, Row};

/// Side of a diagram, pixels.
const SIDE: f64 = 320.0;
/// Space around it for the labels, pixels.
const MARGIN: f64 = 44.0;

/// The page.
pub fn page(title: &str, report: &Report) -> String {
    let rows: String = report.agents.iter().map(|one| row(one, "")).collect();
    let totals = row(&report.macro_mean, " class=\"total\"") + &row(&report.pooled, "");
    let kinds: String = report
        .unanswerable
        .iter()
        .map(|(kind, of)| {
            format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{:.1} %</td></tr>",
                escape(kind),
                of.questions,
                100.0 * of.answered
            )
        })
        .collect();
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --accent: light-dark(#3b55d9, #8498ff); }}
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.4rem; }} h2 {{ font-size: 1.1rem; margin-top: 2rem; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }}
th:first-child {{ text-align: left; }} .total th, .total td {{ border-top: 2px solid var(--line); }}
.diagrams {{ display: flex; flex-wrap: wrap; gap: 2rem; }}
figure {{ margin: 0; }} figcaption {{ max-width: 24rem; }}
svg text {{ font-size: 12px; fill: currentColor; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>Answers are given at a confidence of {threshold:.2} or more. <em>Safe</em>: the documents answer the question, and one that does is among the first five.</p>
<h2>Each knowledge base</h2>
<div class="scroll"><table>
<thead><tr><th scope="col">knowledge base</th><th scope="col">asked</th><th scope="col">R@1</th><th scope="col">R@5</th><th scope="col">nDCG@10</th><th scope="col">MRR</th><th scope="col">AUROC</th><th scope="col">AURC</th><th scope="col">coverage at 10 % risk</th><th scope="col">at 20 %</th><th scope="col">ECE</th><th scope="col">answered</th><th scope="col">wrong of these</th><th scope="col">unanswerable answered</th></tr></thead>
<tbody>{rows}{totals}</tbody>
</table></div>
<h2>Is the confidence true, and what does a threshold do?</h2>
<div class="diagrams">{reliability}{risk}</div>
<h2>What cannot be answered, and is all the same</h2>
<table><thead><tr><th scope="col">why it cannot</th><th scope="col">asked</th><th scope="col">answered</th></tr></thead><tbody>{kinds}</tbody></table>
</body>
</html>
"#,
        title = escape(title),
        threshold = report.threshold,
        reliability = reliability(&report.reliability),
        risk = risk(&report.risk_by_coverage),
    )
}

fn row(row: &Row, class: &str) -> String {
    let (r, s) = (&row.ranking, &row.selection);
    let figures = [
        r.recall_1,
        r.recall_5,
        r.ndcg_10,
        r.mrr,
        s.auroc_safe,
        s.aurc,
        s.coverage_at_10,
        s.coverage_at_20,
        s.ece,
        s.answered,
        s.wrong_of_answered,
        s.answered_unanswerable,
    ];
    let cells: String = figures
        .iter()
        .map(|figure| if figure.is_nan() { "<td>–</td>".to_owned() } else { format!("<td>{figure:.3}</td>") })
        .collect();
    format!("<tr{class}><th scope=\"row\">{}</th><td>{}</td>{cells}</tr>", escape(&row.name), s.questions)
}

/// Of the questions at each confidence, how many are safe: on the diagonal the confidence is true.
fn reliability(bins: &[Bin]) -> String {
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(0).max(1) as f64;
    let points: String = bins
        .iter()
        .filter(|bin| bin.count > 0)
        .map(|bin| {
            let radius = 3.0 + 9.0 * (bin.count as f64 / most).sqrt();
            format!(
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\" fill=\"var(--accent)\" fill-opacity=\".75\"><title>{} questions: confidence {:.2}, safe {:.2}</title></circle>",
                x(bin.confidence), y(bin.safe), bin.count, bin.confidence, bin.safe
            )
        })
        .collect();
    let diagonal = format!(
        "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"var(--line)\" stroke-dasharray=\"4 4\"/>",
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0)
    );
    diagram(
        "confidence",
        "share that is safe",
        "Reliability. Each disc is a tenth of the confidence scale, its size the number of questions; on the line the confidence is true.",
        &(diagonal + &points),
    )
}

/// The share of wrong answers if only the surest are answered.
fn risk(curve: &[f64]) -> String {
    let points: Vec<String> = curve
        .iter()
        .enumerate()
        .map(|(at, risk)| format!("{:.1},{:.1}", x((at + 1) as f64 / curve.len() as f64), y(*risk)))
        .collect();
    let line = format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"var(--accent)\" stroke-width=\"2\"/>",
        points.join(" ")
    );
    diagram(
        "share of questions answered",
        "share of answers that is wrong",
        "Risk and coverage. Answering fewer questions, the surest first, makes fewer answers wrong.",
        &line,
    )
}

fn diagram(across: &str, up: &str, caption: &str, inside: &str) -> String {
    let ticks: String = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
        .iter()
        .map(|tick| {
            format!(
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{tick}</text><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{tick}</text>",
                x(*tick), y(0.0) + 16.0, x(0.0) - 6.0, y(*tick) + 4.0
            )
        })
        .collect();
    let size = SIDE + 2.0 * MARGIN;
    format!(
        "<figure><svg width=\"{size}\" height=\"{size}\" viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"{caption}\"><rect x=\"{MARGIN}\" y=\"{MARGIN}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"var(--line)\"/>{ticks}<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{across}</text><text transform=\"translate(12 {}) rotate(-90)\" text-anchor=\"middle\">{up}</text>{inside}</svg><figcaption>{caption}</figcaption></figure>",
        x(0.5),
        size - 6.0,
        y(0.5)
    )
}

fn x(share: f64) -> f64 {
    MARGIN + share * SIDE
}

fn y(share: f64) -> f64 {
    MARGIN + (1.0 - share) * SIDE
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
