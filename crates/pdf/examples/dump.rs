//! Prints the blocks of a PDF: `cargo run --release -p baton-pdf --example dump -- FILE...`
#![expect(clippy::print_stdout, reason = "what it prints is the purpose of this program")]

use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        let begun = Instant::now();
        let read = baton_pdf::read(&bytes, baton_pdf::Fallback::None);
        let took = begun.elapsed();
        match read {
            Ok(pdf) => {
                println!("# {path}: {:?}", pdf.title);
                for block in &pdf.blocks {
                    println!("{:>4} {:?}", block.page, block.kind);
                }
                println!("# {path}: {} blocks in {took:?}", pdf.blocks.len());
            }
            Err(error) => println!("# {path}: {error} in {took:?}"),
        }
    }
    Ok(())
}
