//! Puts the embedder's model into the binary, if the set-up has fetched it (`scripts/fetch-model`).

use std::path::Path;

fn main() {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/all-minilm-l6-v2.baton");
    println!("cargo::rustc-check-cfg=cfg(has_model)");
    println!("cargo::rerun-if-changed={}", model.display());
    if model.is_file() {
        println!("cargo::rustc-cfg=has_model");
        println!("cargo::rustc-env=BATON_MODEL_FILE={}", model.display());
    }
}
