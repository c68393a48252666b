//! The `rate` command.

use std::process::ExitCode;

/// Accounts are many small things: an allocator that is quick with these, on several threads at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    rate_service::cli::main()
}
