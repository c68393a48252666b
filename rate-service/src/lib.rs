//! The service around `rate-core`: files in and out, a server over a database, and the `rate` command.

pub mod api;
pub mod api_error;
pub mod audit;
pub mod auth;
pub mod book;
pub mod casebook;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod diagnostics;
pub mod evidence;
pub mod intake;
pub mod lawbook;
pub mod logbook;
pub mod openapi;
pub mod pipeline;
pub mod projects;
pub mod replay;
pub mod routes;
pub mod run;
pub mod serve;
pub mod store;
pub mod telemetry;
pub mod vectors;
