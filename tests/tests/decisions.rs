//! Decisions against numbers that were published or worked by hand, as files a person at an agency can read.

#[path = "decisions/cases.rs"]
mod cases;
#[path = "decisions/facts.rs"]
mod facts;
#[path = "decisions/law.rs"]
mod law;
#[path = "decisions/tree.rs"]
mod tree;
