use baton_knowledge::*;
fn t(label: &str, name: &str, text: String) {
    let s = std::time::Instant::now();
    let n = text.len();
    let r = read(text.as_bytes(), &ReadOptions { file_name: name.into(), ..Default::default() });
    let e = s.elapsed();
    let p = r.as_ref().map(|d| d.iter().map(|d| passages(d, "s").len()).sum::<usize>());
    println!("{label:30} {n:9} read {e:?} total {:?} {:?}", s.elapsed(), p.map_err(|e| e.clone()));
}
fn main() {
    let l = 100_000;
    for (unit, count) in [
        ("> ", l),
        ("- ", l),
        ("1. ", l),
        ("[", l),
        ("*a **b ", 20_000),
        ("![", 20_000),
        ("<", l),
        ("`", l),
        ("[a](", 20_000),
        ("|", l),
        ("\\", l),
        ("_a__b", 20_000),
    ] {
        t(unit, "deep.md", format!("# T\n\ntext\n\n{}\n", unit.repeat(count)));
    }
    t("stairs", "a.md", (0..2_000).map(|depth| format!("{}- a\n", " ".repeat(2 * depth))).collect());
    t("table", "a.md", format!("|{}\n|{}\n{}", "a|".repeat(2_000), "-|".repeat(2_000), "|b\n".repeat(2_000)));
    for name in ["line.txt", "line.md", "line.html", "line.csv"] {
        t(name, name, "a".repeat(10 * 1024 * 1024));
    }
    t("sentences", "a.txt", "A sentence. ".repeat(400_000));
    t("entities", "a.html", format!("<p>{}", "&amp;&nosuch;&#x110000;&#0;".repeat(50_000)));
    t("comments", "a.html", "<!-- <!-".repeat(50_000));
    t("wide", "a.html", "<p>word</p><br><br>".repeat(20_000));
    t("unclosed", "a.html", "<p>word<li>item".repeat(20_000));
    t("nodes", "a.html", "<i></i>".repeat(500_001));
    for n in [1000, 2000, 4000] {
        t("formatting", "a.html", (0..n).map(|n| format!("<p><b a={n}></p>")).collect());
    }
    for n in [2000, 4000, 8000] {
        t("attributes", "a.html", format!("<p {}>text</p>", (0..n).map(|n| format!("a{n}=1 ")).collect::<String>()));
    }
    t("attributes same", "a.html", format!("<p {}>text</p>", "a=1 ".repeat(50_000)));
    for mixed in [
        "<div>",
        "<table><b>",
        "<span><div></span>",
        "<b><p></b>",
        "<div><object></div>",
        "<a><table><td>",
        "<i a=1><p><i b=2>",
    ] {
        t(mixed, "a.html", mixed.repeat(l));
    }
}
