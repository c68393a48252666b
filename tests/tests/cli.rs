//! The `rate` command as people meet it: what the documents promise, what it prints and writes, how it ends.

#[path = "cli/annual.rs"]
mod annual;
#[path = "cli/annual_persons.rs"]
mod annual_persons;
#[path = "cli/annual_states.rs"]
mod annual_states;
#[path = "cli/audited.rs"]
mod audited;
#[path = "cli/blocks.rs"]
mod blocks;
#[path = "cli/cases.rs"]
mod cases;
#[path = "cli/command.rs"]
mod command;
#[path = "cli/copied.rs"]
mod copied;
#[path = "cli/demonstration.rs"]
mod demonstration;
#[path = "cli/diagnosed.rs"]
mod diagnosed;
#[path = "cli/endings.rs"]
mod endings;
#[path = "cli/evidence.rs"]
mod evidence;
#[path = "cli/formats.rs"]
mod formats;
#[path = "cli/fund.rs"]
mod fund;
#[path = "cli/intake.rs"]
mod intake;
#[path = "cli/intake_lists.rs"]
mod intake_lists;
#[path = "cli/logged.rs"]
mod logged;
#[path = "cli/notices.rs"]
mod notices;
#[path = "cli/oracle.rs"]
mod oracle;
#[path = "cli/peers.rs"]
mod peers;
#[path = "cli/portions.rs"]
mod portions;
#[path = "cli/projects.rs"]
mod projects;
#[path = "cli/replayed.rs"]
mod replayed;
#[path = "cli/rule_set_document.rs"]
mod rule_set_document;
#[path = "cli/scenario.rs"]
mod scenario;
#[path = "cli/sealed.rs"]
mod sealed;
#[path = "books/sheets.rs"]
mod sheets;
#[path = "cli/sheets.rs"]
mod sheets_in_and_out;
#[path = "cli/stored.rs"]
mod stored;
#[path = "cli/table.rs"]
mod table;
#[path = "cli/tampered.rs"]
mod tampered;
#[path = "cli/tampered_rows.rs"]
mod tampered_rows;
#[path = "cli/vectors.rs"]
mod vectors;
#[path = "cli/workbook.rs"]
mod workbook;

#[path = "service/access.rs"]
mod access;
#[path = "service/again.rs"]
mod again;
#[path = "service/announced.rs"]
mod announced;
#[path = "service/changes.rs"]
mod changes;
#[path = "service/collection.rs"]
mod collection;
#[path = "service/console.rs"]
mod console;
#[path = "service/demonstration.rs"]
mod demonstration_served;
#[path = "service/document.rs"]
mod document;
#[path = "service/examinations.rs"]
mod examinations;
#[path = "service/gazette.rs"]
mod gazette;
#[path = "service/hindsight.rs"]
mod hindsight;
#[path = "service/hooks.rs"]
mod hooks;
#[path = "service/imports.rs"]
mod imports;
#[path = "service/january.rs"]
mod january;
#[path = "service/law.rs"]
mod law;
#[path = "service/life.rs"]
mod life;
#[path = "service/lists.rs"]
mod lists;
#[path = "service/notices.rs"]
mod notices_served;
#[path = "service/previews.rs"]
mod previews;
#[path = "service/proofs.rs"]
mod proofs;
#[path = "service/rates.rs"]
mod rates;
#[path = "service/requests.rs"]
mod requests;
#[path = "service/scenarios.rs"]
mod scenarios;
#[path = "service/schema.rs"]
mod schema;
#[path = "service/server.rs"]
mod server;
#[path = "service/vector_checks.rs"]
mod vector_checks;
