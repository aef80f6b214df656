//! Running statements on a connection, on the thread of whoever asks.
//!
//! A statement takes 5 to 50 µs where its pages are in memory: less than it costs to wake another thread.

use std::time::Duration;

use rusqlite::types::{ToSqlOutput, Type, ValueRef};
use rusqlite::{Connection, ToSql};

use crate::connection::{Cell, Outcome, Row, Statement, Value};
use crate::sqlite::error::{Kind, kind};

/// The first pause before what was busy is tried again. Each is twice as long as the one before.
const PAUSE_MIN: Duration = Duration::from_millis(1);

/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_millis(50);

/// Runs statements one after the other, up to the first that fails.
pub(crate) fn run(connection: &mut Connection, statements: &[Statement]) -> rusqlite::Result<Vec<Outcome>> {
    statements.iter().map(|Statement { sql, values }| run_one(connection, sql, values)).collect()
}

/// Runs a statement that takes no values and whose answer nobody needs.
pub(crate) fn control(connection: &mut Connection, sql: &'static str) -> rusqlite::Result<()> {
    run_one(connection, sql, &[]).map(|_| ())
}

/// Runs one statement. It is prepared once for a connection.
pub(crate) fn run_one(connection: &mut Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Outcome> {
    let mut statement = connection.prepare_cached(sql)?;
    // To SQLite `$2` is a name, and names are numbered in the order in which they come.
    for position in 1..=statement.parameter_count() {
        let number = statement.parameter_name(position).and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let number = number.expect("static SQL has placeholders like $1");
        statement.raw_bind_parameter(position, &values[number - 1])?;
    }
    let columns = statement.column_count();
    let mut outcome = Outcome::default();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let cells = (0..columns).map(|position| cell(row, position));
        outcome.rows.push(Row(cells.collect::<rusqlite::Result<_>>()?));
    }
    drop(rows);
    drop(statement);
    outcome.changed = connection.changes();
    Ok(outcome)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Int(number) => number.map(ValueRef::Integer),
            Self::Text(text) | Self::Json(text) => text.as_ref().map(|text| ValueRef::Text(text.as_bytes())),
            Self::Blob(bytes) => bytes.as_ref().map(|bytes| ValueRef::Blob(bytes)),
            Self::Id(id) => id.as_ref().map(|id| ValueRef::Blob(id.as_bytes())),
        };
        Ok(ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null)))
    }
}

fn cell(row: &rusqlite::Row<'_>, position: usize) -> rusqlite::Result<Cell> {
    let value = row.get_ref(position)?;
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Int(number),
        ValueRef::Text(_) => Cell::Text(value.as_str()?.to_owned()),
        ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
        ValueRef::Real(_) => {
            return Err(rusqlite::Error::InvalidColumnType(position, "a number with a fraction".into(), Type::Real));
        }
    })
}

/// Tries again while another process holds what is needed, for as long as `patience`. No thread waits meanwhile.
///
/// Inside this process nobody is ever busy: there is one connection that writes, and readers do not wait for it.
pub(crate) async fn wait_out<T: Send>(
    patience: Duration,
    mut attempt: impl FnMut() -> rusqlite::Result<T> + Send,
) -> rusqlite::Result<T> {
    let (mut waited, mut pause) = (Duration::ZERO, PAUSE_MIN);
    loop {
        match attempt() {
            Err(error) if kind(&error) == Kind::Busy && waited < patience => {
                tokio::time::sleep(pause).await;
                waited += pause;
                pause = (pause * 2).min(PAUSE_MAX);
            }
            outcome => return outcome,
        }
    }
}
