//! How fast searching, embedding and indexing are, on one thread, on texts made here.
//!
//! `cargo run --release -p baton-eval --example speed [-- PASSAGES,PASSAGES,…]`; `make bench` runs it. The model file of the
//! set-up is used if it is there.
//! Texts are made of words with the frequencies of a language (Zipf), so that postings are as long as they really are; their
//! embeddings are made of random numbers, because an exact scan takes the same time whatever they are.
#![expect(clippy::print_stdout, reason = "a report for the person who runs it")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use baton_embedder::MiniLm;
use baton_knowledge::{
    BuildOptions, EmbeddedPassage, Embedding, Format, ReadOptions, Snapshot, SourcePassages, Vectors,
    document_passages, read,
};

const DIMENSIONS: usize = 384;
/// Words of a vocabulary.
const VOCABULARY: usize = 30_000;
const COMMONEST: [&str; 32] = [
    "the", "of", "and", "a", "to", "in", "is", "that", "it", "for", "on", "with", "as", "are", "was", "this", "be",
    "at", "by", "not", "or", "but", "an", "they", "if", "will", "there", "their", "then", "such", "no", "these",
];
const QUERIES: usize = 200;
const QUERY_WORDS: usize = 8;
const HITS: usize = 8;
/// Words of a section; a page has several.
const SECTION_WORDS: usize = 120;
const SECTIONS: usize = 6;
const PAGES: usize = 1_700;

fn main() -> Result<(), Box<dyn Error>> {
    let sizes = std::env::args().nth(1).unwrap_or_else(|| "10000,100000".to_owned());
    let folder = tempfile::tempdir()?;
    for size in sizes.split(',') {
        search(folder.path(), size.parse()?)?;
    }
    index(folder.path())?;
    embed()
}

/// Searching, once the query is embedded.
fn search(folder: &Path, passages: usize) -> Result<(), Box<dyn Error>> {
    let mut random = Random(7);
    let documents = passages.div_ceil(SECTIONS);
    let at = folder.join(format!("snapshot-{passages}"));
    let mut sources = SourcePassages { source_id: "s".into(), source_name: "s".into(), documents: Vec::new() };
    for number in 0..documents {
        let page = markdown(&mut random, number);
        let options = ReadOptions { file_name: format!("{number}.md"), format: Some(Format::Markdown), title: None };
        sources
            .documents
            .extend(read(page.as_bytes(), &options)?.iter().map(|document| document_passages(document, "s")));
    }
    let begun = Instant::now();
    let manifest = Snapshot::build(&at, &[sources], &BuildOptions::default())?;
    let built = begun.elapsed();
    let embedded: Vec<EmbeddedPassage> = (0..manifest.passages)
        .map(|_| EmbeddedPassage {
            whole: Embedding::of(&random.unit()),
            sentences: (0..5).map(|_| Embedding::of(&random.unit())).collect(),
        })
        .collect();
    let vectors = folder.join(format!("{passages}.vectors"));
    Vectors::write(&vectors, "random", &manifest.content_hash, &embedded)?;
    drop(embedded);
    let begun = Instant::now();
    let snapshot = Snapshot::open(&at)?.with_vectors(Vectors::open(&vectors)?)?;
    let opened = begun.elapsed();
    println!(
        "passages={} built_s={:.2} opened_ms={:.0}",
        manifest.passages,
        built.as_secs_f64(),
        opened.as_secs_f64() * 1e3
    );
    let queries: Vec<(String, Vec<f32>)> = (0..QUERIES).map(|_| (random.words(QUERY_WORDS), random.unit())).collect();
    for (name, with_meaning) in [("words", false), ("hybrid", true)] {
        let mut took = Vec::new();
        for (query, embedding) in queries.iter().chain(&queries) {
            let begun = Instant::now();
            let found = snapshot.search(query, with_meaning.then_some(embedding.as_slice()), HITS)?;
            took.push(begun.elapsed());
            assert!(!found.hits.is_empty(), "common words are found");
        }
        // The first round warms the page cache.
        report(&format!("search_{name}_{passages}"), &mut took[QUERIES..]);
    }
    Ok(())
}

/// From HTML pages to a snapshot whose words can be searched.
fn index(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut random = Random(11);
    let pages: Vec<String> = (0..PAGES).map(|number| html(&mut random, number)).collect();
    let bytes: usize = pages.iter().map(String::len).sum();
    let begun = Instant::now();
    let mut sources = SourcePassages { source_id: "s".into(), source_name: "s".into(), documents: Vec::new() };
    for (number, page) in pages.iter().enumerate() {
        let options = ReadOptions { file_name: format!("{number}.html"), format: Some(Format::Html), title: None };
        sources
            .documents
            .extend(read(page.as_bytes(), &options)?.iter().map(|document| document_passages(document, "s")));
    }
    let parsed = begun.elapsed();
    let manifest = Snapshot::build(&folder.join("pages"), &[sources], &BuildOptions::default())?;
    let all = begun.elapsed();
    println!(
        "html_pages={PAGES} html_mb={:.1} passages={} parsed_pages_per_s={:.0} searchable_pages_per_s={:.0}",
        bytes as f64 / 1e6,
        manifest.passages,
        PAGES as f64 / parsed.as_secs_f64(),
        PAGES as f64 / all.as_secs_f64()
    );
    Ok(())
}

/// Embedding queries and passages.
fn embed() -> Result<(), Box<dyn Error>> {
    let Ok(model) = std::fs::read("models/all-minilm-l6-v2.baton") else {
        println!("embedding=skipped (no model file; `make model` fetches it)");
        return Ok(());
    };
    let begun = Instant::now();
    let model = MiniLm::load(model)?;
    println!("embedder_load_ms={:.0}", begun.elapsed().as_secs_f64() * 1e3);
    for tokens in [9, 24, 62, 127] {
        // Common words are one token each; two tokens mark the ends.
        let text = vec!["house"; tokens - 2].join(" ");
        assert_eq!(model.count_tokens(&text), tokens);
        let mut took = Vec::new();
        for _ in 0..60 {
            let begun = Instant::now();
            std::hint::black_box(model.embed_query(&text));
            took.push(begun.elapsed());
        }
        report(&format!("embed_{tokens}_tokens"), &mut took[10..]);
    }
    Ok(())
}

fn report(name: &str, took: &mut [Duration]) {
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!("{name}_p50_ms={:.3} {name}_p99_ms={:.3}", at(0.5), at(0.99));
}

fn markdown(random: &mut Random, number: usize) -> String {
    let mut page = format!("# {} {number}\n", random.words(4));
    for _ in 0..SECTIONS {
        let _ = write!(page, "\n## {}\n\n{}\n", random.words(3), random.sentences());
    }
    page
}

fn html(random: &mut Random, number: usize) -> String {
    let mut page =
        format!("<!doctype html><html><head><title>{} {number}</title></head><body><nav><ul>", random.words(4));
    for link in 0..40 {
        let _ = write!(page, "<li><a href=\"/p{link}.html\">{}</a></li>", random.words(2));
    }
    let _ = write!(page, "</ul></nav><main><article><h1>{}</h1>", random.words(4));
    for section in 0..SECTIONS {
        let _ = write!(
            page,
            "<section id=\"s{section}\"><h2>{}</h2><p>{}</p><p>{}</p><ul><li>{}</li><li>{}</li></ul><pre><code>{}</code></pre></section>",
            random.words(3),
            random.sentences(),
            random.sentences(),
            random.words(9),
            random.words(9),
            random.words(12),
        );
    }
    page + "</article></main><footer><p>All rights reserved</p></footer></body></html>"
}

/// A sequence that is the same in every run (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A word of the vocabulary; the n-th commonest about as often as 1/n. The commonest are those of English, which no search
    /// looks for.
    fn word(&mut self) -> String {
        let rank = (VOCABULARY as f64).powf(self.share()) as usize;
        if let Some(common) = COMMONEST.get(rank) {
            return (*common).to_owned();
        }
        // Letters from the rank, so that the same rank is always the same word.
        let mut rest = rank * 7 + 13;
        let mut word = String::new();
        while rest > 0 || word.len() < 3 {
            word.push(char::from(b"aeiou"[rest % 5]));
            word.push(char::from(b"bcdfglmnprstv"[(rest / 5) % 13]));
            rest /= 65;
        }
        word
    }

    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    fn sentences(&mut self) -> String {
        (0..SECTION_WORDS / 12).map(|_| self.words(12) + ".").collect::<Vec<_>>().join(" ")
    }

    fn unit(&mut self) -> Vec<f32> {
        let numbers: Vec<f32> = (0..DIMENSIONS).map(|_| self.share() as f32 - 0.5).collect();
        let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
        numbers.iter().map(|number| number / length).collect()
    }
}
