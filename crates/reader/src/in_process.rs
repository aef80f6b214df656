//! Reading without a child: for tests, whose files are their own.

use async_trait::async_trait;
use baton_app::{DocumentReader, ReadDocuments, ReadFailure, ReadRequest};

use crate::failure::Ending;
use crate::parse::parse;

/// Reads in the process that asks, without any limit but those of the formats.
#[derive(Clone, Copy, Debug, Default)]
pub struct InProcessReader;

#[async_trait]
impl DocumentReader for InProcessReader {
    async fn read(&self, bytes: Vec<u8>, request: ReadRequest) -> Result<ReadDocuments, ReadFailure> {
        let parsed = tokio::task::spawn_blocking(move || parse(&bytes, &request)).await;
        parsed.unwrap_or_else(|_| Err(Ending::Fault.error())).map_err(ReadFailure::Source)
    }
}
