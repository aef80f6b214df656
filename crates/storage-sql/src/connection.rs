//! The seam to a database: static SQL with typed values in, rows out.

use async_trait::async_trait;
use baton_domain::ids::{
    AgentId, ClientId, ConversationId, GoldenQuestionId, InvitationId, MemberId, SessionId, SnapshotId, SourceId,
    TrainingId, TurnId, VisitorId, WorkspaceId,
};
use baton_domain::time::Timestamp;
use baton_storage::{StoreError, TokenHash};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// One connection inside a transaction.
#[async_trait]
pub(crate) trait SqlConnection: Send {
    /// Runs statements one after the other; returns what each came to.
    ///
    /// Statements that need not see each other's answers go together: where the database is another process, a way there and back costs
    /// more than most of them.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a value that must be unique is there already.
    /// After an error the connection refuses everything: the unit can only be dropped.
    async fn run(&mut self, statements: Vec<Statement>) -> Result<Vec<Outcome>, StoreError>;

    /// Gives the unit up because it lost a race. Returns once units that begin from then on see what it lost to.
    async fn lose(&mut self);
}

/// Static SQL with the values for its placeholders `$1`, `$2`, and so on.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) sql: &'static str,
    pub(crate) values: Vec<Value>,
}

/// What a statement came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// How many rows it changed. Means nothing for one that only reads.
    pub(crate) changed: u64,
    /// The rows it returned.
    pub(crate) rows: Vec<Row>,
}

/// A value for a placeholder. Absent ones keep their type, which PostgreSQL wants to know.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// A number, a time or a boolean.
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Blob(Option<Vec<u8>>),
    /// An id.
    Id(Option<Uuid>),
    /// JSON.
    Json(Option<String>),
}

/// The values for a statement's placeholders, in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::connection::Value::from($value)),*] };
}
pub(crate) use values;

macro_rules! from_ids {
    ($($id:ident)*) => {$(
        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Id(Some(id.0))
            }
        }

        impl From<Option<$id>> for Value {
            fn from(id: Option<$id>) -> Self {
                Self::Id(id.map(|id| id.0))
            }
        }
    )*};
}

from_ids! {
    AgentId ClientId ConversationId GoldenQuestionId InvitationId MemberId SessionId SnapshotId SourceId TrainingId TurnId
    VisitorId WorkspaceId
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Id(Some(id))
    }
}

impl From<u64> for Value {
    /// Numbers beyond what a column can hold become the largest one: such a number is a cursor that nothing lies behind.
    fn from(number: u64) -> Self {
        Self::Int(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(Some(i64::from(number)))
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Int(Some(i64::from(yes)))
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Int(Some(at.0))
    }
}

impl From<Option<Timestamp>> for Value {
    fn from(at: Option<Timestamp>) -> Self {
        Self::Int(at.map(|at| at.0))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(Some(bytes.to_vec()))
    }
}

impl From<TokenHash> for Value {
    fn from(hash: TokenHash) -> Self {
        Self::Blob(Some(hash.0.to_vec()))
    }
}

/// A value stored as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<Value, StoreError> {
    let text = serde_json::to_string(value).map_err(StoreError::backend)?;
    Ok(Value::Json(Some(text)))
}

/// A share from 0 to 1, stored in millionths: what is compared is exact in every database.
pub(crate) fn share(value: Option<f64>) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "clamped to what fits")]
    Value::Int(value.map(|share| (share.clamp(0.0, 1.0) * MILLION).round() as i64))
}

const MILLION: f64 = 1_000_000.0;

/// A value stored as JSON, if there is one.
pub(crate) fn opt_json(value: Option<&impl Serialize>) -> Result<Value, StoreError> {
    value.map_or(Ok(Value::Json(None)), json)
}

/// The stored name of an enum without fields: the one that it has in JSON.
pub(crate) fn name(value: impl Serialize) -> Result<Value, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => Ok(Value::Text(Some(name))),
        Ok(other) => Err(StoreError::backend(format!("{other} is no name"))),
        Err(error) => Err(StoreError::backend(error)),
    }
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Nothing.
    Null,
    /// A number, a time or a boolean.
    Int(i64),
    /// A text or JSON.
    Text(String),
    /// Bytes, or an id where the database has no type for it.
    Blob(Vec<u8>),
}

/// One row of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Row(pub(crate) Vec<Cell>);

impl Row {
    /// Reads the row; failures name `table`.
    pub(crate) fn of(&self, table: &'static str) -> Columns<'_> {
        Columns { row: self, table }
    }
}

/// Reads the columns of a row by position. The name of a column is only for the error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns<'r> {
    row: &'r Row,
    table: &'static str,
}

impl<'r> Columns<'r> {
    fn cell(self, position: usize, column: &'static str) -> Result<Option<&'r Cell>, StoreError> {
        match self.row.0.get(position) {
            Some(Cell::Null) => Ok(None),
            Some(cell) => Ok(Some(cell)),
            None => Err(self.corrupt(column, "the answer has no such column")),
        }
    }

    fn corrupt(self, column: &'static str, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
        StoreError::corrupt(self.table, column, why)
    }

    fn present<T>(self, column: &'static str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.corrupt(column, "the value is missing"))
    }

    fn opt_int(self, position: usize, column: &'static str) -> Result<Option<i64>, StoreError> {
        match self.cell(position, column)? {
            None => Ok(None),
            Some(Cell::Int(number)) => Ok(Some(*number)),
            Some(_) => Err(self.corrupt(column, "not a number")),
        }
    }

    fn opt_str(self, position: usize, column: &'static str) -> Result<Option<&'r str>, StoreError> {
        match self.cell(position, column)? {
            None => Ok(None),
            Some(Cell::Text(text)) => Ok(Some(text)),
            Some(_) => Err(self.corrupt(column, "not a text")),
        }
    }

    /// A count or a sequence number.
    pub(crate) fn number(self, position: usize, column: &'static str) -> Result<u64, StoreError> {
        let number = self.opt_int(position, column)?;
        u64::try_from(self.present(column, number)?).map_err(|error| self.corrupt(column, error))
    }

    /// A share from 0 to 1.
    pub(crate) fn share(self, position: usize, column: &'static str) -> Result<f64, StoreError> {
        let millionths = self.small(position, column)?;
        Ok(f64::from(millionths) / MILLION)
    }

    /// A small count.
    pub(crate) fn small(self, position: usize, column: &'static str) -> Result<u32, StoreError> {
        u32::try_from(self.number(position, column)?).map_err(|error| self.corrupt(column, error))
    }

    /// A boolean.
    pub(crate) fn flag(self, position: usize, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.number(position, column)? != 0)
    }

    /// A boolean that may be absent.
    pub(crate) fn opt_flag(self, position: usize, column: &'static str) -> Result<Option<bool>, StoreError> {
        Ok(self.opt_int(position, column)?.map(|number| number != 0))
    }

    /// A time that may be absent.
    pub(crate) fn opt_time(self, position: usize, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.opt_int(position, column)?.map(Timestamp))
    }

    /// A time.
    pub(crate) fn time(self, position: usize, column: &'static str) -> Result<Timestamp, StoreError> {
        let at = self.opt_time(position, column)?;
        self.present(column, at)
    }

    /// An id that may be absent.
    pub(crate) fn opt_id<T: From<Uuid>>(self, position: usize, column: &'static str) -> Result<Option<T>, StoreError> {
        match self.cell(position, column)? {
            None => Ok(None),
            Some(Cell::Blob(bytes)) => match Uuid::from_slice(bytes) {
                Ok(id) => Ok(Some(T::from(id))),
                Err(error) => Err(self.corrupt(column, error)),
            },
            Some(_) => Err(self.corrupt(column, "not an id")),
        }
    }

    /// An id.
    pub(crate) fn id<T: From<Uuid>>(self, position: usize, column: &'static str) -> Result<T, StoreError> {
        let id = self.opt_id(position, column)?;
        self.present(column, id)
    }

    /// Bytes.
    pub(crate) fn blob(self, position: usize, column: &'static str) -> Result<Vec<u8>, StoreError> {
        match self.cell(position, column)? {
            Some(Cell::Blob(bytes)) => Ok(bytes.clone()),
            _ => Err(self.corrupt(column, "not bytes")),
        }
    }

    /// A text that may be absent.
    pub(crate) fn opt_text(self, position: usize, column: &'static str) -> Result<Option<String>, StoreError> {
        Ok(self.opt_str(position, column)?.map(str::to_owned))
    }

    /// A text.
    pub(crate) fn text(self, position: usize, column: &'static str) -> Result<String, StoreError> {
        let text = self.opt_text(position, column)?;
        self.present(column, text)
    }

    /// A value stored as JSON, if there is one.
    pub(crate) fn opt_json<T: DeserializeOwned>(
        self,
        position: usize,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        let text = self.opt_str(position, column)?;
        text.map(serde_json::from_str).transpose().map_err(|error| self.corrupt(column, error))
    }

    /// A value stored as JSON.
    pub(crate) fn json<T: DeserializeOwned>(self, position: usize, column: &'static str) -> Result<T, StoreError> {
        let value = self.opt_json(position, column)?;
        self.present(column, value)
    }

    /// An enum without fields, stored by name.
    pub(crate) fn name<T: DeserializeOwned>(self, position: usize, column: &'static str) -> Result<T, StoreError> {
        let name = self.text(position, column)?;
        serde_json::from_value(serde_json::Value::String(name)).map_err(|error| self.corrupt(column, error))
    }

    /// A stored value that is none of those there can be.
    pub(crate) fn unknown(self, column: &'static str, value: &str) -> StoreError {
        self.corrupt(column, format!("{value:?} is not known"))
    }
}
