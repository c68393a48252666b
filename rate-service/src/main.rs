//! The `rate` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    rate_service::cli::main()
}
