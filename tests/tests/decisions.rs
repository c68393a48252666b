//! Decisions against numbers that were published or worked by hand, as files a person at an agency can read.

#[path = "decisions/audits.rs"]
mod audits;
#[path = "decisions/bearers.rs"]
mod bearers;
#[path = "decisions/book_parameters.rs"]
mod book_parameters;
#[path = "decisions/cases.rs"]
mod cases;
#[path = "decisions/chains.rs"]
mod chains;
#[path = "decisions/deadlines.rs"]
mod deadlines;
#[path = "decisions/dimensions.rs"]
mod dimensions;
#[path = "decisions/dispatched.rs"]
mod dispatched;
#[path = "decisions/law.rs"]
mod law;
#[path = "decisions/margins.rs"]
mod margins;
#[path = "decisions/notices.rs"]
mod notices;
#[path = "decisions/open.rs"]
mod open;
#[path = "decisions/open_runs.rs"]
mod open_runs;
#[path = "decisions/orders.rs"]
mod orders;
#[path = "decisions/people.rs"]
mod people;
#[path = "decisions/projects.rs"]
mod projects;
#[path = "decisions/published.rs"]
mod published;
#[path = "decisions/records.rs"]
mod records;
#[path = "decisions/said.rs"]
mod said;
#[path = "decisions/scenarios.rs"]
mod scenarios;
#[path = "decisions/settled.rs"]
mod settled;
#[path = "decisions/six_years.rs"]
mod six_years;
#[path = "decisions/studies.rs"]
mod studies;
#[path = "decisions/subjects.rs"]
mod subjects;
#[path = "decisions/totals.rs"]
mod totals;
#[path = "decisions/tree.rs"]
mod tree;
#[path = "decisions/trends.rs"]
mod trends;
