//! Files that are cut, damaged or made up are refused; nothing panics.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::file::{self, Description, FORMAT};
use crate::tests::small;
use crate::{LoadError, MiniLm, convert_all_minilm_l6_v2};

static FILE: LazyLock<Vec<u8>> = LazyLock::new(small::file);

fn header_length() -> usize {
    8 + u64::from_le_bytes(*FILE.first_chunk().unwrap()) as usize
}

#[test]
fn every_shorter_file_is_refused() {
    for length in (0..header_length()).chain((header_length()..FILE.len()).step_by(97)) {
        assert!(MiniLm::load(FILE[..length].to_vec()).is_err(), "{length} bytes");
    }
    let longer = [FILE.as_slice(), &[0]].concat();
    assert!(MiniLm::load(longer).is_err());
}

#[test]
fn every_flipped_bit_of_the_weights_is_noticed() {
    for at in (header_length()..FILE.len()).step_by(211) {
        let mut bytes = FILE.clone();
        bytes[at] ^= 1 << (at % 8);
        assert!(matches!(MiniLm::load(bytes), Err(LoadError::Digest)), "byte {at}");
    }
}

#[test]
fn damage_to_the_header_is_refused_or_harmless() {
    let whole = MiniLm::load(FILE.clone()).unwrap().embed_query("where is my order?");
    for at in (0..header_length()).step_by(3) {
        let mut bytes = FILE.clone();
        bytes[at] ^= 1;
        // A space for a tab, for example, changes nothing.
        if let Ok(model) = MiniLm::load(bytes) {
            assert_eq!(model.embed_query("where is my order?"), whole, "byte {at}");
        }
    }
}

#[test]
fn other_formats_and_sizes_are_refused_by_name() {
    let written = |description: Description| file::write(description, &[]).unwrap();
    let newer = written(Description { format: FORMAT + 1, ..small::description() });
    assert!(matches!(MiniLm::load(newer), Err(LoadError::Format { found: 2, expected: 1 })));
    for hidden in [0, 63, 16, usize::MAX / 2] {
        let odd = written(Description { hidden, ..small::description() });
        assert!(matches!(MiniLm::load(odd), Err(LoadError::Unsupported)), "{hidden}");
    }
    let hollow = written(small::description());
    assert!(matches!(MiniLm::load(hollow), Err(LoadError::Container(_))));
    let foreign = safetensors::serialize::<&str, safetensors::tensor::TensorView<'_>, _>([], None);
    assert!(matches!(MiniLm::load(foreign.unwrap()), Err(LoadError::NotOurs)));
}

#[test]
fn only_the_published_weights_are_converted() {
    assert!(matches!(convert_all_minilm_l6_v2(b"other", ""), Err(LoadError::Digest)));
}

proptest! {
    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(MiniLm::load(bytes).is_err());
    }

    #[test]
    fn any_bytes_in_place_of_others_never_panic(at in 0..FILE.len(), bytes in prop::collection::vec(any::<u8>(), 1..40)) {
        let mut damaged = FILE.clone();
        let end = (at + bytes.len()).min(damaged.len());
        damaged.splice(at..end, bytes);
        let _ = MiniLm::load(damaged);
    }
}
