//! The model file: one safetensors file with weights, vocabulary and a description.
//!
//! The description is JSON under one key of the file's metadata, with a SHA-256 over itself and everything behind the header.

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::LoadError;
use crate::kernels::attention::HEAD;
use crate::kernels::linear::{GROUP, PANEL};

/// Changes whenever an older program could not read the file or would compute something else from it.
pub(crate) const FORMAT: u32 = 1;
/// Where the description lies in the file's metadata. It is the only key, because the order of several is not fixed.
const KEY: &str = "baton";
/// A larger model is not one of this family; the bound keeps sizes computed from it from overflowing.
const SIZE_MAX: usize = 1 << 20;

/// What a model file says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Description {
    pub(crate) format: u32,
    /// Names model and rounding; vectors under different names must not be compared.
    pub(crate) id: String,
    /// Who made the model, under which licence, and what was changed.
    pub(crate) notice: String,
    /// SHA-256 of the weights that the file was made from, in hexadecimal.
    pub(crate) source_sha256: String,
    pub(crate) hidden: usize,
    pub(crate) intermediate: usize,
    pub(crate) layers: usize,
    pub(crate) positions: usize,
    pub(crate) vocabulary: usize,
}

impl Description {
    /// Checks that the kernels can compute a model of these sizes.
    pub(crate) fn check(&self) -> Result<(), LoadError> {
        let sizes = [self.hidden, self.intermediate, self.layers, self.positions, self.vocabulary];
        let possible = sizes.iter().all(|size| (1..SIZE_MAX).contains(size))
            && self.positions >= 2
            && [self.hidden, self.intermediate]
                .iter()
                .all(|size| size.is_multiple_of(GROUP) && size.is_multiple_of(PANEL) && size.is_multiple_of(HEAD));
        if possible { Ok(()) } else { Err(LoadError::Unsupported) }
    }

    /// The digest that ties the description to the bytes behind the header.
    fn digest(&self, data: &[u8]) -> String {
        let text = serde_json::to_vec(self).expect("strings and numbers always serialise");
        let mut hash = Sha256::new();
        hash.update(text);
        hash.update(data);
        hexadecimal(&hash.finalize())
    }
}

/// The description as it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Sealed {
    description: Description,
    sha256: String,
}

/// Writes bytes as hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

/// A checked model file.
#[derive(Debug)]
pub(crate) struct ModelFile<'a> {
    pub(crate) description: Description,
    tensors: SafeTensors<'a>,
    bytes: &'a [u8],
}

impl<'a> ModelFile<'a> {
    /// Reads the header and checks the digest.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, LoadError> {
        let (header, Sealed { description, sha256 }) = sealed(bytes)?;
        // The header's length stands in 8 bytes before it.
        if description.digest(&bytes[8 + header..]) != sha256 {
            return Err(LoadError::Digest);
        }
        description.check()?;
        Ok(Self { description, tensors: SafeTensors::deserialize(bytes)?, bytes })
    }

    /// Where a tensor's bytes lie in the file.
    pub(crate) fn range(&self, name: &str, dtype: Dtype, shape: &[usize]) -> Result<std::ops::Range<usize>, LoadError> {
        let tensor = self.tensors.tensor(name)?;
        if tensor.dtype() != dtype || tensor.shape() != shape {
            return Err(LoadError::Tensor { name: name.to_owned() });
        }
        let start = tensor.data().as_ptr().addr() - self.bytes.as_ptr().addr();
        Ok(start..start + tensor.data().len())
    }

    /// A tensor's floats.
    pub(crate) fn floats(&self, name: &str, shape: &[usize]) -> Result<Box<[f32]>, LoadError> {
        let bytes = &self.bytes[self.range(name, Dtype::F32, shape)?];
        let floats: Box<[f32]> = bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        if floats.iter().all(|value| value.is_finite()) {
            Ok(floats)
        } else {
            Err(LoadError::Tensor { name: name.to_owned() })
        }
    }

    /// The vocabulary: as many lines as the description says.
    pub(crate) fn vocabulary(&self) -> Result<&'a str, LoadError> {
        let data = self.tensors.tensor(VOCABULARY)?.data();
        let text = std::str::from_utf8(data).map_err(|_| LoadError::Vocabulary)?;
        if text.lines().count() == self.description.vocabulary { Ok(text) } else { Err(LoadError::Vocabulary) }
    }
}

/// The name of the tensor that holds the vocabulary's text.
pub(crate) const VOCABULARY: &str = "vocabulary";

/// A tensor to be written.
#[derive(Debug)]
pub(crate) struct Tensor {
    pub(crate) name: String,
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

/// Writes a model file; the same input gives the same bytes.
pub(crate) fn write(description: Description, tensors: &[Tensor]) -> Result<Vec<u8>, LoadError> {
    let unsealed = serialise(&Sealed { description: description.clone(), sha256: String::new() }, tensors)?;
    let (header, _) = SafeTensors::read_metadata(&unsealed)?;
    let sha256 = description.digest(&unsealed[8 + header..]);
    serialise(&Sealed { description, sha256 }, tensors)
}

fn serialise(sealed: &Sealed, tensors: &[Tensor]) -> Result<Vec<u8>, LoadError> {
    let text = serde_json::to_string(sealed).expect("strings and numbers always serialise");
    let views = tensors.iter().map(|tensor| {
        let view = TensorView::new(tensor.dtype, tensor.shape.clone(), &tensor.bytes);
        view.map(|view| (tensor.name.as_str(), view))
    });
    let views = views.collect::<Result<Vec<_>, _>>()?;
    Ok(safetensors::serialize(views, Some([(KEY.to_owned(), text)].into_iter().collect()))?)
}

/// The name of the model in a file, by its head alone: the weights are neither read nor checked.
pub(crate) fn id_of(bytes: &[u8]) -> Result<String, LoadError> {
    Ok(sealed(bytes)?.1.description.id)
}

/// What a file says of itself, and how long its header is.
fn sealed(bytes: &[u8]) -> Result<(usize, Sealed), LoadError> {
    let (header, metadata) = SafeTensors::read_metadata(bytes)?;
    let text = metadata.metadata().as_ref().and_then(|entries| entries.get(KEY));
    let sealed: Sealed = serde_json::from_str(text.ok_or(LoadError::NotOurs)?).map_err(|_| LoadError::NotOurs)?;
    if sealed.description.format != FORMAT {
        return Err(LoadError::Format { found: sealed.description.format, expected: FORMAT });
    }
    Ok((header, sealed))
}
