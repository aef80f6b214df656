//! Golden questions: what an owner expects of questions, whether it comes, and what follows from it (K7, A3, A8).
//!
//! They are asked through the code that answers visitors; no language model is called and no conversation is stored.
//! Each training asks them of the new snapshot before it is published ([`exam`]); what they and visitors' ratings tell of an
//! agent's confidence moves it ([`calibration`]); [`coverage`] says what a threshold would do; [`trainings`] go back.

mod calibration;
mod coverage;
mod exam;
mod import;
mod questions;
mod trainings;

pub use calibration::calibrate;
pub use coverage::{Basis, Coverage, Measured, Point, coverage};
pub(crate) use exam::{Exam, baseline, examine};
pub use exam::{Found, ask_all};
pub use import::{NewGolden, parse_questions};
pub use questions::{Asked, Imported, add, delete, edit, import, list, run, try_run};
pub(crate) use trainings::{TRAININGS_KEPT, tidy};
pub use trainings::{TrainingView, publish_training, training, trainings};
