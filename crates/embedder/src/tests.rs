mod damage;
mod reference;
mod small;

use std::path::Path;

use crate::MiniLm;

/// The real model, or nothing when its file was not fetched.
pub(crate) fn model() -> Option<MiniLm> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/all-minilm-l6-v2.baton");
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("skipped: {} is missing; scripts/fetch-model makes it", path.display());
        return None;
    };
    Some(MiniLm::load(bytes).expect("the fetched model file loads"))
}
