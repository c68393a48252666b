//! The service around `rate-core`: files in and out, and the `rate` command.

pub mod audit;
pub mod book;
pub mod casebook;
pub mod cli;
pub mod clock;
pub mod demo;
pub mod diagnostics;
pub mod evidence;
pub mod lawbook;
pub mod logbook;
pub mod pipeline;
pub mod projects;
pub mod replay;
pub mod run;
pub mod store;
pub mod vectors;
