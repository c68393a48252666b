//! What holds the repository together and no compiler checks: who may import whom, how large a thing may grow, that the
//! core stays pure, that what is cited is explained, and that documents say what the code says.

#[path = "books/broken_workbooks.rs"]
mod broken_workbooks;
#[path = "tidy/citations.rs"]
mod citations;
#[path = "tidy/codes.rs"]
mod codes;
#[path = "tidy/documents.rs"]
mod documents;
#[path = "tidy/footing.rs"]
mod footing;
#[path = "tidy/imports.rs"]
mod imports;
#[path = "tidy/packaging.rs"]
mod packaging;
#[path = "tidy/purity.rs"]
mod purity;
#[path = "tidy/refused.rs"]
mod refused;
#[path = "books/sheets.rs"]
mod sheets;
#[path = "tidy/sizes.rs"]
mod sizes;
#[path = "tidy/source.rs"]
mod source;
