//! Makes the model file: `convert_model <folder with model.safetensors and vocab.txt> <out>`.

use std::error::Error;
use std::path::PathBuf;

use baton_embedder::{MiniLm, convert_all_minilm_l6_v2};
use sha2::{Digest as _, Sha256};

#[expect(clippy::print_stdout, reason = "the program's output")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(source), Some(target), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: convert_model <folder with model.safetensors and vocab.txt> <out>".into());
    };
    let weights = std::fs::read(source.join("model.safetensors"))?;
    let vocabulary = std::fs::read_to_string(source.join("vocab.txt"))?;
    let bytes = convert_all_minilm_l6_v2(&weights, &vocabulary)?;
    let digest = Sha256::digest(&bytes);
    let megabytes = bytes.len() as f64 / 1e6;
    // A file that appears is whole, even if the program is stopped while it writes.
    let partial = target.with_extension("partial");
    std::fs::write(&partial, &bytes)?;
    let model = MiniLm::load(bytes)?;
    std::fs::rename(&partial, &target)?;
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    println!("{}: {} ({megabytes:.1} MB, sha256 {digest})", target.display(), model.id());
    Ok(())
}
