//! Documents of law on their way: drafts, approvals, publications.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::link::on;
use super::schema::{approvals, drafts, publications};
use super::{DocumentKind, Link, StoreError};

/// A document as somebody uploaded it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = drafts, treat_none_as_default_value = false)]
pub struct DraftRow {
    /// SHA-256 of its canonical form.
    pub digest: Vec<u8>,
    /// The word for what it is.
    pub kind: String,
    /// The area.
    pub area: String,
    /// Area and version of a rule set, name of parameters.
    pub name: String,
    /// `toml` or `json`.
    pub form: String,
    /// As it came.
    pub source: String,
    /// Its canonical form, resolved.
    pub content: String,
    /// What the checker concludes, as a word.
    pub verdict: String,
    /// What the checker found, as its writer wrote it.
    pub findings: String,
    /// The document it takes the place of once it is published.
    pub supersedes: Option<Vec<u8>>,
    /// The key that uploaded it.
    pub author: String,
    /// Who held that key.
    pub author_name: String,
    /// When.
    pub uploaded_at: String,
}

/// That somebody approved a document.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = approvals, treat_none_as_default_value = false)]
pub struct ApprovalRow {
    /// The document.
    pub digest: Vec<u8>,
    /// The key.
    pub approver: String,
    /// Who held that key.
    pub approver_name: String,
    /// Number of the document that says so.
    pub document_number: String,
    /// The organ that issued it.
    pub organ: String,
    /// Its date.
    pub dated: String,
    /// When it was recorded.
    pub approved_at: String,
}

/// That a document holds, or may be tried.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = publications, treat_none_as_default_value = false)]
pub struct PublicationRow {
    /// Its number, without a gap, from 1.
    pub number: i64,
    /// The document.
    pub digest: Vec<u8>,
    /// It may be tried, and is not law.
    pub trial: bool,
    /// The key.
    pub publisher: String,
    /// Who held that key.
    pub publisher_name: String,
    /// When.
    pub published_at: String,
}

impl Link {
    /// Adds a draft; `false` where the same content is there already.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_draft(&mut self, row: &DraftRow) -> Result<bool, StoreError> {
        let insert = diesel::insert_into(drafts::table).values(row);
        Ok(on!(self, it => insert.on_conflict_do_nothing().execute(it))? == 1)
    }

    /// The draft of a digest.
    ///
    /// # Errors
    /// As the database's.
    pub fn draft(&mut self, digest: &[u8]) -> Result<Option<DraftRow>, StoreError> {
        let of = drafts::table.filter(drafts::digest.eq(digest));
        Ok(on!(self, it => of.select(DraftRow::as_select()).first(it).optional())?)
    }

    /// The drafts of an area behind an instant and digest, oldest first.
    ///
    /// # Errors
    /// As the database's.
    pub fn drafts_behind(
        &mut self,
        area: &str,
        kind: DocumentKind,
        behind: (&str, &[u8]),
        most: i64,
    ) -> Result<Vec<DraftRow>, StoreError> {
        let (at, digest) = behind;
        let later = drafts::uploaded_at.gt(at).or(drafts::uploaded_at.eq(at).and(drafts::digest.gt(digest)));
        let here = drafts::area.eq(area).and(drafts::kind.eq(kind.as_str()));
        let of = drafts::table.filter(here.and(later)).order((drafts::uploaded_at, drafts::digest)).limit(most);
        Ok(on!(self, it => of.select(DraftRow::as_select()).load(it))?)
    }

    /// Adds an approval; `false` where there is one.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_approval(&mut self, row: &ApprovalRow) -> Result<bool, StoreError> {
        let insert = diesel::insert_into(approvals::table).values(row);
        Ok(on!(self, it => insert.on_conflict_do_nothing().execute(it))? == 1)
    }

    /// The approval of a document.
    ///
    /// # Errors
    /// As the database's.
    pub fn approval(&mut self, digest: &[u8]) -> Result<Option<ApprovalRow>, StoreError> {
        let of = approvals::table.filter(approvals::digest.eq(digest));
        Ok(on!(self, it => of.select(ApprovalRow::as_select()).first(it).optional())?)
    }

    /// The number of the last publication; 0 before the first.
    ///
    /// # Errors
    /// As the database's.
    pub fn last_publication(&mut self) -> Result<i64, StoreError> {
        use diesel::dsl::max;
        let last: Option<i64> = on!(self, it => publications::table.select(max(publications::number)).first(it))?;
        Ok(last.unwrap_or(0))
    }

    /// The number of the last publication recorded by an instant; 0 before the first.
    ///
    /// # Errors
    /// As the database's.
    pub fn publication_at(&mut self, instant: &str) -> Result<i64, StoreError> {
        use diesel::dsl::max;
        let by = publications::table.filter(publications::published_at.le(instant));
        let last: Option<i64> = on!(self, it => by.select(max(publications::number)).first(it))?;
        Ok(last.unwrap_or(0))
    }

    /// Adds a publication under the next number, under the lock of the writer.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_publication(&mut self, row: &PublicationRow) -> Result<(), StoreError> {
        on!(self, it => diesel::insert_into(publications::table).values(row).execute(it))?;
        Ok(())
    }

    /// The publication of a document.
    ///
    /// # Errors
    /// As the database's.
    pub fn publication(&mut self, digest: &[u8]) -> Result<Option<PublicationRow>, StoreError> {
        let of = publications::table.filter(publications::digest.eq(digest));
        Ok(on!(self, it => of.select(PublicationRow::as_select()).first(it).optional())?)
    }

    /// The published document that takes the place of another.
    ///
    /// # Errors
    /// As the database's.
    pub fn superseder(&mut self, digest: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let both = publications::table.inner_join(drafts::table.on(drafts::digest.eq(publications::digest)));
        let of = both.filter(drafts::supersedes.eq(digest)).order(publications::number).select(publications::digest);
        Ok(on!(self, it => of.first(it).optional())?)
    }

    /// The documents of some areas, or of all, that were published by a number and that none of these takes the place of,
    /// in the order of publication.
    ///
    /// # Errors
    /// As the database's.
    pub fn published(
        &mut self,
        areas: Option<&[String]>,
        kind: DocumentKind,
        by: i64,
    ) -> Result<Vec<(PublicationRow, DraftRow)>, StoreError> {
        let both = publications::table.inner_join(drafts::table.on(drafts::digest.eq(publications::digest)));
        let of =
            both.filter(drafts::kind.eq(kind.as_str()).and(publications::number.le(by))).order(publications::number);
        let mut found: Vec<(PublicationRow, DraftRow)> = match areas {
            Some(areas) => {
                let of = of.filter(drafts::area.eq_any(areas));
                on!(self, it => of.select((PublicationRow::as_select(), DraftRow::as_select())).load(it))?
            }
            None => on!(self, it => of.select((PublicationRow::as_select(), DraftRow::as_select())).load(it))?,
        };
        let replaced: BTreeSet<Vec<u8>> = found.iter().filter_map(|(_, draft)| draft.supersedes.clone()).collect();
        found.retain(|(_, draft)| !replaced.contains(&draft.digest));
        Ok(found)
    }
}
