//! Long work beside the requests: imports, runs, what a rule set would change, studies, messages. Every process has a crew; crews that
//! share a database share the work, a leased piece at a time.

mod bell;
mod crew;

pub use bell::Bell;
pub use crew::{Crew, How, InForce};
