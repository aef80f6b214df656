//! Measures one thread: `speed [model file]`.

use std::error::Error;
use std::time::{Duration, Instant};

use baton_embedder::MiniLm;

const LENGTHS: [usize; 6] = [9, 24, 62, 127, 200, 256];
/// Word pieces of a passage, and how many are embedded in one call.
const PASSAGE: usize = 127;
const BATCH: usize = 16;
const WORDS: [&str; 12] =
    ["help", "order", "your", "store", "the", "payment", "account", "page", "email", "set", "price", "site"];

#[expect(clippy::print_stdout, reason = "the program's output")]
fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).unwrap_or("models/all-minilm-l6-v2.baton".into());
    let bytes = std::fs::read(path)?;
    let start = Instant::now();
    let model = MiniLm::load(bytes)?;
    println!("load {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    println!("tokens  p50 ms  min ms  texts/s");
    for tokens in LENGTHS {
        let text = text(tokens);
        assert_eq!(model.count_tokens(&text), tokens, "every word is one piece");
        let mut times = measure(|| drop(model.embed_query(&text)));
        times.sort_unstable();
        let median = times[times.len() / 2].as_secs_f64();
        let least = times[0].as_secs_f64();
        println!("{tokens:6}  {:6.2}  {:6.2}  {:7.1}", median * 1e3, least * 1e3, 1.0 / median);
    }
    let text = text(PASSAGE);
    let batch = [text.as_str(); BATCH];
    let mut times = measure(|| drop(model.embed(&batch)));
    times.sort_unstable();
    let median = times[times.len() / 2].as_secs_f64() / BATCH as f64;
    println!("passages of {PASSAGE} tokens, {BATCH} at once: {:.1} a second", 1.0 / median);
    Ok(())
}

/// A text of so many word pieces, the two marks included.
fn text(tokens: usize) -> String {
    let words: Vec<_> = WORDS.iter().copied().cycle().take(tokens - 2).collect();
    words.join(" ")
}

/// Runs something for two seconds and returns how long each run took.
fn measure(mut run: impl FnMut()) -> Vec<Duration> {
    let start = Instant::now();
    let mut times = Vec::new();
    while start.elapsed() < Duration::from_secs(2) {
        let before = Instant::now();
        run();
        times.push(before.elapsed());
    }
    times
}
