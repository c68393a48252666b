//! Studies of stored books: asked, answered beside the requests by one worker of a process at a time, and kept in every
//! language until they are dropped.

mod answer;
mod asked;
mod held;
mod kept;
mod stored;

pub use answer::Desk;
pub use asked::{Question, ask, queue};
pub use kept::{Cause, Form, causes, lang_code, name};
