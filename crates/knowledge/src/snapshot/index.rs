//! The search index over the passages of a snapshot.
//!
//! One tantivy segment; the number of a passage is its document number in the index.
//! The field `content` holds title, headings and text, so that a passage is found by words that stand above it;
//! the field `title` holds title and headings once more and lifts passages whose headings match.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::collector::TopDocs;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle, WritePtr,
};
use tantivy::indexer::SingleSegmentIndexWriter;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{
    BytesOptions, Field, IndexRecordOption, STRING, Schema, TantivyDocument, TextFieldIndexing, TextOptions, Value,
};
use tantivy::{DocAddress, DocSet, Index, ReloadPolicy, Searcher, TERMINATED, Term};

use crate::analysis::Analyzer;
use crate::language::Language;
use crate::passage::{Passage, PassageId};
use crate::snapshot::limits::{MAX_QUERY_BYTES, MAX_QUERY_TERMS};
use crate::snapshot::{QueryTerm, SnapshotError};

/// The name under which the analyzer is registered with the index.
const ANALYZER: &str = "passage";
/// Working memory of the index writer, in bytes.
const WRITER_MEMORY_BYTES: usize = 64 * 1024 * 1024;
/// The weight of a match in the title or the headings, on top of its weight in the content.
const TITLE_BOOST: f32 = 0.25;
/// The weight of two neighbouring query terms standing near each other, on top of the weight of each.
const PAIR_BOOST: f32 = 0.25;
/// How many other words may stand between such a pair.
const PAIR_SLOP: u32 = 2;
/// The saturation constant of BM25, which is fixed in the search library.
const BM25_K1: f32 = 1.2;

#[derive(Clone, Copy, Debug)]
struct Fields {
    id: Field,
    content: Field,
    title: Field,
    passage: Field,
}

fn schema() -> (Schema, Fields) {
    let text = |record: IndexRecordOption| {
        TextOptions::default()
            .set_indexing_options(TextFieldIndexing::default().set_tokenizer(ANALYZER).set_index_option(record))
    };
    let mut builder = Schema::builder();
    let fields = Fields {
        id: builder.add_text_field("id", STRING),
        content: builder.add_text_field("content", text(IndexRecordOption::WithFreqsAndPositions)),
        title: builder.add_text_field("title", text(IndexRecordOption::WithFreqs)),
        passage: builder.add_bytes_field("passage", BytesOptions::default().set_stored()),
    };
    (builder.build(), fields)
}

/// Writes the index folder.
pub(super) struct IndexWriter {
    writer: SingleSegmentIndexWriter,
    fields: Fields,
}

impl IndexWriter {
    pub(super) fn create(dir: &Path, language: Language) -> Result<Self, SnapshotError> {
        let (schema, fields) = schema();
        let tokenizers = tantivy::tokenizer::TokenizerManager::default();
        tokenizers.register(ANALYZER, Analyzer::new(language).for_index());
        let directory = MmapDirectory::open(dir).map_err(tantivy::TantivyError::from)?;
        let writer = Index::builder()
            .schema(schema)
            .tokenizers(tokenizers)
            .single_segment_index_writer(directory, WRITER_MEMORY_BYTES)?;
        Ok(Self { writer, fields })
    }

    pub(super) fn add(&mut self, passage: &Passage) -> Result<(), SnapshotError> {
        let headings = headings(passage);
        let mut document = TantivyDocument::default();
        document.add_text(self.fields.id, passage.id.as_str());
        document.add_text(self.fields.content, &headings);
        document.add_text(self.fields.content, &passage.text);
        document.add_text(self.fields.title, &headings);
        document.add_bytes(self.fields.passage, &serde_json::to_vec(passage).map_err(io::Error::other)?);
        self.writer.add_document(document)?;
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), SnapshotError> {
        self.writer.finalize()?;
        Ok(())
    }
}

/// The title and the headings above a passage, one a line.
fn headings(passage: &Passage) -> String {
    let mut lines = vec![passage.document_title.as_str()];
    lines.extend(passage.heading_path.iter().map(String::as_str));
    lines.join("\n")
}

/// The open index.
pub(super) struct PassageIndex {
    searcher: Searcher,
    fields: Fields,
    analyzer: Analyzer,
}

impl std::fmt::Debug for PassageIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PassageIndex").field("passages", &self.len()).finish_non_exhaustive()
    }
}

impl PassageIndex {
    pub(super) fn open(dir: &Path, language: Language) -> Result<Self, SnapshotError> {
        let directory = MmapDirectory::open(dir).map_err(tantivy::TantivyError::from)?;
        let index = Index::open(ReadOnlyDirectory { files: directory })?;
        let (schema, fields) = schema();
        if index.schema() != schema {
            return Err(SnapshotError::Damaged("the index has other fields".to_owned()));
        }
        let searcher = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?.searcher();
        if searcher.segment_readers().len() > 1 {
            return Err(SnapshotError::Damaged("the index has more than one segment".to_owned()));
        }
        Ok(Self { searcher, fields, analyzer: Analyzer::new(language) })
    }

    /// The number of passages.
    pub(super) fn len(&self) -> u32 {
        self.searcher.segment_readers().iter().map(tantivy::SegmentReader::max_doc).sum()
    }

    pub(super) fn terms(&self, text: &str) -> Vec<String> {
        self.analyzer.terms(text)
    }

    /// The distinct terms of a query with their weights, in order.
    pub(super) fn query_terms(&self, query: &str) -> Result<Vec<QueryTerm>, SnapshotError> {
        let mut terms: Vec<QueryTerm> = Vec::new();
        for term in self.terms(&query[..query.floor_char_boundary(MAX_QUERY_BYTES)]) {
            if terms.len() == MAX_QUERY_TERMS {
                break;
            }
            if terms.iter().all(|known| known.term != term) {
                let passages = self.passages_with(&term)?;
                terms.push(QueryTerm { term, idf: self.idf(passages), passages });
            }
        }
        Ok(terms)
    }

    /// In how many passages, with their titles and headings, an analysed term occurs.
    pub(super) fn passages_with(&self, term: &str) -> Result<u32, SnapshotError> {
        let term = Term::from_field_text(self.fields.content, term);
        let found = self.searcher.doc_freq(&term)?;
        Ok(u32::try_from(found).unwrap_or(u32::MAX))
    }

    /// The inverse document frequency of a term that occurs in `passages`, as BM25 has it.
    pub(super) fn idf(&self, passages: u32) -> f32 {
        let (found, all) = (f64::from(passages), f64::from(self.len()));
        (1.0 + (all - found + 0.5).max(0.0) / (found + 0.5)).ln() as f32
    }

    /// The best passages for the terms, best first, with BM25 over the most that the terms could reach; equal scores in
    /// reading order.
    pub(super) fn rank(&self, terms: &[QueryTerm], limit: usize) -> Result<Vec<(u32, f32)>, SnapshotError> {
        if limit == 0 || terms.iter().all(|term| term.passages == 0) {
            return Ok(Vec::new());
        }
        let best = self.searcher.search(&self.query(terms), &TopDocs::with_limit(limit).order_by_score())?;
        let most = most(terms);
        let normalised = |bm25: f32| if most > 0.0 { (bm25 / most).clamp(0.0, 1.0) } else { 0.0 };
        Ok(best.into_iter().map(|(bm25, address)| (address.doc_id, normalised(bm25))).collect())
    }

    /// Any of the terms, in the content or in the title, and pairs of them near each other.
    ///
    /// Built by hand: the text of a query must not carry operators.
    fn query(&self, terms: &[QueryTerm]) -> BooleanQuery {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for known in terms.iter().filter(|term| term.passages > 0) {
            let term = |field| TermQuery::new(Term::from_field_text(field, &known.term), IndexRecordOption::WithFreqs);
            let title = BoostQuery::new(Box::new(term(self.fields.title)), TITLE_BOOST);
            clauses.push((Occur::Should, Box::new(term(self.fields.content))));
            clauses.push((Occur::Should, Box::new(title)));
        }
        for pair in terms.windows(2).filter(|pair| pair.iter().all(|term| term.passages > 0)) {
            let words = pair.iter().map(|term| Term::from_field_text(self.fields.content, &term.term)).collect();
            let mut near = PhraseQuery::new(words);
            near.set_slop(PAIR_SLOP);
            clauses.push((Occur::Should, Box::new(BoostQuery::new(Box::new(near), PAIR_BOOST))));
        }
        BooleanQuery::new(clauses)
    }

    /// The terms that occur in each passage, its title or its headings, in the order of the terms.
    pub(super) fn matched_terms(
        &self,
        terms: &[QueryTerm],
        numbers: &[u32],
    ) -> Result<Vec<Vec<String>>, SnapshotError> {
        let mut matched = vec![Vec::new(); numbers.len()];
        let Some(segment) = self.searcher.segment_readers().first() else { return Ok(matched) };
        let inverted = segment.inverted_index(self.fields.content)?;
        let mut by_number: Vec<usize> = (0..numbers.len()).collect();
        by_number.sort_by_key(|at| numbers[*at]);
        for known in terms.iter().filter(|term| term.passages > 0) {
            let term = Term::from_field_text(self.fields.content, &known.term);
            let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)? else { continue };
            for at in &by_number {
                let number = numbers[*at];
                if postings.doc() < number {
                    postings.seek(number);
                }
                if postings.doc() == TERMINATED {
                    break;
                }
                if postings.doc() == number {
                    matched[*at].push(known.term.clone());
                }
            }
        }
        Ok(matched)
    }

    pub(super) fn number_of(&self, id: &PassageId) -> Result<Option<u32>, SnapshotError> {
        let Some(segment) = self.searcher.segment_readers().first() else { return Ok(None) };
        let term = Term::from_field_text(self.fields.id, id.as_str());
        let postings = segment.inverted_index(self.fields.id)?.read_postings(&term, IndexRecordOption::Basic)?;
        Ok(postings.map(|postings| postings.doc()).filter(|doc| *doc != TERMINATED))
    }

    pub(super) fn passage(&self, number: u32) -> Result<Passage, SnapshotError> {
        let unreadable = || SnapshotError::Damaged("a passage cannot be read".to_owned());
        if number >= self.len() {
            return Err(unreadable());
        }
        let document: TantivyDocument = self.searcher.doc(DocAddress::new(0, number))?;
        let stored = document.get_first(self.fields.passage).ok_or_else(unreadable)?;
        serde_json::from_slice(stored.as_bytes().ok_or_else(unreadable)?).map_err(|_| unreadable())
    }
}

/// The highest score that the terms could reach together, in a passage that is full of them.
fn most(terms: &[QueryTerm]) -> f32 {
    let single: f32 = terms.iter().map(|term| term.idf * (1.0 + TITLE_BOOST)).sum();
    let pairs: f32 = terms.windows(2).map(|pair| (pair[0].idf + pair[1].idf) * PAIR_BOOST).sum();
    (single + pairs) * (BM25_K1 + 1.0)
}

/// The files of a finished index: nothing is written next to them, not even a lock.
///
/// Locks guard against a writer, and a snapshot has none after it was renamed into place.
#[derive(Clone, Debug)]
struct ReadOnlyDirectory {
    files: MmapDirectory,
}

fn refused() -> io::Error {
    io::Error::new(io::ErrorKind::ReadOnlyFilesystem, "a snapshot is never changed")
}

impl Directory for ReadOnlyDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.files.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::IoError { io_error: Arc::new(refused()), filepath: PathBuf::from(path) })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::wrap_io_error(refused(), PathBuf::from(path)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.files.atomic_read(path)
    }

    fn atomic_write(&self, _path: &Path, _data: &[u8]) -> io::Result<()> {
        Err(refused())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, _lock: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
