//! What a chunk comes to: bodies, one behind the other, and who has none.

use rate_core::{AccountKey, Problem};
use serde_json::{Value, json};

use super::AnnualError;
use crate::logbook::{Sealed, sealed};
use crate::run::Run;
use crate::store::{BlockRow, ChunkRow, LeftOutRow};

/// Why an account has no rate of a run.
pub(super) const REFUSED: &str = "refused";
/// The same, where it was not insured in the setting.
pub(super) const NOT_INSURED: &str = "not-insured";

/// The block of the accounts that were decided.
pub(super) fn block(chunk: &ChunkRow, run: &Run) -> Result<BlockRow, AnnualError> {
    let (mut places, mut bodies) = (Vec::new(), Vec::new());
    for body in sealed(run) {
        let body = body?;
        places.push(json!([body.account.number, body.body.len()]));
        bodies.extend(body.body);
    }
    Ok(BlockRow { run: chunk.run.clone(), chunk: chunk.number, places: Value::from(places).to_string(), bodies })
}

/// The bodies of a block, in the order of accounts.
pub(super) fn bodies(area: &str, block: &BlockRow) -> Result<Vec<Sealed>, AnnualError> {
    let broken = || AnnualError::Broken("a block");
    let places: Vec<(String, usize)> = serde_json::from_str(&block.places).map_err(|_| broken())?;
    let (mut rest, mut read) = (block.bodies.as_slice(), Vec::with_capacity(places.len()));
    for (number, length) in places {
        let (body, behind) = rest.split_at_checked(length).ok_or_else(broken)?;
        let account = AccountKey { area: area.to_owned(), number };
        read.push(Sealed::new(account, body.to_vec()));
        rest = behind;
    }
    if rest.is_empty() { Ok(read) } else { Err(broken()) }
}

/// Those of a chunk without a rate.
pub(super) fn left_out(chunk: &ChunkRow, run: &Run) -> Vec<LeftOutRow> {
    let row = |account: &AccountKey, why: &str, problems: &[Problem]| LeftOutRow {
        run: chunk.run.clone(),
        account: account.number.clone(),
        chunk: chunk.number,
        why: why.to_owned(),
        problems: problems.iter().map(problem).collect::<Value>().to_string(),
    };
    let refused = run.refused.iter().map(|it| row(&it.key, REFUSED, &it.problems));
    refused.chain(run.not_insured.iter().map(|key| row(key, NOT_INSURED, &[]))).collect()
}

fn problem(it: &Problem) -> Value {
    json!([it.code.as_str(), it.place.file, it.place.field, it.values])
}

/// The problems of an account that is left out.
pub(super) fn problems(row: &LeftOutRow) -> Result<Vec<Problem>, AnnualError> {
    let broken = || AnnualError::Broken("problems of an account");
    let read: Vec<(String, String, String, Vec<String>)> = serde_json::from_str(&row.problems).map_err(|_| broken())?;
    let problem = |(code, file, field, values): (String, String, String, Vec<String>)| {
        let code = rate_core::Code::ALL.iter().copied().find(|it| it.as_str() == code)?;
        Some(Problem { code, place: rate_core::Place { file, field, ..rate_core::Place::default() }, values })
    };
    read.into_iter().map(problem).collect::<Option<_>>().ok_or_else(broken)
}
