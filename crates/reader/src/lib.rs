//! Reads the documents of sources in limited child processes.
//!
//! A parser of hostile files can run out of memory, out of stack or out of time, and a Rust program that runs out of
//! memory or stack ends at once. So the program starts itself again with a hidden subcommand ([`child`]), which limits
//! itself before it reads anything, and asks it over pipes ([`ChildReader`]). When the child dies, one file fails.
//! This crate is also where the formats meet: `baton_pdf` reads PDFs, `baton_knowledge` everything else ([`parse`]).

pub mod child;
mod children;
mod failure;
mod frame;
mod in_process;
mod parse;
#[cfg(test)]
mod tests;
mod worker;

pub use crate::children::{ChildReader, Settings};
pub use crate::in_process::InProcessReader;
pub use crate::parse::parse;

/// What reading one file may take.
pub mod limits {
    use std::time::Duration;

    /// Most address space of a child, in bytes. What it maps of the program counts too.
    pub const MEMORY_BYTES: u64 = 1024 * 1024 * 1024;
    /// Longest time for a small file; larger ones have a little longer, see [`time_for`].
    pub const TIME: Duration = Duration::from_secs(10);
    /// Most files that a child may have open.
    pub const OPEN_FILES: u64 = 32;
    /// Largest answer of a child, in bytes.
    pub const ANSWER_BYTES: usize = 96 * 1024 * 1024;
    /// Most passages of one source.
    pub const PASSAGES: usize = 100_000;
    /// Children that read at the same time.
    pub const CHILDREN: usize = 2;
    /// A child that has nothing to read for so long is ended.
    pub const IDLE: Duration = Duration::from_secs(30);
    /// A child is replaced after so many files, and with it whatever it has kept of them.
    pub const FILES_OF_A_CHILD: u32 = 2_000;
    /// Stack of the thread that reads, in bytes.
    pub const STACK_BYTES: usize = 32 * 1024 * 1024;

    /// How long a file of this size may take: a second more for each megabyte.
    #[must_use]
    pub fn time_for(time: Duration, bytes: usize) -> Duration {
        time + Duration::from_millis((bytes / 1024) as u64)
    }
}
